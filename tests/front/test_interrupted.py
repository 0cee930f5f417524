"""A run that is interrupted or killed leaves nothing, or leaves it for the next one to remove."""

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from verify.lab.client.provision import provision_duplicity
from verify.lab.replay.failures import kept, read_case

SABOTEURS = Path(__file__).parents[1] / "sabotage" / "broken_calls.py"
LONG = "size or limitation"  # tests that are not over before a signal comes
INTERRUPTED = "interrupted; nothing left behind"


@pytest.mark.parametrize(
    ("how", "workers"),
    [(signal.SIGINT, 2), (signal.SIGTERM, 1)],
    ids=["ctrl-c", "sigterm"],
)
def test_an_interrupted_run_leaves_nothing(start: Any, place: Any, how: signal.Signals, workers: int) -> None:
    run = start("--runtime=embedded", "-n", str(workers), "-k", LONG)
    run.until("versions")  # the lab is open
    run.process.send_signal(how)
    interrupted(place, run.ended())


@pytest.mark.usefixtures("has_engine")
@pytest.mark.parametrize(("how", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)], ids=["ctrl-c", "sigterm"])
def test_an_interrupted_run_leaves_nothing_in_the_engine(
    start: Any, place: Any, how: signal.Signals, workers: int
) -> None:
    run = start("--runtime=docker", "-n", str(workers), "-k", LONG)
    run.until("versions")
    assert place.in_engine()
    run.process.send_signal(how)
    interrupted(place, run.ended())


def test_a_second_ctrl_c_does_not_stop_the_cleaning_up(start: Any, place: Any) -> None:
    run = start("--runtime=embedded", "-k", LONG)
    run.until("versions")
    while run.process.poll() is None:
        run.process.send_signal(signal.SIGINT)
        try:
            run.process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    interrupted(place, run.ended())


def interrupted(place: Any, done: Any) -> None:
    """Assert that a run ended as one that was interrupted, and left nothing."""
    assert done.code == 2, done.out + done.err
    assert (place.report["exit_code"], place.report["sentence"]) == (2, INTERRUPTED)
    assert INTERRUPTED in done.verdict
    assert "Traceback" not in done.out + done.err
    assert place.left() == {}


def test_the_next_run_removes_what_a_killed_one_left(start: Any, command: Any, place: Any, runtime: str) -> None:
    run = start(f"--runtime={runtime}", "-n", "2" if runtime == "docker" else "1", "-k", LONG)
    run.until("versions")
    run.kill()
    left = place.left()
    assert {"files", "notes"} <= left.keys()
    assert ("in the engine" in left) == (runtime == "docker")
    done = command("--runtime=embedded", "-k", "says_what")
    assert done.code == 0, done.out + done.err
    assert place.left() == {}


def test_what_was_found_is_kept_when_ctrl_c_comes_while_it_is_made_smaller(
    start: Any, place: Any, tmp_path: Path
) -> None:
    program = tmp_path / "duplicity"
    call = shlex.join([sys.executable, str(SABOTEURS), "flip-a-byte", str(tmp_path / "state")])
    program.write_text(f'#!/bin/sh\nexec {call} {shlex.join(provision_duplicity("3.2.1").command)} -- "$@"\n')
    program.chmod(0o755)
    run = start("--runtime=embedded", f"--duplicity-command={program}", "--profile=default", "-k", "every_point_in")
    while not kept(place.reports):
        assert run.process.poll() is None, run.ended()
        time.sleep(0.05)
    run.process.send_signal(signal.SIGINT)
    interrupted(place, run.ended())
    (id_,) = kept(place.reports)
    assert read_case(place.reports, id_).test.endswith("test_every_point_in_time_comes_back_as_it_was")
