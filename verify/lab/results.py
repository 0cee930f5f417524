"""What a duplicity command gave: typed results, parsed from what it printed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from verify.checks import Finding, FindingsError
from verify.lab.host import Completed
from verify.secret import Secret, masked

# duplicity/log.py, ErrorCode; the same numbers since 0.8.18, the later ones added since.
EXIT_NAMES: Mapping[int, str] = {
    0: "ok", 1: "generic", 2: "command_line", 3: "hostname_mismatch", 4: "no_manifests",
    5: "mismatched_manifests", 6: "unreadable_manifests", 7: "cant_open_filelist", 8: "bad_url",
    9: "bad_archive_dir", 10: "deprecated_option", 11: "restore_path_exists", 12: "verify_dir_doesnt_exist",
    13: "backup_dir_doesnt_exist", 14: "file_prefix_error", 15: "globbing_error", 16: "redundant_inclusion",
    17: "inc_without_sigs", 18: "no_sigs", 19: "restore_path_not_found", 20: "no_restore_files",
    21: "mismatched_hash", 22: "unsigned_volume", 23: "user_error", 30: "exception", 31: "gpg_failed",
    33: "not_implemented", 34: "get_freespace_failed", 35: "not_enough_freespace", 36: "get_ulimit_failed",
    37: "maxopen_too_low", 38: "connection_failed", 39: "restart_file_not_found", 40: "gio_not_available",
    42: "source_path_mismatch", 43: "ftps_lftp_missing", 44: "volume_wrong_size", 45: "encryption_mismatch",
    46: "pythonoptimize_set", 47: "dpbx_nologin", 48: "bad_request", 49: "s3_kms_no_id", 50: "backend_error",
    51: "backend_permission_denied", 52: "backend_not_found", 53: "backend_no_space",
    54: "backend_command_error", 55: "backend_code_error", 56: "backend_validation_failed",
    70: "redundant_filter", 71: "trailing_filter", 72: "absolute_files_from", 73: "empty_files_from",
    80: "bad_sign_key", 81: "bad_encrypt_key", 82: "bad_hidden_encrypt_key",
}  # fmt: skip

LAST_LINES = 6  # of what a failed command printed, for a finding
_DATE = rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"
_LISTED = re.compile(rb"^" + _DATE + rb" ", re.MULTILINE)
_STATISTIC = re.compile(r"^([A-Z]\w+) (\d+(?:\.\d+)?)(?: \(|$)", re.MULTILINE)
_VERIFIED = re.compile(
    r"(\d+) files? compared, (\d+) differences? found|(\d+) file\(s\) compared, (\d+) difference\(s\) found"
)
_SET = re.compile(rf"^\s*(Full|Incremental)\s+({_DATE.decode()})\s+(\d+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """How one command ended. `log` is what it printed, both streams, with secrets as `***`."""

    argv: tuple[str, ...]
    exit_code: int
    seconds: float  # wall time
    cpu_seconds: float
    stdout: bytes
    log: str

    @classmethod
    def of(cls, argv: tuple[str, ...], done: Completed, secrets: Iterable[Secret]) -> Self:
        """Given what a host says of a finished command, return its result, with the secrets masked."""
        text = "\n".join(stream.decode(errors="backslashreplace") for stream in (done.stdout, done.stderr))
        return cls(argv, done.returncode, done.seconds, done.cpu_seconds, done.stdout, masked(text, secrets))

    @property
    def ok(self) -> bool:
        """Whether the command ended with exit code 0."""
        return self.exit_code == 0

    @property
    def exit_name(self) -> str:
        """What duplicity calls the exit code."""
        return EXIT_NAMES.get(self.exit_code, "unknown")

    @property
    def verb(self) -> str:
        """The command's verb, such as "full"."""
        return self.argv[0]

    @property
    def last_lines(self) -> str:
        """The last lines that the command printed."""
        return "\n".join([line for line in self.log.splitlines() if line.strip()][-LAST_LINES:])

    def must_succeed(self) -> Self:
        """Return the result. Raise `FindingsError` (`command-succeeds`) unless the command ended with exit code 0."""
        if not self.ok:
            got = f"exit code {self.exit_code} ({self.exit_name})"
            raise FindingsError(
                (
                    Finding(
                        "command-succeeds",
                        "",
                        f"duplicity {self.verb} ends with exit code 0",
                        got,
                        self.last_lines,
                    ),
                )
            )
        return self


@dataclass(frozen=True)
class BackupResult(Result):
    """A full or incremental backup."""

    @property
    def statistics(self) -> Mapping[str, float]:
        """duplicity's own statistics by its names: counts, bytes, seconds. Empty where it printed none."""
        return {name: float(value) for name, value in _STATISTIC.findall(self.log)}


@dataclass(frozen=True)
class ListResult(Result):
    """A listing of the files of one point."""

    @property
    def paths(self) -> list[bytes]:
        """The paths as listed, in duplicity's order, the root as `b""`.

        A name may hold a newline, so a path ends where the next line begins with a date. A name that
        itself holds a newline and a date would be taken for two: none of ours does.
        """
        starts = list(_LISTED.finditer(self.stdout))
        ends = [match.start() - 1 for match in starts[1:]] + [_end_of_listing(self.stdout)]
        listed = [self.stdout[match.end() : end] for match, end in zip(starts, ends, strict=True)] if starts else []
        return [b"" if path == b"." else path for path in listed]


def _end_of_listing(stdout: bytes) -> int:
    """Return where the last path ends: 3.x prints a line of its own behind the listing."""
    stdout = stdout.removesuffix(b"\n")
    return len(stdout.removesuffix(b"Duplicity backup complete.").removesuffix(b"\n"))


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
        if not found:
            return 0, 0
        compared, differences = (group for group in found.groups() if group is not None)
        return int(compared), int(differences)


@dataclass(frozen=True)
class BackupSet:
    """One full or incremental backup at a destination, by duplicity's own account."""

    kind: str  # "full" or "incremental"
    time: datetime  # naive, in the host's time zone, as duplicity prints it
    volumes: int


@dataclass(frozen=True)
class StatusResult(Result):
    """What duplicity says of a destination's sets."""

    @property
    def sets(self) -> list[BackupSet]:
        """The sets of all chains, in the order printed."""
        return [
            BackupSet(kind.lower(), datetime.strptime(time, "%a %b %d %H:%M:%S %Y"), int(volumes))  # noqa: DTZ007 - see BackupSet.time
            for kind, time, volumes in _SET.findall(self.log)
        ]
