"""What the tests of whole runs share: the command in a process of its own, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from verify.lab.hosts.cache import cache_dir
from verify.lab.hosts.runtime import engine
from verify.onsite.tree_files import wipe

SHARED = ("bin", "duplicity", "images", "store")  # of the cache: what was downloaded or built
HUNG = 300.0  # seconds after which a run is given up; a guard, and no measure of anything


@dataclass(frozen=True)
class Place:
    """Where a test's runs are: a scratch, a cache that knows their like only, and their reports."""

    scratch: Path
    cache: Path
    reports: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return {**own, "TMPDIR": str(self.scratch), "DUPLICITY_VERIFY_CACHE": str(self.cache)}

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.reports / "report.json").read_text())
        return report

    def processes(self) -> dict[int, str]:
        """Return the processes that have this place in their environment or arguments, with their command lines."""
        mine, found = os.fsencode(self.scratch), dict[int, str]()
        for each in Path("/proc").glob("[0-9]*"):
            try:
                line, environment = (each / "cmdline").read_bytes(), (each / "environ").read_bytes()
            except OSError:  # it has ended
                continue
            if line and mine in line + environment:
                found[int(each.name)] = line.replace(b"\0", b" ").decode(errors="replace")
        return found

    def left(self) -> dict[str, list[str]]:
        """Return what runs left here, by kind; empty where nothing is."""
        kinds = {
            "files": [str(path) for path in self.scratch.iterdir()],
            "notes": [str(path) for path in (self.cache / "runs").glob("*.*") if path.name != ".lock"],
            "processes": list(self.processes().values()),
            "in the engine": self.in_engine(),
        }
        return {kind: things for kind, things in kinds.items() if things}

    def in_engine(self, *kinds: str) -> list[str]:
        """Return the containers, networks and volumes that carry the label of this cache."""
        machine = self.cache / "runs" / "machine"
        if not machine.exists() or not engine().ok:
            return []
        only = ["-q", "--filter", f"label=duplicity-verify.machine={machine.read_text()}"]
        listings = [kind.split() for kind in kinds or ("ps -a", "network ls", "volume ls")]
        return [line for listing in listings for line in docker(*listing, *only).splitlines()]

    def kill_the_store(self) -> None:
        """Kill the store of the run that goes on here, be it a process or a container."""
        for container in self.in_engine("ps"):
            if "minio" in docker("inspect", "--format", "{{.Config.Image}}", container):
                docker("kill", container)
        for number, line in self.processes().items():
            if " server " in line and f"{self.scratch}/" in line:
                os.kill(number, signal.SIGKILL)


@dataclass(frozen=True)
class Ended:
    """A run that has ended."""

    code: int
    out: str
    err: str

    @property
    def verdict(self) -> str:
        """The last line of what was printed."""
        return (self.out + self.err).rstrip().splitlines()[-1]


class Running:
    """A run that goes on."""

    def __init__(self, process: "subprocess.Popen[str]", errors: IO[str]) -> None:
        self.process = process
        self._errors = errors
        self._read: list[str] = []

    def until(self, beginning: str) -> None:
        """Wait for a line that begins so."""
        assert self.process.stdout
        for line in self.process.stdout:
            self._read.append(line)
            if line.startswith(beginning):
                return
        raise AssertionError(f"no line began with {beginning!r}: {self.ended()}")

    def ended(self) -> Ended:
        """Wait for its end; kill it where it hangs."""
        try:
            rest, _ = self.process.communicate(timeout=HUNG)
        finally:
            self.kill()
        self._errors.seek(0)
        return Ended(self.process.returncode, "".join(self._read) + rest, self._errors.read())

    def kill(self) -> None:
        """Kill it with all that is in its process group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


Start = Callable[..., Running]
Command = Callable[..., Ended]


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place of the test's own, which shares what the cache has to download or to build."""
    (tmp_path / "cache").mkdir()
    for name in SHARED:
        (cache_dir() / name).mkdir(exist_ok=True)
        (tmp_path / "cache" / name).symlink_to(cache_dir() / name)
    scratch = Path(tempfile.mkdtemp(prefix="dvt-"))  # its path is short, which gpg-agent's socket needs
    yield Place(scratch, tmp_path / "cache", tmp_path / "reports")
    wipe(os.fsencode(scratch))


@pytest.fixture
def start(place: Place, tmp_path: Path) -> Iterator[Start]:
    """Give a function that starts the command in the place; what still runs afterwards is killed."""
    with ExitStack() as stack:

        def start(*words: str, env: Mapping[str, str] | None = None) -> Running:
            options = [f"--report-dir={place.reports}", "--profile=smoke", *(() if "-n" in words else ("-n", "1"))]
            errors = stack.enter_context(tempfile.TemporaryFile("w+"))
            process = subprocess.Popen(
                [sys.executable, "-m", "verify.cli", *options, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=tmp_path,
                env={**place.environment, **(env or {})},
                start_new_session=True,
                preexec_fn=heed_signals,  # noqa: PLW1509 - it takes no lock
            )
            stack.enter_context(process)  # closes its pipes
            running = Running(process, errors)
            stack.callback(running.kill)
            return running

        yield start


def heed_signals() -> None:
    """Heed Ctrl-C also where pytest itself does not, as in the background of a shell."""
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


@pytest.fixture
def command(start: Start) -> Command:
    """Give a function that runs the command to its end."""
    return lambda *words, **more: start(*words, **more).ended()


@pytest.fixture
def has_engine() -> None:
    """Skips where no engine answers."""
    if not engine().ok:
        pytest.skip(engine().why)


@pytest.fixture(params=["embedded", "docker"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Each runtime that this machine has."""
    if request.param == "docker":
        request.getfixturevalue("has_engine")
    return str(request.param)


@pytest.fixture
def mounted(place: Place) -> Iterator[Callable[[str], Path]]:
    """Give a function that mounts a small file system of a given size in the place."""
    mounts: list[Path] = []

    def mount(size: str) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="dvt-"))
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=False, capture_output=True
        )
        if done.returncode:
            folder.rmdir()
            pytest.skip("this machine does not let its user mount a tmpfs")
        mounts.append(folder)
        return folder

    yield mount
    for folder in mounts:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@pytest.fixture
def path_without(tmp_path: Path) -> Callable[..., str]:
    """Give a function that returns a PATH on which all programs are but those whose names begin as given."""

    def without(*names: str) -> str:
        folder = tmp_path / "programs"
        folder.mkdir()
        for place in os.environ["PATH"].split(os.pathsep):
            for program in sorted(Path(place).glob("*")):
                if not program.name.startswith(names) and not (folder / program.name).is_symlink():
                    (folder / program.name).symlink_to(program)
        return str(folder)

    return without
