"""The parsers, on what real releases printed (`samples`): one small tree with hostile names."""

from pathlib import Path

import pytest

from verify.checks import FindingsError
from verify.lab.client.results import (
    EXIT_NAMES,
    BackupResult,
    BackupSet,
    ListResult,
    Result,
    StatusResult,
    VerifyResult,
)
from verify.lab.hosts.host import Completed
from verify.secret import Secret

SAMPLES = Path(__file__).parent / "samples"
RELEASES = ["0.8.18", "1.2.3", "2.2.4", "3.2.1"]
PATHS = [
    b"", b"-dash", b"bad\xff", b"dir", b"dir/f 1", b"ends\nDuplicity backup complete.", b"new\nline", b"plain",
    b"zz back\\slash",
]  # fmt: skip
FIRST = 1_704_067_200
DAY = 86_400

every_release = pytest.mark.parametrize("release", RELEASES)


def sample(release: str, what: str) -> bytes:
    return (SAMPLES / f"{release}.{what}.txt").read_bytes()


def completed(stdout: bytes, returncode: int = 0, stderr: bytes = b"") -> Completed:
    return Completed(("duplicity", "full"), returncode, stdout, stderr, 1.5, 0.5)


@every_release
def test_statistics_of_a_full_backup(release: str) -> None:
    statistics = BackupResult.of(("full",), completed(sample(release, "full")), ()).statistics
    assert statistics["NewFiles"] == 9
    assert statistics["ChangedFiles"] == 0
    assert statistics["Errors"] == 0
    assert statistics["EndTime"] >= statistics["StartTime"] > 0


@every_release
def test_statistics_of_an_incremental_backup(release: str) -> None:
    statistics = BackupResult.of(("incremental",), completed(sample(release, "incremental")), ()).statistics
    assert (statistics["NewFiles"], statistics["ChangedFiles"], statistics["DeletedFiles"]) == (1, 1, 1)


def test_a_line_that_looks_like_a_statistic_is_none_outside_of_the_block() -> None:
    printed = b"SourceFiles 7\n" + sample("3.2.1", "full") + b"\nErrors 12\n"
    statistics = BackupResult.of(("full",), completed(printed), ()).statistics
    assert (statistics["SourceFiles"], statistics["Errors"]) == (9, 0)


def test_a_backup_that_printed_nothing_has_no_statistics() -> None:
    assert BackupResult.of(("full",), completed(b""), ()).statistics == {}


@every_release
def test_a_listing_gives_every_path_byte_for_byte(release: str) -> None:
    result = ListResult.of(("list-current-files",), completed(sample(release, "list")), ())
    assert result.paths == PATHS


def test_a_listing_with_stamps_gives_the_same_paths() -> None:
    stamp = b"2026-11-24 12:45:37,123 INFO "
    listing = sample("3.2.1", "list").replace(b"Mon Jan  1 00", stamp + b"Mon Jan  1 00")
    listing = listing.removesuffix(b"Duplicity backup complete.\n") + stamp + b"Duplicity backup complete.\n"
    assert ListResult.of(("list-current-files",), completed(listing), ()).paths == PATHS


def test_an_empty_listing_gives_no_path() -> None:
    said = b"Last full backup date: none\nDuplicity backup complete.\n"
    assert ListResult.of(("list-current-files",), completed(said), ()).paths == []


@every_release
def test_what_verify_counts(release: str) -> None:
    result = VerifyResult.of(("verify",), completed(sample(release, "verify"), 1), ())
    assert (result.compared, result.differences) == (9, 3)


@every_release
def test_status_gives_chains_and_sets_in_the_order_of_time(release: str) -> None:
    result = StatusResult.of(("collection-status",), completed(b""), ()).with_records(sample(release, "status"))
    first = [BackupSet("full", FIRST, 1, False), BackupSet("incremental", FIRST + DAY, 1, False)]
    second = [BackupSet("full", FIRST + 2 * DAY, 1, False)]
    assert result.chains == [first, second]
    assert result.sets == [*first, *second]
    assert (result.orphaned, result.incomplete) == (0, 0)


def test_status_without_a_record_has_no_chains() -> None:
    result = StatusResult.of(("collection-status",), completed(b"", 50), ()).with_records(b"ERROR 50\n. no\n\n")
    assert result.chains == []


def test_a_failed_command_is_a_finding_with_its_exit_code_and_last_lines() -> None:
    result = Result.of(
        ("restore", "x"), completed(b"first\n", 31, b"GPGError: bad sesame-open\n"), [Secret("sesame-open")]
    )
    with pytest.raises(FindingsError) as raised:
        result.must_succeed()
    (finding,) = raised.value.findings
    assert finding.check == "command-succeeds"
    assert finding.got == "exit code 31 (gpg_failed)"
    assert finding.hint.endswith("GPGError: bad ***")


def test_a_command_that_succeeded_gives_itself() -> None:
    result = Result.of(("full",), completed(b""), ())
    assert result.must_succeed() is result


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "ok"),
        (11, "restore_path_exists"),
        (21, "mismatched_hash"),
        (23, "user_error"),
        (31, "gpg_failed"),
        (50, "backend_error"),
    ],
)
def test_exit_codes_have_duplicitys_names(code: int, name: str) -> None:
    assert EXIT_NAMES[code] == name
    assert Result.of(("full",), completed(b"", code), ()).exit_name == name


def test_an_exit_code_that_duplicity_has_not_is_unknown() -> None:
    assert Result.of(("full",), completed(b"", 99), ()).exit_name == "unknown"
