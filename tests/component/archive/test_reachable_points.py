"""Which points duplicity restores, lists and knows of is what we say, for drawn destinations, by its own commands."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from duplicity_forks import DuplicityForks
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from packaging.version import Version
from pools import (
    ANOTHER_JOB,
    LOCKED_JOB,
    LOCKED_OTHERWISE,
    NAME,
    NOW,
    ONE_JOB,
    PASSPHRASE,
    Drawn,
    Pool,
    destinations,
    markers,
    names_of_sets,
)

from verify.archive.chains import Chains, chains_of
from verify.archive.names import Names, Span
from verify.archive.sets import Object, Stored, stored_of
from verify.lab.client.results import StatusResult
from verify.lab.hosts.host import Completed

# Destinations of each release and pool: 40 by day, 500 by night. What is encrypted costs five times as much.
BY_DAY = {("3.2.1", "open"): 28, ("2.2.4", "open"): 6, ("3.2.1", "locked"): 4, ("2.2.4", "locked"): 2}
BY_NIGHT = {("3.2.1", "open"): 300, ("2.2.4", "open"): 100, ("3.2.1", "locked"): 75, ("2.2.4", "locked"): 25}
_NOTHING = StatusResult.of((), Completed((), 0, b"", b"", 0.0, 0.0), ())
FULL = ("--metadata-sync-mode", "full")
SIGNATURES_TWICE = Version("3.2.0")  # the first that takes no offence at them


@pytest.fixture(scope="module", params=["3.2.1", "2.2.4"])
def forks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuplicityForks]:
    with DuplicityForks(tmp_path_factory.mktemp("d") / "f", request.param) as ready:
        yield ready


@pytest.fixture(scope="module")
def open_pool(forks: DuplicityForks, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return Pool(tmp_path_factory.mktemp("pool") / "open", forks, encrypted=False)


@pytest.fixture(scope="module")
def locked_pool(forks: DuplicityForks, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return Pool(tmp_path_factory.mktemp("pool") / "locked", forks, encrypted=True)


def examples(request: pytest.FixtureRequest, forks: DuplicityForks, which: str) -> int:
    by_night = request.config.option.profile == "nightly"
    return (BY_NIGHT if by_night else BY_DAY)[str(forks.release), which]


@pytest.mark.parametrize("which", ["open", "locked"])
def test_each_point_comes_back_or_gives_another_or_is_refused_as_we_say(
    which: str, request: pytest.FixtureRequest, forks: DuplicityForks, tmp_path: Path
) -> None:
    pool: Pool = request.getfixturevalue(f"{which}_pool")
    by_night = request.config.option.profile == "nightly"
    jobs = (ONE_JOB, ANOTHER_JOB) if which == "open" else (LOCKED_JOB, LOCKED_OTHERWISE)

    @settings(max_examples=examples(request, forks, which), phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(destinations(names_of_sets(*jobs)), st.booleans())
    def each(drawn: Drawn, everything: bool) -> None:
        # Not modelled: what duplicity does with the signatures of a backup that stopped when it is to copy everything.
        assume(not (everything and drawn.unfinished))
        Asked(pool, drawn, tmp_path / "x", everything, by_night).must_agree()

    each()


@dataclass
class Asked:
    """A drawn destination, and what is asked of it; `everything`: whether duplicity copies all to its archive."""

    pool: Pool
    drawn: Drawn
    folder: Path
    everything: bool
    by_night: bool

    def must_agree(self) -> None:
        """Raise unless duplicity does for each point, and now, what we say."""
        self._lay()
        stored = self._stored()
        chains = chains_of(stored, self.pool.forks.release)
        self._status_must_agree(stored, chains)
        times = {each.span.end for each in self.pool.sets.values() if each.name in self.drawn.lying}
        for time in sorted({*times, NOW}):
            self._restore_must_agree(stored, chains, time)
        for time in sorted({*times, NOW}) if self.by_night else [NOW]:  # a listing costs as much as a restore
            self._listing_must_agree(stored, chains, time)

    def _lay(self) -> None:
        self.drawn.placed(self.pool, self.folder)

    def _stored(self) -> Stored:
        """Return what lies there, as duplicity's own listing has it, and what the archive adds."""
        there = [Object(path.name, 1) for path in (self.folder / "to").iterdir()]  # in no order, as duplicity has them
        kept = [path.name for path in (self.folder / "archive" / NAME).iterdir() if ".part" in path.name]
        return stored_of(there, Names(), kept)

    def _locked(self, *, known: bool = True) -> set[Span]:
        """Return the sets whose files the passphrase does not open, and that the archive does not have in the clear.

        Unless that is `known`, also those that it has.
        """
        return {
            each.span
            for each in self.pool.sets.values()
            if each.passphrase not in ("", PASSPHRASE)
            and each.name in self.drawn.lying
            and not (known and each.name in self.drawn.archive)
        }

    def _asked(self, verb: str, *words: str) -> tuple[int, str]:
        """Run a command, with an archive that it finds as it was drawn."""
        self._lay()
        sync = FULL if self.everything else ()
        ended = self.pool.forks(
            verb, f"--current-time={NOW}", f"--archive-dir={self.folder}/archive", "--num-retries=1", *sync,
            *self.pool.options, *words, environment={"PASSPHRASE": PASSPHRASE},
        )  # fmt: skip
        return ended.code, ended.said

    def _url(self) -> str:
        return f"file://{self.folder}/to"

    def _status_must_agree(self, stored: Stored, chains: Chains) -> None:
        log = self.folder / "log"
        code, said = self._asked("collection-status", f"--log-file={log}", self._url())
        if not stored.sets:
            return
        assert code == 0, said
        status = _NOTHING.with_records(log.read_bytes())
        got = sorted([each.time for each in chain] for chain in status.chains)
        assert got == sorted([each.span.end for each in chain.listed] for chain in chains.chains if chain.listed), said
        assert status.orphaned == len(chains.orphans), said

    def _restore_must_agree(self, stored: Stored, chains: Chains, time: int) -> None:
        shutil.rmtree(self.folder.parent / "restored", ignore_errors=True)
        target = self.folder.parent / "restored"
        code, said = self._asked("restore", f"--time={time}", self._url(), str(target))
        expected = self._expected(stored, chains, time)
        got = sorted(markers(target)) if code == 0 else []
        assert (got == []) == (expected is None), f"{time}: {expected} but {got}\n{said}"
        assert expected is None or expected in got, f"{time}: {expected} but {got}\n{said}"

    def _expected(self, stored: Stored, chains: Chains, time: int) -> str | None:
        """Return the name of the set whose point a restore gives; None where it is refused."""
        answer = chains.at(time)
        locked = self._locked()
        if answer.gives is None or chains.locked_for(time, locked, stored, everything=self.everything):
            return None
        if self._has_signatures_twice(chains, time):
            return None
        if any(not each.volumes for each in answer.sets):  # the only one is lost
            return None
        if any(self._passphrase(each.span) not in ("", PASSPHRASE) for each in answer.sets):  # that of its volumes
            return None
        return self._name(answer.gives.span)

    def _passphrase(self, span: Span) -> str:
        return next(each.passphrase for each in self.pool.sets.values() if each.span == span)

    def _name(self, span: Span) -> str:
        return next(each.name for each in self.pool.sets.values() if each.span == span)

    def _listing_must_agree(self, stored: Stored, chains: Chains, time: int) -> None:
        code, said = self._asked("list-current-files", f"--time={time}", self._url())
        if any(each.times != sorted(each.times) for each in chains.signatures):
            return  # of a clock that was set back: it depends on which signatures the archive has by now
        listed, locked = chains.listed(time), self._locked()
        if chains.locked_for(time, locked, stored, everything=self.everything) or self._has_signatures_twice(
            chains, time
        ):
            listed = ()
        if listed and listed[0] > time:  # it takes the oldest, and of two that are alike the one that is not here
            locked = self._locked(known=False)
        if {each.end for each in locked} & set(listed):
            listed = ()
        got = [line.rpartition(" at-")[2] for line in said.splitlines() if " at-" in line and code == 0]
        if not listed:
            assert not got, said
        else:
            ends = {self.pool.sets[name].span.end for name in got}
            assert ends >= {listed[-1]}, f"{time}: {listed} but {got}\n{said}"

    def _has_signatures_twice(self, chains: Chains, time: int) -> bool:
        """Return whether duplicity crashes: it copies a full's signatures of which it has kept an unfinished file."""
        kept = [self.pool.sets[each] for each in self.drawn.unfinished]
        ends = [each.span.end for each in kept if each.span.is_full and "signature" not in self.drawn.lying[each.name]]
        sets = chains.at(time).sets
        copied = next((each for each in chains.chains if sets and each.sets[0] is sets[0]), None)
        needed = [end for end in ends if copied is None or copied.covers(end)]
        return bool(needed) and self.pool.forks.release < SIGNATURES_TWICE
