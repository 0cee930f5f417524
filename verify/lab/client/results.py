"""The results of duplicity's commands, parsed from what they printed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from verify.checks import Finding, FindingsError
from verify.lab.hosts.host import Completed
from verify.secret import Secret, is_told, masked

# duplicity/log.py, ErrorCode, of 3.2.1. A number keeps its meaning since 0.8.18 but for 10, which was
# bad_sign_key up to 1.2.3; newer releases added some and dropped those of boto 2 (24-26, 32).
EXIT_NAMES: Mapping[int, str] = {
    0: "ok", 1: "generic", 2: "command_line", 3: "hostname_mismatch", 4: "no_manifests",
    5: "mismatched_manifests", 6: "unreadable_manifests", 7: "cant_open_filelist", 8: "bad_url",
    9: "bad_archive_dir", 10: "deprecated_option", 11: "restore_path_exists", 12: "verify_dir_doesnt_exist",
    13: "backup_dir_doesnt_exist", 14: "file_prefix_error", 15: "globbing_error", 16: "redundant_inclusion",
    17: "inc_without_sigs", 18: "no_sigs", 19: "restore_path_not_found", 20: "no_restore_files",
    21: "mismatched_hash", 22: "unsigned_volume", 23: "user_error", 24: "boto_old_style",
    25: "boto_lib_too_old", 26: "boto_calling_format", 27: "ftp_ncftp_missing", 28: "ftp_ncftp_too_old",
    30: "exception", 31: "gpg_failed", 32: "s3_bucket_not_style", 33: "not_implemented",
    34: "get_freespace_failed", 35: "not_enough_freespace", 36: "get_ulimit_failed", 37: "maxopen_too_low",
    38: "connection_failed", 39: "restart_file_not_found", 40: "gio_not_available",
    42: "source_path_mismatch", 43: "ftps_lftp_missing", 44: "volume_wrong_size", 45: "encryption_mismatch",
    46: "pythonoptimize_set", 47: "dpbx_nologin", 48: "bad_request", 49: "s3_kms_no_id", 50: "backend_error",
    51: "backend_permission_denied", 52: "backend_not_found", 53: "backend_no_space",
    54: "backend_command_error", 55: "backend_code_error", 56: "backend_validation_failed",
    70: "redundant_filter", 71: "trailing_filter", 72: "absolute_files_from", 73: "empty_files_from",
    80: "bad_sign_key", 81: "bad_encrypt_key", 82: "bad_hidden_encrypt_key",
}  # fmt: skip

LOGGED = 1 << 20  # bytes of each stream that a log has: a listing of a million paths is read as bytes
# What duplicity says that is wrong: the line that begins so. Long lists of options may follow it.
_ERROR = re.compile(
    r"^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ )?"  # of --log-timestamp
    r"(?:CommandLineError|Command line error|Fatal Error|\S*duplicity: error): ",
    re.MULTILINE,
)
_TRACED = re.compile(r'^ *File ".*", line \d+, in |^ {4,}\S|^ *[~^]+$|^Traceback ')  # a line of a traceback
_AROUND = ("Enter 'duplicity", "The following options", "usage:", "Usage:")  # what it says besides, on no occasion
LAST_LINES = 6  # of what a failed command printed, for a finding
_STAMP = rb"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ )?"  # of --log-timestamp
_DATE = rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4,}"
_LISTED = re.compile(rb"^" + _STAMP + _DATE + rb" ", re.MULTILINE)
_END_OF_LISTING = re.compile(rb"(?:\n" + _STAMP + rb"Duplicity backup complete\.)?\n?\Z")  # 3.x says so
_STATISTICS = re.compile(r"-{3,}\[ Backup Statistics \]-{3,}\n(.*?)^-{3,}$", re.MULTILINE | re.DOTALL)
_STATISTIC = re.compile(r"^(\w+) (\d+(?:\.\d+)?)(?: \(|$)", re.MULTILINE)
_VERIFIED = re.compile(r"Verify complete: (\d+) file\S* compared, (\d+) difference\S* found")
# The record: its lines, then what it says to people, in lines that begin with a dot.
_STATUS = re.compile(r"^INFO 3 *\n((?:(?!\. )[^\n]+\n)*)", re.MULTILINE)
_SET = re.compile(r"^ (full|inc) (\S+) (\d+) (enc|noenc)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """How one command ended. `log` is the end of what it printed, both streams, with secrets as `***`.

    `tells_a_secret` says whether one stood anywhere in it.
    """

    argv: tuple[str, ...]
    exit_code: int
    seconds: float  # wall time
    cpu_seconds: float
    stdout: bytes
    log: str
    timed_out: bool = field(default=False, kw_only=True)  # it did not end by itself
    tells_a_secret: bool = field(default=False, kw_only=True)

    @classmethod
    def of(cls, argv: tuple[str, ...], done: Completed, secrets: Iterable[Secret]) -> Self:
        """Given a command that a host has run, return its result, with the secrets masked."""
        secrets = tuple(secrets)
        told = any(is_told(stream, secrets) for stream in (done.stdout, done.stderr))
        text = "\n".join(_end_of(stream).decode(errors="backslashreplace") for stream in (done.stdout, done.stderr))
        return cls(
            argv, done.returncode, done.seconds, done.cpu_seconds, done.stdout, masked(text, secrets),
            timed_out=done.timed_out, tells_a_secret=told,
        )  # fmt: skip

    @property
    def ok(self) -> bool:
        """Whether the command ended with exit code 0."""
        return self.exit_code == 0

    @property
    def exit_name(self) -> str:
        """What duplicity calls the exit code."""
        return EXIT_NAMES.get(self.exit_code, "unknown")

    @property
    def ending(self) -> str:
        """How the command ended, in words."""
        if self.timed_out:
            return f"no end within {self.seconds:.0f} s"
        return f"exit code {self.exit_code} ({self.exit_name})"

    @property
    def verb(self) -> str:
        """The command's verb, such as "full"."""
        return self.argv[0]

    @property
    def last_lines(self) -> str:
        """The last lines that the command printed; of a traceback its last one."""
        lines = [line for line in self.log.splitlines() if line.strip()]
        traced = max((number for number, line in enumerate(lines) if _TRACED.match(line)), default=-1)
        return "\n".join(lines[max(traced + 1, len(lines) - LAST_LINES) :])

    @property
    def sentence(self) -> str:
        """What duplicity itself says is wrong, without the help that it prints around it; else its last lines."""
        errors = list(_ERROR.finditer(self.log))
        if not errors:
            return self.last_lines
        lines = [line for line in self.log[errors[-1].start() :].splitlines() if line.strip()]
        beside = next((number for number, line in enumerate(lines) if line.startswith(_AROUND)), len(lines))
        return "\n".join(lines[: min(beside, LAST_LINES)])

    def must_succeed(self, check: str = "command-succeeds") -> Self:
        """Return the result. Raise `FindingsError` (of the check) unless the command ended with exit code 0."""
        if not self.ok:
            got = self.ending
            expected = f"duplicity {self.verb} ends with exit code 0"
            raise FindingsError((Finding(check, "", expected, got, self.sentence),))
        return self


def _end_of(stream: bytes) -> bytes:
    """Return the last lines of what was printed, whole ones: half a secret would not be masked."""
    return stream if len(stream) <= LOGGED else stream[-LOGGED:].partition(b"\n")[2]


@dataclass(frozen=True)
class BackupResult(Result):
    """A full or incremental backup."""

    @property
    def statistics(self) -> Mapping[str, float]:
        """duplicity's own statistics by its names: counts, bytes, seconds. Empty where it printed none."""
        blocks = _STATISTICS.findall(self.log)
        return {name: float(value) for name, value in _STATISTIC.findall(blocks[-1])} if blocks else {}


@dataclass(frozen=True)
class ListResult(Result):
    """A listing of the files of one point."""

    @property
    def paths(self) -> list[bytes]:
        """The paths as listed, in duplicity's order, the root as `b""`.

        Any bytes but those of a line that looks like duplicity's own come back faithfully: a name may
        hold newlines, so a path ends where the next line begins with a date; one that itself holds a
        newline and then a date and a blank is taken for two. The machine-readable log is no help: it
        quotes newlines, but loses every name that is not UTF-8.
        """
        starts = list(_LISTED.finditer(self.stdout))
        ends = [match.start() - 1 for match in starts[1:]] + [_end_of_listing(self.stdout)]
        listed = [self.stdout[match.end() : end] for match, end in zip(starts, ends, strict=True)] if starts else []
        return [b"" if path == b"." else path for path in listed]


def _end_of_listing(stdout: bytes) -> int:
    found = _END_OF_LISTING.search(stdout)
    return found.start() if found else len(stdout)


@dataclass(frozen=True)
class VerifyResult(Result):
    """A comparison of a backup with a folder, by duplicity itself."""

    @property
    def compared(self) -> int:
        """How many files duplicity says it compared."""
        return self._counts()[0]

    @property
    def differences(self) -> int:
        """How many differences duplicity says it found."""
        return self._counts()[1]

    def _counts(self) -> tuple[int, int]:
        found = _VERIFIED.search(self.log)
        return (int(found[1]), int(found[2])) if found else (0, 0)


@dataclass(frozen=True)
class BackupSet:
    """One full or incremental backup at a destination, by duplicity's own account."""

    kind: str  # "full" or "incremental"
    time: int  # seconds since the epoch
    volumes: int
    encrypted: bool


@dataclass(frozen=True)
class StatusResult(Result):
    """What duplicity reports about a destination's sets, in its machine-readable log.

    Nothing there, e.g. because it failed, gives no chains.
    """

    records: str = ""

    def with_records(self, log: bytes) -> Self:
        """Given what `--log-file` wrote, return the result with its record of the collection's status."""
        found = _STATUS.search(log.decode(errors="backslashreplace"))
        return replace(self, records=found[1] if found else "")

    @property
    def chains(self) -> list[list[BackupSet]]:
        """The sets of each chain, oldest chain and oldest set first; a full without volumes is not counted."""
        _, *chains = re.split(r"^chain-.*\n", self.records, flags=re.MULTILINE)
        listed = ([_set(*found) for found in _SET.findall(chain)] for chain in chains)
        return sorted(filter(None, listed), key=lambda chain: chain[0].time)

    @property
    def sets(self) -> list[BackupSet]:
        """The sets of all chains, oldest chain first."""
        return [each for chain in self.chains for each in chain]

    @property
    def orphaned(self) -> int:
        """How many sets belong to no chain."""
        return self._number("orphaned-sets-num")

    @property
    def incomplete(self) -> int:
        """How many sets were not finished."""
        return self._number("incomplete-sets-num")

    def _number(self, name: str) -> int:
        found = re.search(rf"^{name} (\d+)$", self.records, re.MULTILINE)
        return int(found[1]) if found else 0


def _set(kind: str, time: str, volumes: str, encryption: str) -> BackupSet:
    moment = datetime.strptime(time, "%Y%m%dT%H%M%S%z")
    full_name = {"full": "full", "inc": "incremental"}[kind]
    return BackupSet(full_name, int(moment.timestamp()), int(volumes), encryption == "enc")
