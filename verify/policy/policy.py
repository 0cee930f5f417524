"""The policy: every key once, with its kind, its default and what it means."""

# ruff: noqa: RUF009 - `_key` is dataclasses.field by a shorter name

from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from verify.checks import Severity
from verify.policy import kinds
from verify.policy.kinds import ValueKind
from verify.policy.notified import NotifyTable


def _key(kind: ValueKind, meaning: str, default: Any = None) -> Any:
    return field(default=default, metadata={"kind": kind, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a backup's owner demands of it. A key without a default is None where it is not given.

    Paths from the file are absolute, sizes in bytes. `file` is the policy file itself, None without one.
    """

    file: Path | None = None
    env_file: Path | None = _key(kinds.PATH, "the job's duplicity.env")
    stack: Path | None = _key(kinds.PATH, "the job's stack file")
    service: str | None = _key(kinds.TEXT, "the service of that file that runs duplicity, where several do")
    destination: str | None = _key(
        kinds.TEXT, "one of the job's several destinations, such as DST_2; a drill looks at all of them without it"
    )
    source: Path | None = _key(kinds.PATH, "the real folder that the job backs up, as this machine sees it")
    listing: Path | None = _key(kinds.PATH, "a listing of the source, where the folder itself is elsewhere")
    lock: Path | None = _key(kinds.PATH, "the lock file that approves the job's rules and options")
    must_include: tuple[str, ...] = _key(
        kinds.PATTERNS, "paths and globs below the source: each is there, and all of it is in the backup", ()
    )
    must_exclude: tuple[str, ...] = _key(
        kinds.PATTERNS, "paths and globs below the source: nothing of it is in the backup", ()
    )
    max_age: timedelta = _key(
        kinds.DURATION, "how old the newest point that can be restored may be", timedelta(hours=26)
    )
    must_restore: tuple[str, ...] = _key(kinds.PATHS, "files that every drill restores, relative to the source", ())
    restore_samples: int = _key(kinds.COUNT, "how many files of the backup a drill restores besides, at random", 100)
    budget: int | None = _key(
        kinds.SIZE,
        "how much a drill may download (2 GB without it); what must be restored, --full and --full-restore may be more",
    )
    minutes: float | None = _key(kinds.NUMBER, "how many minutes a drill may take; no limit without it")
    max_restore_time: timedelta | None = _key(kinds.DURATION, "how long a restore of everything may take (RTO)")
    restore_limit: timedelta | None = _key(
        kinds.DURATION,
        "after how long one restore of a drill is ended (without it 10 min, and what 100 kB a second take)",
    )
    fail_on: Severity = _key(kinds.SEVERITY, "the lightest finding that makes the exit code 1", Severity.AT_RISK)
    price_per_gb: float | None = _key(
        kinds.NUMBER, "what a download of 1 GB (10⁹ bytes) from the store costs, in a currency of your own"
    )
    shrink_threshold: float = _key(
        kinds.SHARE,
        "by what share of its files or bytes a point may be smaller than the one before it, and the source than the "
        "last drill saw it",
        0.5,
    )
    keep_reports: int = _key(kinds.COUNT, "of how many runs the reports are kept", 100)
    jobs: tuple[str, ...] = _key(
        kinds.JOBS, "several jobs by name, for drill --all and --job: what a table leaves open is said above them", ()
    )
    notify: tuple[NotifyTable, ...] = _key(kinds.TABLES, "who is told of a drill, a table for each", ())


def kinds_of_keys() -> dict[str, ValueKind]:
    """Return the kind of each key, by name, in the order of the class."""
    return {each.name: each.metadata["kind"] for each in fields(Policy) if each.metadata}


def kinds_of_job() -> dict[str, ValueKind]:
    """Return the kind of each key that a table of one job may have."""
    return {name: kind for name, kind in kinds_of_keys().items() if not kind.tables}
