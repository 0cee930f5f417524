"""A pack blames whom one by one is to blame, and nobody for what the lab has done."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from verify.checks import FindingsError
from verify.concerns.encryption import kinds_seen
from verify.concerns.operations import Course
from verify.errors import CannotRunError
from verify.evidence import CouldNotRun, passing_through, told_by
from verify.lab.client.provision import provision_duplicity
from verify.lab.client.variants import KEY, PLAIN, SYMMETRIC, Variant
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.packs import HistoryVerdict, judged
from verify.lab.packs.drawing import collected, settings_of
from verify.lab.settings import LabSettings
from verify.operations import operations_of
from verify.trees import MARKED, History, Tree, file, folder, histories, histories_of
from verify.trees.model import SECOND

HERE = Path(__file__).parent

WITH_NEWLINE = Tree({b"a": file((1, 10)), b"new\nline": file((2, 10)), b"d": folder(), b"d/b": file((3, 10))})
WITHOUT = Tree({b"a": file((1, 10)), b"b": file((2, 10))})
HISTORIES = (
    histories_of(WITHOUT, WITH_NEWLINE),
    histories_of(WITHOUT),
    histories_of(Tree({b"new\nline": file((2, 10))}), WITHOUT),
    histories_of(WITH_NEWLINE, Tree({}), WITH_NEWLINE),
    histories_of(WITHOUT, Tree({b"a": file((1, 10)), b"refused": file((2, 10))})),
)


@settings(database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
@given(history=histories(points=3))
def drawn(history: History) -> None: ...


@contextmanager
def lab_of(folder_: Path, saboteur: str) -> Iterator[Lab]:
    """Give a lane of a lab in which a saboteur stands in duplicity's place. Backups go to a folder: that is quicker."""
    real = provision_duplicity("3.2.1").command
    words = [sys.executable, str(HERE / "broken_calls.py"), saboteur, str(folder_ / "state"), *real, "--"]
    settings_ = LabSettings.from_options({"duplicity_command": shlex.join(words)})
    with open_lab(settings_, "embedded") as lab, lab.lane("lane") as lane:
        yield replace(lane, variant=Variant(place="folder"))


@pytest.fixture(scope="module")
def sound() -> Iterator[tuple[Lab, Lab]]:
    """Give a lab of an honest duplicity, and a lane of it."""
    with open_lab(LabSettings.from_options({}), "embedded") as lab, lab.lane("lane") as lane:
        yield lab, lane


def body(history: History) -> Callable[[HistoryLab], None]:
    def run(lab: HistoryLab) -> None:
        chain = lab.back_up(history)
        for point in chain.points:
            lab.restore(point).must_equal(point.inventory)

    return run


def told(lab: Lab, *chosen: History) -> list[str | None]:
    """Return what the verdicts of a pack say."""
    verdicts = judged(lab, [body(history) for history in chosen])
    return [verdict and str(verdict.error or "holds") for verdict in verdicts]


def test_the_verdict_of_a_history_is_the_same_packed_and_alone(tmp_path: Path) -> None:
    some = [each["history"] for each in collected(drawn, settings_of(drawn), seed=1, examples=2)]
    with lab_of(tmp_path, "swap-beside-a-newline") as lab:
        packed = told(lab, *HISTORIES, *some)
        alone = [told(lab, each)[0] for each in (*HISTORIES, *some)]
    assert packed == alone
    assert [each != "holds" for each in packed[: len(HISTORIES)]] == [True, False, False, True, False]


def test_a_command_that_fails_for_a_pack_is_blamed_on_the_history_that_makes_it_fail(tmp_path: Path) -> None:
    with lab_of(tmp_path, "refuse-a-name") as lab:
        verdicts = told(lab, *HISTORIES)
    assert verdicts[:-1] == [None] * (len(HISTORIES) - 1)
    assert "command-succeeds" in (verdicts[-1] or "")


def test_a_store_that_dies_is_no_verdict_on_any_history() -> None:
    with open_lab(LabSettings.from_options({}), "embedded") as lab:

        def dying(inner: HistoryLab) -> None:
            inner.back_up(HISTORIES[0])
            lab.store.close()
            inner.back_up(HISTORIES[0])

        with pytest.raises(CannotRunError, match="store"), lab.lane("lane") as lane:
            judged(lane, [dying, dying])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
@pytest.mark.parametrize("count", [1, 2], ids=["alone", "packed"])
def test_a_full_disk_is_no_verdict_on_any_history(sound: tuple[Lab, Lab], count: int) -> None:
    _, lane = sound
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", lane.source]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        large = body(histories_of(Tree({b"a": file((1, 1_000_000))})))
        with pytest.raises((CannotRunError, CouldNotRun, OSError)) as caught:
            judged(lane, [passing_through(large)] * count)
    finally:
        subprocess.run(["umount", lane.source], check=True)
    told = told_by(caught.value)
    assert told
    assert told.text.startswith("could not run: no space is left")


def test_what_a_pack_leaves_is_nothing(sound: tuple[Lab, Lab]) -> None:
    lab, lane = sound
    before = {each.object_name for each in lab.store.client.list_objects("backups", recursive=True)}
    (first, second) = judged(lane, [body(HISTORIES[0]), body(HISTORIES[1])])
    assert first == second
    assert {each.object_name for each in lab.store.client.list_objects("backups", recursive=True)} == before
    assert not lane.host.exists(f"{lane.host.scratch}/archive-1")


def test_a_packed_test_that_needs_more_than_a_pack_has_says_what_to_do(sound: tuple[Lab, Lab]) -> None:
    _, lane = sound
    reads = [lambda inner: inner.host.run(["true"])] * 2
    with pytest.raises(CannotRunError, match="alone"):
        judged(lane, reads)
    assert issubclass(FindingsError, AssertionError)


@pytest.mark.parametrize("variant", [SYMMETRIC, KEY], ids=str)
def test_a_pack_is_encrypted_where_its_variant_says_so(sound: tuple[Lab, Lab], variant: Variant) -> None:
    _lab, lane = sound
    kinds: list[set[str]] = []

    def run(inner: HistoryLab) -> None:
        chain = inner.back_up(MARKED)
        for point in chain.points:
            inner.restore(point).must_equal(point.inventory)
        if not kinds:
            kinds.append(kinds_seen(chain, MARKED))

    encrypted = lane.statistics["histories_encrypted"]
    assert judged(replace(lane, variant=variant), [run, run]) == [HistoryVerdict(), HistoryVerdict()]
    assert judged(replace(lane, variant=PLAIN), [run, run]) == [HistoryVerdict(), HistoryVerdict()]
    assert lane.statistics["histories_encrypted"] == encrypted + 2
    assert kinds == [set()]


@pytest.mark.parametrize(
    ("saboteur", "operations", "said"),
    [
        (
            "retain-everything",
            "full, full, remove-all-but-n-full 1",
            "retention (at risk or exposed): expected these backups are left",
        ),
        (
            "retain-everything",
            "full, full, remove-older-than 1",
            "retention (at risk or exposed): expected these backups are left",
        ),
        (
            "remove-too-much",
            "full, incremental, full, remove-all-but-n-full 2",
            "retention (would not come back): expected these backups are left",
        ),
        ("lose-the-third-incremental", "full, incremental, incremental, incremental, restore 3", "retention (would"),
        ("refuse-a-name", "full, volsize 1", "holds"),
    ],
)
def test_what_goes_wrong_in_the_life_of_a_destination_is_found(
    saboteur: str, operations: str, said: str, tmp_path: Path
) -> None:
    def run(lab: HistoryLab, history: History) -> None:
        course = Course(lab, history.trees)
        course.run(operations_of(operations))
        course.must_be_without_what_was_removed()

    histories_ = [
        histories_of(*(Tree({b"a": file((seed, 10), mtime_ns=seed * SECOND)}) for seed in seeds))
        for seeds in ((1, 2, 3), (4, 5, 6))
    ]
    with lab_of(tmp_path, saboteur) as lab:
        verdicts = judged(lab, [partial(run, history=history) for history in histories_])
    told = [str(verdict.error or "holds") for verdict in verdicts if verdict]
    assert told
    assert [each for each in told if said not in each] == []
