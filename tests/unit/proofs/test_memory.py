"""A proof is believed for what it was made with, and for nothing else."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from verify.proofs.digest import digest_of
from verify.proofs.memory import KEPT, LastFailed, Outcomes, ProofMemory, Remembered
from verify.proofs.proof import Proof

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
BASIS = {"duplicity": "3.2.1 abc", "runtime": "embedded", "suite": "def"}
TEST = "test_full.py::test_a_full_backup_comes_back_as_it_was"


def proven(profile: str = "default", at: datetime = NOON, tests: tuple[str, ...] = (TEST,)) -> Outcomes:
    found = {test: Remembered(Proof(at, profile), frozenset({f"{test}[skipped]"})) for test in tests}
    return Outcomes(at - timedelta(minutes=1), at, found)


def failed(at: datetime = NOON) -> Outcomes:
    return Outcomes(at - timedelta(minutes=1), at, failed=frozenset({TEST}))


@pytest.fixture
def memory(tmp_path: Path) -> ProofMemory:
    return ProofMemory(BASIS, tmp_path)


def test_what_was_proven_is_remembered_with_day_and_profile(memory: ProofMemory) -> None:
    memory.take(proven())
    assert memory.proofs() == {TEST: Remembered(Proof(NOON, "default"), frozenset({f"{TEST}[skipped]"}))}
    assert memory.proofs()[TEST].proof.words == "2026-11-29 (default)"


@pytest.mark.parametrize("name", BASIS)
def test_nothing_is_proven_of_another_basis(memory: ProofMemory, name: str) -> None:
    memory.take(proven())
    assert ProofMemory({**BASIS, name: "another"}, memory.folder).proofs() == {}


@pytest.mark.parametrize("renamed", [False, True], ids=["as-it-is", "by-its-digest"])
def test_a_file_that_was_made_of_another_basis_and_put_in_its_place_is_not_believed(
    memory: ProofMemory, renamed: bool
) -> None:
    memory.take(proven())
    other = ProofMemory({**BASIS, "duplicity": "3.2.1 broken"}, memory.folder)
    text = memory.path.read_text()
    other.path.write_text(text.replace(memory.digest, other.digest) if renamed else text)
    assert other.proofs() == {}


def test_the_order_of_a_basis_is_nothing() -> None:
    assert digest_of(BASIS) == digest_of(dict(reversed(BASIS.items())))


ENTRIES = (
    {"at": "now", "profile": "default", "skipped": []},
    {"at": "2026-11-29", "profile": "default", "skipped": []},  # in no time zone
    {"at": "2026-11-29T12:00:00+00:00", "profile": "huge", "skipped": []},
    {"profile": "default", "skipped": []},
    {"at": "2026-11-29T12:00:00+00:00", "profile": "default"},
    [],
)


def written(memory: ProofMemory, entry: object) -> str:
    """Return what a file holds that has an entry of ours."""
    head = {"format": 1, "digest": memory.digest, "basis": BASIS}
    return json.dumps({**head, "proven": {TEST: entry}, "failed": {}})


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "\0\xff"])
def test_a_file_that_cannot_be_read_is_as_none_and_is_replaced(memory: ProofMemory, text: str) -> None:
    memory.path.write_text(text, encoding="latin-1")
    assert memory.proofs() == {}
    memory.take(proven())
    assert memory.proofs().keys() == {TEST}


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_a_file_with_an_entry_that_is_no_proof_is_as_none(memory: ProofMemory, entry: object) -> None:
    memory.path.write_text(written(memory, entry))
    assert memory.proofs() == {}


def test_a_folder_in_its_place_is_as_none(memory: ProofMemory) -> None:
    memory.path.mkdir()
    assert memory.proofs() == {}


@pytest.mark.parametrize(("made", "asked", "serves"), [
    ("smoke", "smoke", True), ("smoke", "default", False), ("default", "smoke", True),
    ("default", "default", True), ("default", "nightly", False), ("nightly", "default", True),
])  # fmt: skip
def test_a_proof_serves_no_larger_profile_than_its_own(made: str, asked: str, serves: bool) -> None:
    assert Proof(NOON, made).serves(asked) is serves


def test_a_smaller_profile_does_not_replace_a_larger_ones_proof_and_its_equal_renews_it(memory: ProofMemory) -> None:
    later = NOON + timedelta(days=1)
    memory.take(proven("nightly"))
    memory.take(proven("default", later))
    assert memory.proofs()[TEST].proof == Proof(NOON, "nightly")
    memory.take(proven("nightly", later))
    assert memory.proofs()[TEST].proof == Proof(later, "nightly")


def test_what_fails_is_proven_no_more(memory: ProofMemory) -> None:
    memory.take(proven(tests=(TEST, "another")))
    memory.take(failed(NOON + timedelta(hours=1)))
    assert memory.proofs().keys() == {"another"}


def test_what_failed_and_passes_later_is_proven(memory: ProofMemory) -> None:
    memory.take(failed())
    memory.take(proven(at=NOON + timedelta(hours=1)))
    assert memory.proofs().keys() == {TEST}


def test_what_failed_in_a_run_at_the_same_time_is_not_proven(memory: ProofMemory) -> None:
    memory.take(failed())
    memory.take(proven(at=NOON + timedelta(seconds=30)))  # begun before the other failed
    assert memory.proofs() == {}


def test_old_files_go(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        ProofMemory({"duplicity": str(number)}, tmp_path).take(proven())
    assert len(list(tmp_path.glob("*.json"))) == KEPT


def _take(folder: Path, number: int) -> None:
    for each in range(10):
        ProofMemory(BASIS, folder).take(proven(tests=(f"test {number} {each}",)))
        LastFailed(["job.env"], folder).take([], [f"test {number} {each}"])


def test_processes_that_remember_at_once_lose_nothing_of_each_other(memory: ProofMemory) -> None:
    forking = multiprocessing.get_context("spawn")
    processes = [forking.Process(target=_take, args=(memory.folder, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert len(memory.proofs()) == 30
    assert len(LastFailed(["job.env"], memory.folder).tests()) == 30


def test_what_failed_is_known_until_it_passes_and_for_its_job_alone(tmp_path: Path) -> None:
    one, other = LastFailed(["one.env"], tmp_path), LastFailed(["other.env"], tmp_path)
    one.take(["a", "b", "c"], ["a", "b"])
    other.take(["a"], [])
    one.take(["a"], [])
    assert (one.tests(), other.tests()) == ({"b"}, frozenset())


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}'])
def test_a_list_of_what_failed_that_cannot_be_read_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "failed.json").write_text(text)
    assert LastFailed(["one.env"], tmp_path).tests() == frozenset()
