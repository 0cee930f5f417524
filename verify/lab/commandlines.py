"""How duplicity's commands are spelt, and which of a job's options each takes, release by release.

Measured with 0.8.18, 0.8.22, 1.2.3, 2.0.2, 2.1.0, 2.1.5, 2.2.2, 2.2.3, 2.2.4, 3.0.0, 3.0.5.1, 3.0.6,
3.1.0, 3.2.0 and 3.2.1.
"""

import os
from collections.abc import Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from verify.job.options import SELECTION, parsed, words_of

PATH_TO_RESTORE_SINCE = Version("2.0")  # its changelog: --file-to-restore was renamed

# A dead store should be noticed in seconds; the defaults are 30 s between 5 tries.
IMPATIENT = ("--backend-retry-delay=1", "--num-retries=2")

BACKUPS = frozenset({"full", "incremental"})
# Others ignore selection options, or refuse them (2.x), or since 3.1 restore only what they select,
# by patterns that are relative to the backup's root and not those of a job.
SELECTING = BACKUPS | {"verify"}
BACKUP_ONLY = frozenset({"--allow-source-mismatch", "--asynchronous-upload", "--dry-run", "--volsize"})
REFUSES_BACKUP_ONLY = SpecifierSet(">=2.0,<2.2.4")  # with any verb but a backup's
# What these print is read: a job's --verbosity must not hide it, nor mix other lines into it.
READ = frozenset({"verify", "list-current-files", "collection-status"})
READABLE = "--verbosity=notice"


def command_line(
    release: Version, verb: str, own: Sequence[str], job: Sequence[str], positional: Sequence[str]
) -> tuple[str, ...]:
    """Given a verb, its own options, a job's options and the positional arguments, return the words.

    The verb comes first: 2.0 to 2.1.0 silently ignore what stands before it. Our own options come
    before the job's: up to 1.2.3 --full-if-older-than counts from the --current-time given so far.
    """
    readable = (READABLE,) if verb in READ else ()
    return (verb, *own, *taken(release, verb, job), *readable, *IMPATIENT, *positional)


def taken(release: Version, verb: str, job: Sequence[str]) -> tuple[str, ...]:
    """Given a job's options, return those that go with a verb in a release, in their order."""
    refused: frozenset[str] = frozenset()
    if verb not in SELECTING:
        refused |= SELECTION
    if verb not in BACKUPS and release in REFUSES_BACKUP_ONLY:
        refused |= BACKUP_ONLY
    return words_of(option for option in parsed(job) if option.name not in refused)


def now(at: int | None) -> tuple[str, ...]:
    """Given the time that a backup takes for now, in seconds since the epoch, return the option."""
    return () if at is None else (f"--current-time={at}",)


def then(at: int | None) -> tuple[str, ...]:
    """Given the time of a point, in seconds since the epoch, return the option."""
    return () if at is None else (f"--time={at}",)


def forced(force: bool) -> tuple[str, ...]:
    """Return the option that makes a command do what it otherwise only announces."""
    return ("--force",) if force else ()


def one_path(release: Version, path: bytes | None) -> tuple[str, ...]:
    """Given a path inside the backup, return the option that restores it alone.

    The path may begin with a dash, so it is joined to the option.
    """
    flag = "--path-to-restore" if release >= PATH_TO_RESTORE_SINCE else "--file-to-restore"
    return () if path is None else (f"{flag}={os.fsdecode(path)}",)
