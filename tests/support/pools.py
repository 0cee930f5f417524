"""Pools of real sets, and destinations that are drawn from them: what lies there is what somebody's jobs have left.

A pool is made once, by duplicity. Each of its sets has a file of its own in the source, so that what a restore gives,
and what a listing shows, says by itself of which point it is.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from duplicity_forks import DuplicityForks
from hypothesis import strategies as st

from verify.archive.names import Names, Span

START, DAY = 1_767_225_600, 86_400  # of the first full
PASSPHRASE, ANOTHER = "seven rowing boats", "eight rowing boats"
NAME = "job"
CHEAP = ("--gpg-options=--s2k-count=65536",)  # a passphrase that costs nothing to try
LOST = ("manifest", "signature", "first volume")  # what a set may lack at a drawn destination

# Of each set: its name, what it is taken on top of, and the day of its point. Without a base it is a full.
ONE_JOB = [
    ("full", "", 0), ("monday", "full", 1), ("tuesday", "monday", 2), ("tuesday-again", "monday", 2.5),
    ("wednesday", "tuesday", 3), ("after-again", "tuesday-again", 3.5), ("back", "wednesday", 2.2),
    ("second-full", "", 5), ("friday", "second-full", 6), ("saturday", "friday", 7),
    ("of-the-future", "friday", 400), ("full-of-the-future", "", 500),
]  # fmt: skip
ANOTHER_JOB = [("other-full", "", 0.5), ("other-monday", "other-full", 1.5), ("other-full-again", "", 6.5)]
LOCKED_JOB = [("full", "", 0), ("monday", "full", 1), ("tuesday", "monday", 2), ("tuesday-again", "monday", 2.5)]
LOCKED_OTHERWISE = [("other-full", "", 4), ("other-monday", "other-full", 5)]
NOW = START + 100 * DAY  # of the commands that are asked: between all points and those of the future


@dataclass(frozen=True)
class PoolSet:
    """A real set: its files at the destination, and those in the archive of the job that took it."""

    name: str
    span: Span
    folder: Path
    passphrase: str

    @property
    def files(self) -> list[str]:
        """The names of its files at the destination."""
        return sorted(names_in(self.folder / "destination"))

    def without(self, lost: frozenset[str]) -> list[str]:
        """Return the names of its files, but for what is lost."""
        marks = {"manifest": ".manifest", "signature": "-signatures.", "first volume": ".vol1."}
        return [name for name in self.files if not any(marks[each] in name for each in lost)]


@dataclass
class Pool:
    """Sets of jobs that are taken once. `options` are those of every command."""

    folder: Path
    forks: DuplicityForks
    encrypted: bool
    sets: dict[str, PoolSet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the sets."""
        jobs = [(LOCKED_JOB, PASSPHRASE), (LOCKED_OTHERWISE, ANOTHER)] if self.encrypted else [
            (ONE_JOB, ""), (ANOTHER_JOB, "")
        ]  # fmt: skip
        for sets, passphrase in jobs:
            for name, base, day in sets:
                self._take(name, base, START + int(day * DAY), passphrase)

    @property
    def options(self) -> list[str]:
        """The options of every command."""
        return [f"--name={NAME}", *(CHEAP if self.encrypted else ("--no-encryption",))]

    def _take(self, name: str, base: str, time: int, passphrase: str) -> None:
        """Take a set on top of another one, in a copy of what that one left."""
        work, source = self.folder / "work" / name, self.folder / "source" / name
        shutil.copytree(self.folder / "work" / base, work) if base else work.mkdir(parents=True)
        source.mkdir(parents=True)
        (source / f"at-{name}").write_text(name * 3)
        for each in (source / f"at-{name}", source):
            os.utime(each, (time - 60, time - 60))
        before = names_in(work / "to")
        kind = "incremental" if base else "full"
        self.forks.succeeds(
            kind, f"--current-time={time}", "--allow-source-mismatch", f"--archive-dir={work}/archive", *self.options,
            str(source), f"file://{work}/to", environment={"PASSPHRASE": passphrase},
        )  # fmt: skip
        self.sets[name] = self._kept(name, work, before, passphrase)

    def _kept(self, name: str, work: Path, before: set[str], passphrase: str) -> PoolSet:
        """Keep a set's own files, and those of its job's archive."""
        folder = self.folder / "sets" / name
        for place in ("destination", "archive"):
            (folder / place).mkdir(parents=True)
        new = names_in(work / "to") - before
        for each in new:
            shutil.copy(work / "to" / each, folder / "destination" / each)
        named = {found.span for each in new if (found := Names().read(each))}
        (span,) = named
        for path in (work / "archive" / NAME).iterdir():
            known = Names().read(path.name)
            if known and known.span == span:
                shutil.copy(path, folder / "archive" / path.name)
        return PoolSet(name, span, folder, passphrase)


@dataclass(frozen=True)
class Drawn:
    """A destination: of each set that lies there what it lacks; which sets the archive knows, which as unfinished."""

    lying: Mapping[str, frozenset[str]]
    archive: frozenset[str]
    unfinished: frozenset[str]

    def placed(self, pool: Pool, folder: Path) -> Path:
        """Lay it into a folder; return that."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "to").mkdir(parents=True)
        (folder / "archive" / NAME).mkdir(parents=True)
        for name, lost in self.lying.items():
            for each in pool.sets[name].without(lost):
                shutil.copy(pool.sets[name].folder / "destination" / each, folder / "to" / each)
        for name in self.archive:
            for path in (pool.sets[name].folder / "archive").iterdir():
                shutil.copy(path, folder / "archive" / NAME / self._kept_as(name, path.name))
        return folder

    def _kept_as(self, name: str, file: str) -> str:
        """Return what a file is called in the archive: a job that was killed leaves `.part` in its name."""
        if name not in self.unfinished:
            return file
        return file.replace(".sigtar", ".sigtar.part").replace(".manifest", ".manifest.part")


@st.composite
def destinations(draw: st.DrawFn, pool_names: tuple[str, ...]) -> Drawn:
    """Draw a destination of some sets of a pool: each is whole, or lacks something, or is not there."""
    lying = dict[str, frozenset[str]]()
    for name in pool_names:
        if draw(st.integers(0, 9)) < 6:
            whole = draw(st.integers(0, 9)) < 7
            lying[name] = frozenset() if whole else draw(st.frozensets(st.sampled_from(LOST), min_size=1))
    with_archive = draw(st.booleans())
    known = frozenset(name for name in pool_names if with_archive and draw(st.integers(0, 9)) < 8)
    killed = [name for name in sorted(known & lying.keys()) if "manifest" in lying[name]]
    unfinished = frozenset({draw(st.sampled_from(killed))} if killed and draw(st.booleans()) else ())
    return Drawn(lying, known, unfinished)


def names_in(folder: Path) -> set[str]:
    """Return the names of what lies in a folder, nothing where there is none."""
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def names_of_sets(*jobs: list[tuple[str, str, float]]) -> tuple[str, ...]:
    """Return the names of jobs' sets."""
    return tuple(name for job in jobs for name, _, _ in job)


def markers(folder: Path) -> Iterator[str]:
    """Yield the names of the sets whose own files lie in a restored folder."""
    yield from (name.removeprefix("at-") for name in sorted(names_in(folder)) if name.startswith("at-"))
