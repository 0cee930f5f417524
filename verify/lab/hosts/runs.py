"""What a run has on this machine and in its engine, and how all of it goes away again.

A run holds a lock on a file as long as it lives, however it dies. What belongs to a run whose lock
is free is removed by the next one; what belongs to a live run is never touched.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from verify.errors import CannotRunError
from verify.lab.hosts.cache import cache_dir, locked
from verify.lab.hosts.processes import MARKER, end, kill_marked, start_bound
from verify.onsite.tree_files import wipe

RUN_LABEL = "duplicity-verify.run"
MACHINE_LABEL = "duplicity-verify.machine"
SCRATCH_PREFIX = "dv-"  # short: a gpg-agent's socket path, below it, has 107 bytes at most
MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's folder in memory; ours in it is nobody else's
ENOUGH_MEMORY = 1 << 30  # bytes that have to be free there


@dataclass(eq=False)
class LabelledRun:
    """One run of the suite in one process: its id, its scratch, and the children it started."""

    id: str
    scratch: Path
    note: Path  # of what the next run would have to remove
    lock: IO[str]  # on the note
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _in_engine: bool = False

    @property
    def marker(self) -> Mapping[str, str]:
        """What goes into the environment of every process of this run, so that it can be found."""
        return {MARKER: self.id}

    @property
    def labels(self) -> dict[str, str]:
        """What goes on every container, network and volume of this run, so that it can be found."""
        return {RUN_LABEL: self.id, MACHINE_LABEL: machine()}

    @cached_property
    def memory(self) -> Path:
        """A folder in memory for many small files, where there is room, else scratch.

        To make a file costs 5 µs there, and on a disk's file system up to 0.4 ms.
        """
        if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ENOUGH_MEMORY:
            return self.scratch
        folder = MEMORY / self.scratch.name
        folder.mkdir(mode=0o700)
        return folder

    def uses_engine(self) -> None:
        """Note that there may be something of this run in the engine; call it before there is."""
        _note(self.lock, self.scratch, engine=True)
        self._in_engine = True

    def start_child(self, argv: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a process that ends with this run, also if the run is killed.

        `env` is its complete environment but for the run's marker. Call it in the main thread: the
        process ends with the thread that started it.
        """
        child = start_bound(argv, {**env, **self.marker}, log)
        self.children.append(child)
        return child

    def close(self) -> None:
        """End the run's processes and remove its scratch; the lab has removed its containers before."""
        for child in reversed(self.children):
            end(child)
        if self._in_engine:
            _remove_labelled(self.labels)
        kill_marked(self.id)
        for folder in (self.scratch, MEMORY / self.scratch.name):
            wipe(os.fsencode(folder))
        self.note.unlink(missing_ok=True)
        self.lock.close()


@contextlib.contextmanager
def open_run() -> Iterator[LabelledRun]:
    """Give a run of this process; remove before what dead runs left, and afterwards all of its own."""
    sweep()
    run = _begin()
    try:
        yield run
    finally:
        run.close()


def scratch_place() -> Path:
    """Return the folder that scratch is made in. Raise `CannotRunError` if TMPDIR names one that cannot be written.

    Python's `tempfile` would go elsewhere without a word, perhaps to the small disk that was to be spared.
    """
    named = os.environ.get("TMPDIR")
    if not named:
        return Path(tempfile.gettempdir())
    if not os.access(named, os.W_OK | os.X_OK) or not Path(named).is_dir():
        raise CannotRunError(f"TMPDIR={named} is no folder that can be written: name one with 2 GiB of free space")
    return Path(named).absolute()


def machine() -> str:
    """Return this machine's id: random, made once, and kept beside the locks that it is good for."""
    kept = _folder() / "machine"
    with locked(_folder() / ".lock"):
        if not kept.exists():
            kept.write_text(str(uuid.uuid4()), encoding="ascii")
        return kept.read_text(encoding="ascii")


def sweep() -> list[str]:
    """Remove what dead runs left: processes, scratch, containers; return their ids."""
    swept = []
    for path in sorted(_folder().glob("*.json")):
        with contextlib.suppress(FileNotFoundError), path.open("r+", encoding="utf-8") as file:
            if _is_free(file) and _remove_left(path.stem, file.read()):
                path.unlink()
                swept.append(path.stem)
    return swept


def _begin() -> LabelledRun:
    id_ = secrets.token_hex(4)
    scratch = scratch_place() / f"{SCRATCH_PREFIX}{id_}"
    # Locked before it has its name: a sweeping run never meets it free.
    unnamed = _folder() / f"{id_}.new"
    lock = unnamed.open("x+", encoding="utf-8")
    fcntl.flock(lock, fcntl.LOCK_EX)
    _note(lock, scratch, engine=False)
    note = unnamed.rename(unnamed.with_suffix(".json"))
    scratch.mkdir(mode=0o700)
    return LabelledRun(id_, scratch, note, lock)


def _note(lock: IO[str], scratch: Path, *, engine: bool) -> None:
    lock.seek(0)
    lock.truncate()
    json.dump({"scratch": str(scratch), "engine": engine}, lock)
    lock.flush()


def _remove_left(id_: str, note: str) -> bool:
    """Remove what a dead run left; return whether that was all of it."""
    kill_marked(id_)
    wipe(os.fsencode(MEMORY / f"{SCRATCH_PREFIX}{id_}"))
    try:
        left = json.loads(note)
    except ValueError:  # killed while it wrote the note, before it had anything
        return True
    scratch = Path(left["scratch"])
    if scratch.name == f"{SCRATCH_PREFIX}{id_}":
        wipe(os.fsencode(scratch))
    if not left["engine"]:
        return True
    return _remove_labelled({RUN_LABEL: id_, MACHINE_LABEL: machine()})


def _remove_labelled(labels: Mapping[str, str]) -> bool:
    from verify.lab.hosts.engine import remove_labelled  # noqa: PLC0415 - docker is slow to import, and seldom needed

    return remove_labelled(labels)


def _is_free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _folder() -> Path:
    folder = cache_dir() / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
