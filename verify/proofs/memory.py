"""What is remembered of earlier runs: a file for each digest, and the tests that failed last for each job.

A file is replaced as a whole, under a lock: two runs at once lose nothing of each other. One that
cannot be read, or does not say what its name says, is as none.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from verify.lab.hosts.cache import cache_dir, locked
from verify.proofs.digest import digest_of
from verify.proofs.proof import Proof
from verify.whole_file import write_whole

FORMAT = 1
KEPT = 50  # files of digests; older ones are of duplicities, options or suites that nobody runs any more


@dataclass(frozen=True, slots=True)
class Remembered:
    """The proof of a test function; `skipped` are those of its tests that did not run, and prove nothing."""

    proof: Proof
    skipped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a run found out of test functions, in one runtime: those that it proved, and those that failed."""

    begun: datetime
    ended: datetime
    proven: Mapping[str, Remembered] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()


class ProofMemory:
    """The proofs that depend on one basis. `folder` is where all files are."""

    def __init__(self, basis: Mapping[str, str], folder: Path | None = None) -> None:
        self.basis = dict(basis)
        self.digest = digest_of(basis)
        self.folder = folder or cache_dir() / "proofs"

    @property
    def path(self) -> Path:
        """The file that has them."""
        return self.folder / f"{self.digest}.json"

    def proofs(self) -> dict[str, Remembered]:
        """Return what is proven, by test function; nothing where the file is missing or cannot be believed."""
        return self._read()[0]

    def take(self, outcomes: Outcomes) -> None:
        """Given what a run found out, remember it: what failed is proven no more.

        A larger profile's proof is kept. Nothing is proven that failed in another run after this one began.
        """
        with locked(self.folder / ".lock"):
            proofs, failed = self._read()
            for test in outcomes.failed:
                proofs.pop(test, None)
                failed[test] = outcomes.ended
            for test, new in outcomes.proven.items():
                old = proofs.get(test)
                if test in failed and failed[test] > outcomes.begun:
                    continue
                if old is None or new.proof.serves(old.proof.profile):
                    proofs[test] = new
                failed.pop(test, None)
            self._write(proofs, failed)
            _forget_old(self.folder)

    def _read(self) -> tuple[dict[str, Remembered], dict[str, datetime]]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if (found["format"], found["digest"], digest_of(found["basis"])) != (FORMAT, self.digest, self.digest):
                return {}, {}
            proofs = {test: _remembered(data) for test, data in found["proven"].items()}
            return proofs, {test: datetime.fromisoformat(at) for test, at in found["failed"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return {}, {}

    def _write(self, proofs: Mapping[str, Remembered], failed: Mapping[str, datetime]) -> None:
        written = {
            "format": FORMAT,
            "digest": self.digest,
            "basis": self.basis,
            "proven": {
                test: {**each.proof.as_json(), "skipped": sorted(each.skipped)} for test, each in proofs.items()
            },
            "failed": {test: at.isoformat() for test, at in failed.items()},
        }
        replace_by(self.path, written)


def _remembered(data: Mapping[str, Any]) -> Remembered:
    return Remembered(Proof.from_json(data), frozenset(data["skipped"]))


def replace_by(path: Path, value: Any) -> None:
    """Write JSON in place of a file, as a whole: who reads it meanwhile sees the old one or the new one."""
    write_whole(path, json.dumps(value, indent=1) + "\n")


def _forget_old(folder: Path) -> None:
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [path for path in files if path.name != FAILED][KEPT:]:
        with contextlib.suppress(OSError):
            path.unlink()


FAILED = "failed.json"


class LastFailed:
    """The test functions that failed when a job was last verified: they are run first the next time, and no more."""

    def __init__(self, job: Iterable[object], folder: Path | None = None) -> None:
        self.key = digest_of({"job": " ".join(map(str, job))})
        self.folder = folder or cache_dir() / "proofs"

    def tests(self) -> frozenset[str]:
        """Return those functions."""
        return frozenset(self._read().get(self.key, ()))

    def take(self, ran: Iterable[str], failed: Iterable[str]) -> None:
        """Given the functions that a run ran, and those of them that failed, remember these."""
        with locked(self.folder / ".lock"):
            everything = self._read()
            now = {*everything.pop(self.key, ())} - {*ran} | {*failed}
            if now:
                everything[self.key] = sorted(now)
            replace_by(self.folder / FAILED, dict(list(everything.items())[-KEPT:]))

    def _read(self) -> dict[str, list[str]]:
        try:
            found = json.loads((self.folder / FAILED).read_text(encoding="utf-8"))
            return {str(key): [str(test) for test in tests] for key, tests in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
