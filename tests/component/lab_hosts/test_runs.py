import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from verify.lab.hosts.processes import kill_marked, marked
from verify.lab.hosts.runs import MACHINE_LABEL, RUN_LABEL, machine, open_run, sweep

# A run that starts a child and a daemon, says where it is, and waits to be killed.
RUN = """
import os, sys, time
from pathlib import Path
from verify.lab.hosts.host import local_host
from verify.lab.hosts.runs import open_run

if __name__ == "__main__":
    with open_run() as run:
        child = run.start_child(["sleep", "300"], {"PATH": os.environ["PATH"]}, run.scratch / "log")
        host = local_host(run.scratch / "host", run.marker)
        host.run(["sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $! > daemon"], cwd=str(run.scratch))
        print(run.id, run.scratch, child.pid, (run.scratch / "daemon").read_text().strip(), flush=True)
        sys.stdin.read()
        host.close()
"""


@pytest.fixture
def elsewhere(cache: Path):  # noqa: ANN201 - a function
    """Start a run in a process of its own; it ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple["subprocess.Popen[str]", str, Path, int, int]:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        started.append(process)
        assert process.stdout
        id_, scratch, child, daemon = process.stdout.readline().split()
        return process, id_, Path(scratch), int(child), int(daemon)

    yield start
    for process in started:
        process.kill()
        process.communicate()
    sweep()


def runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(number: int, patience: float = 5.0) -> bool:
    deadline = time.monotonic() + patience
    while runs(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not runs(number)


def test_a_run_leaves_nothing_behind(tmp_path: Path, cache: Path) -> None:
    with open_run() as run:
        (run.scratch / "locked").mkdir(mode=0o000)
        child = run.start_child(
            ["sh", "-c", "trap '' TERM; env > env; sleep 300 & wait"], {"A": "1"}, run.scratch / "log"
        )
        assert run.scratch.stat().st_mode & 0o777 == 0o700
        assert child.pid in set(marked(run.id)) or ends(child.pid)
    assert not run.scratch.exists()
    assert not list(marked(run.id))
    assert not list((cache / "runs").glob("*.json"))


def test_a_childs_environment_is_its_own(cache: Path) -> None:
    with open_run() as run:
        child = run.start_child(["env"], {"PATH": os.environ["PATH"], "A": "1"}, run.scratch / "log")
        child.wait()
        said = (run.scratch / "log").read_text().splitlines()
        assert sorted(line.split("=")[0] for line in said) == ["A", "DUPLICITY_VERIFY_RUN", "PATH"]


def test_labels_name_the_run_and_the_machine(cache: Path) -> None:
    with open_run() as run:
        assert run.labels == {RUN_LABEL: run.id, MACHINE_LABEL: machine()}
        assert machine() == machine()


def test_what_a_killed_run_left_is_swept_by_the_next(elsewhere) -> None:  # noqa: ANN001 - a function
    process, id_, scratch, child, daemon = elsewhere()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert ends(child)  # with its parent, before anybody sweeps
    assert runs(daemon)
    assert scratch.exists()
    assert sweep() == [id_]
    assert ends(daemon)
    assert not scratch.exists()
    assert sweep() == []


def test_a_live_run_is_never_touched(elsewhere) -> None:  # noqa: ANN001 - a function
    process, _, scratch, child, daemon = elsewhere()
    with open_run():
        assert sweep() == []
    assert runs(child)
    assert runs(daemon)
    assert scratch.exists()
    process.communicate("")
    assert not scratch.exists()
    assert ends(child)
    assert ends(daemon)


def test_ctrl_c_leaves_nothing_behind(elsewhere) -> None:  # noqa: ANN001 - a function
    process, id_, scratch, child, daemon = elsewhere()
    process.send_signal(signal.SIGINT)
    process.wait()
    assert not scratch.exists()
    assert ends(child)
    assert ends(daemon)
    assert not list(marked(id_))


def test_only_marked_processes_are_killed(cache: Path) -> None:
    bystander = subprocess.Popen(["sleep", "300"], env={"DUPLICITY_VERIFY_RUN": "another"})
    try:
        kill_marked("anoth")
        assert runs(bystander.pid)
        kill_marked("another")
        assert bystander.wait(5) == -signal.SIGKILL
    finally:
        bystander.kill()
        bystander.wait()


def test_an_unreadable_note_is_removed(cache: Path) -> None:
    machine()
    (cache / "runs" / "0123.json").write_text("{")
    assert sweep() == ["0123"]


def test_a_note_that_names_a_folder_of_others_removes_nothing(cache: Path, tmp_path: Path) -> None:
    machine()
    (tmp_path / "theirs").mkdir()
    (cache / "runs" / "0123.json").write_text(f'{{"scratch": "{tmp_path}/theirs", "engine": false}}')
    assert sweep() == ["0123"]
    assert (tmp_path / "theirs").exists()
