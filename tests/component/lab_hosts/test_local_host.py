import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.lab.hosts.host import Host, local_host
from verify.secret import Secret

ROOT = os.geteuid() == 0


def gone(number: int, patience: float = 5.0) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def number_in(path: Path) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return int(path.read_text())
        time.sleep(0.01)
    raise AssertionError(f"{path} was never written")


def sleeping(host: Host, scratch: Path) -> tuple[threading.Thread, int]:
    def sleep() -> None:
        with contextlib.suppress(CannotRunError):
            host.run(["sh", "-c", "echo $$ > me; exec sleep 60"], cwd=str(scratch))

    thread = threading.Thread(target=sleep)
    thread.start()
    return thread, number_in(scratch / "me")


def test_a_command_gives_its_status_and_output(host: Host) -> None:
    done = host.run(["sh", "-c", "printf out; printf err >&2; exit 7"])
    assert (done.returncode, done.stdout, done.stderr, done.timed_out) == (7, b"out", b"err", False)
    assert done.argv[0] == "sh"


def test_a_command_may_have_another_host_name(host: Host) -> None:
    if not host.elsewhere:
        pytest.skip("this machine lets its user give no command another host name")
    assert host.run([*host.elsewhere, "hostname"]).stdout == b"localhost\n"
    assert host.run([*host.elsewhere, "sh", "-c", "exit 3"]).returncode == 3


def test_the_environment_of_the_tests_is_not_inherited(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSPHRASE", "of the caller")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/bundle.pem")
    host = local_host(scratch / "inner", {"MARK": "1"})
    try:
        said = host.run(["env"], env={"MINE": "x"}).stdout.decode().splitlines()
        environment = dict(line.split("=", 1) for line in said)
    finally:
        host.close()
    assert "PASSPHRASE" not in environment
    assert environment["SSL_CERT_FILE"] == "/etc/bundle.pem"
    assert (environment["MINE"], environment["MARK"], environment["LANG"]) == ("x", "1", "C.UTF-8")
    assert environment["HOME"].startswith(str(scratch))
    assert "PASSPHRASE" not in host.own_environment


def test_a_proxy_is_passed_on_but_not_asked_for_the_lab_itself(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "intern.example")
    host = local_host(scratch / "inner")
    try:
        said = host.run(["sh", "-c", "echo $https_proxy $NO_PROXY"]).stdout
    finally:
        host.close()
    assert said == b"http://proxy:3128 intern.example,127.0.0.1,localhost,::1\n"


def test_a_secret_reaches_the_command_and_no_command_line(host: Host) -> None:
    # Read by the command itself while it runs: its parents' lines too, up to the tests'.
    script = "test ${#TOLD} = 19 && cat /proc/[0-9]*/cmdline 2>/dev/null; exit 0"
    done = host.run(["sh", "-c", script], env={"TOLD": Secret("nobody-may-see-this")})
    assert b"TOLD" in done.stdout
    assert b"nobody-may-see-this" not in done.stdout
    assert "nobody-may-see-this" not in repr(done)


def test_output_and_input_are_bytes_and_may_be_large(host: Host) -> None:
    data = os.urandom(1 << 20) * 10
    done = host.run(["cat"], stdin=data)
    assert done.stdout == data


def test_a_command_may_leave_its_input_unread(host: Host) -> None:
    assert host.run(["true"], stdin=b"x" * (1 << 20)).returncode == 0


def test_arguments_need_not_be_text(host: Host) -> None:
    done = host.run(["printf", "%s", os.fsdecode(b"\xff\n*")])
    assert done.stdout == b"\xff\n*"


def test_a_timeout_kills_the_command_and_its_children(host: Host, scratch: Path) -> None:
    done = host.run(["sh", "-c", "sleep 60 & echo $! > child; wait"], timeout=0.3, cwd=str(scratch))
    assert done.timed_out
    assert done.returncode == -signal.SIGKILL
    assert gone(number_in(scratch / "child"))


def test_a_timeout_counts_also_where_the_output_has_ended(host: Host) -> None:
    assert host.run(["sh", "-c", "exec >&- 2>&-; sleep 60"], timeout=0.3).timed_out


def test_a_daemon_that_keeps_the_pipes_is_not_waited_for(host: Host, scratch: Path) -> None:
    done = host.run(["sh", "-c", "sleep 60 & echo $! > child; echo said"], cwd=str(scratch))
    assert done.stdout == b"said\n"
    os.kill(number_in(scratch / "child"), signal.SIGKILL)


def test_no_such_command_gives_127_and_no_permission_126(host: Host, scratch: Path) -> None:
    (scratch / "plain").touch(mode=0o644)
    assert host.run(["no-such-command"]).returncode == 127
    assert host.run([str(scratch / "plain")]).returncode == 126


def test_a_missing_working_folder_is_not_taken_for_a_missing_command(host: Host) -> None:
    with pytest.raises(FileNotFoundError):
        host.run(["true"], cwd="/no/such/folder")


def test_cpu_seconds_are_the_commands_own(host: Host) -> None:
    assert host.run(["sleep", "0.3"]).cpu_seconds < 0.2
    busy = host.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"])
    assert 0.3 <= busy.cpu_seconds <= busy.seconds * 1.5


def test_a_command_dies_with_its_agent(host: Host, scratch: Path) -> None:
    thread, command = sleeping(host, scratch)
    agent = int(Path(f"/proc/{command}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(agent, signal.SIGKILL)
    thread.join(10)
    assert gone(command)
    with pytest.raises(CannotRunError, match="does not answer"):
        host.run(["true"])


def test_closing_a_host_ends_the_command_that_runs(scratch: Path) -> None:
    host = local_host(scratch / "inner")
    thread, command = sleeping(host, scratch)
    host.close()
    thread.join(10)
    assert gone(command)


def test_ctrl_c_kills_the_command_and_leaves_the_host_usable(host: Host, scratch: Path) -> None:
    def interrupt() -> None:
        number_in(scratch / "me")
        os.kill(os.getpid(), signal.SIGINT)

    waker = threading.Thread(target=interrupt)
    waker.start()
    with pytest.raises(KeyboardInterrupt):
        host.run(["sh", "-c", "echo $$ > me; exec sleep 60"], cwd=str(scratch))
    waker.join()
    assert gone(number_in(scratch / "me"))
    assert host.run(["echo", "on"]).stdout == b"on\n"


def test_files_are_put_got_and_removed(host: Host) -> None:
    path = host.scratch_path("some")
    assert not host.exists(path)
    host.mkdir(path)
    host.put(f"{path}/secret", b"\x00\xff", mode=0o640)
    assert host.get(f"{path}/secret") == b"\x00\xff"
    assert Path(path, "secret").stat().st_mode & 0o7777 == 0o640
    assert host.free_space(path) > 0
    host.remove(path)
    host.remove(path)
    assert not host.exists(path)
    assert host.scratch_path("some") != path


def test_a_missing_file_is_a_missing_file(host: Host) -> None:
    with pytest.raises(FileNotFoundError, match="/no/such/file"):
        host.get("/no/such/file")


@pytest.mark.skipif(not ROOT, reason="only root may mount a small file system")
def test_a_full_disk_says_where_and_what_to_do(host: Host, scratch: Path) -> None:
    small = scratch / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", small], check=False).returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        with pytest.raises(CannotRunError, match=r"no space is left on this machine .*TMPDIR"):
            host.put(f"{small}/file", bytes(1 << 20))
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_copy_keeps_what_a_copy_can_keep(host: Host, scratch: Path) -> None:
    source = scratch / "source"
    (source / "folder").mkdir(parents=True)
    (source / "large").write_bytes(os.urandom(3 << 20))
    (source / "empty").touch()
    os.link(source / "large", source / "zlink")
    (source / "dangling").symlink_to("nowhere")
    os.mkfifo(source / "fifo")
    Path(os.fsdecode(os.fsencode(source) + b"/\xff\n")).touch(mode=0o604)
    if ROOT:
        os.chown(source / "empty", 1234, 4321)
    os.utime(source / "folder", ns=(1, 1_600_000_000_123_456_789))
    (source / "folder").chmod(0o1750)
    assert host.stream_in(source, f"{host.scratch}/copy") == []
    records = [_without_inode(one) for one in host.observe(str(source))]
    assert [_without_inode(one) for one in host.observe(f"{host.scratch}/copy")] == records
    assert Path(f"{host.scratch}/copy/large").samefile(f"{host.scratch}/copy/zlink")


def _without_inode(record):  # noqa: ANN001, ANN202 - a NamedTuple of trees
    return record._replace(inode=None)


def test_a_copy_keeps_extended_attributes(host: Host, scratch: Path) -> None:
    file = scratch / "source" / "file"
    file.parent.mkdir()
    file.touch()
    try:
        os.setxattr(file, "user.note", b"\x00\xff")
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip(f"the file system of {scratch} has no extended attributes")
    host.stream_in(file.parent, f"{host.scratch}/copy")
    assert os.getxattr(f"{host.scratch}/copy/file", "user.note") == b"\x00\xff"


def test_a_copy_of_what_is_no_folder_cannot_run(host: Host, scratch: Path) -> None:
    with pytest.raises(CannotRunError, match="--source"):
        host.stream_in(scratch / "absent", f"{host.scratch}/copy")


def test_an_interpreter_that_is_not_there_is_one_sentence() -> None:
    from verify.lab.hosts.gateway import Gateway  # noqa: PLC0415 - only here

    with pytest.raises(CannotRunError, match="some place does not answer"):
        Gateway("some place", ("/no/such/python3",), {})
