"""How duplicity's commands are spelt, and which of a job's options each takes, release by release.

Measured with 0.8.18, 0.8.22, 1.2.3, 2.0.2, 2.1.0, 2.1.5, 2.2.2, 2.2.3, 2.2.4, 3.0.0, 3.0.5.1, 3.0.6,
3.1.0, 3.2.0 and 3.2.1.
"""

import os
import re
from collections.abc import Container, Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from verify.job.options import SELECTION, Option, parsed, words_of

PATH_TO_RESTORE_SINCE = Version("2.0")  # its changelog: --file-to-restore was renamed

# A dead store should be noticed in seconds; the defaults are 30 s between 5 tries.
IMPATIENT = ("--backend-retry-delay=1", "--num-retries=2")

BACKUPS = frozenset({"full", "incremental"})
# Others ignore selection options, or refuse them (2.x), or since 3.1 restore only what they select,
# by patterns that are relative to the backup's root and not those of a job.
SELECTING = BACKUPS | {"verify"}
BACKUP_ONLY = frozenset({"--allow-source-mismatch", "--asynchronous-upload", "--dry-run", "--volsize"})
REFUSES_BACKUP_ONLY = SpecifierSet(">=2.0,<2.2.4")  # with any verb but a backup's
# Counts the age from the machine's clock, whatever --current-time says (2.1.1 ignores the option).
FULL_BY_MACHINE_CLOCK = SpecifierSet("<=2.1.0")
FULL_IF_OLDER_THAN = "--full-if-older-than"
SECONDS = {"s": 1, "m": 60, "h": 3600, "D": 86_400, "W": 604_800, "M": 2_592_000, "Y": 31_536_000}  # as duplicity
# What these print is read: a job's --verbosity must not hide it, nor mix other lines into it.
READ = frozenset({"verify", "list-current-files", "collection-status"})
READABLE = "--verbosity=notice"
# In a path to restore, 0.8.22 to 3.2.1 put their values for variables, and a home for a first `~`.
_VARIABLE = re.compile(rb"\$(?:(\w+)|\{([^}]*)\})")
OF_DUPLICITY = frozenset({"XDG_CACHE_HOME", "XDG_CONFIG_HOME"})  # variables that it sets itself


def command_line(
    release: Version,
    verb: str,
    own: Sequence[str],
    job: Sequence[str],
    positional: Sequence[str],
    *,
    at: int | None = None,
    patience: Sequence[str] = IMPATIENT,
) -> tuple[str, ...]:
    """Given a verb, its own options, a job's options and the positional arguments, return the words.

    The verb comes first: 2.0 to 2.1.0 silently ignore what stands before it. `at` is the time that a
    backup takes for now, in seconds since the epoch. `patience` are the options that say how long
    duplicity tries again.
    """
    clock = () if at is None else (f"--current-time={at}",)
    readable = (READABLE,) if verb in READ else ()
    return (verb, *clock, *own, *taken(release, verb, job, at), *readable, *patience, *positional)


def taken(release: Version, verb: str, job: Sequence[str], at: int | None = None) -> tuple[str, ...]:
    """Given a job's options, return those that go with a verb in a release, in their order."""
    refused: frozenset[str] = frozenset()
    if verb not in SELECTING:
        refused |= SELECTION
    if verb not in BACKUPS and release in REFUSES_BACKUP_ONLY:
        refused |= BACKUP_ONLY
    options = [option for option in parsed(job) if option.name not in refused]
    if at is not None and release in FULL_BY_MACHINE_CLOCK:
        options = [_by_our_clock(option, at) for option in options]
    return words_of(options)


def _by_our_clock(option: Option, at: int) -> Option:
    """Given --full-if-older-than with an interval, return it with the moment that is meant; else as it is."""
    interval = option.value or ""
    if option.name != FULL_IF_OLDER_THAN or not re.fullmatch(r"(\d+[smhDWMY])+", interval):
        return option
    age = sum(int(count) * SECONDS[unit] for count, unit in re.findall(r"(\d+)([smhDWMY])", interval))
    return option.with_value(str(at - age))


def then(at: int | None) -> tuple[str, ...]:
    """Given the time of a point, in seconds since the epoch, return the option."""
    return () if at is None else (f"--time={at}",)


def forced(force: bool) -> tuple[str, ...]:
    """Return the option that makes a command do what it otherwise only announces."""
    return ("--force",) if force else ()


def can_be_named(path: bytes, variables: Container[str]) -> bool:
    """Given a path inside a backup and the variables that duplicity gets, return whether it can be restored alone.

    duplicity looks for another path where this one names a variable, or may begin with a user's `~`.
    """
    named = (os.fsdecode(one or other) for one, other in _VARIABLE.findall(path))
    return not path.startswith(b"~") and not any(name in OF_DUPLICITY or name in variables for name in named)


def one_path(release: Version, path: bytes | None) -> tuple[str, ...]:
    """Given a path inside the backup, return the option that restores it alone.

    The path may begin with a dash, so it is joined to the option.
    """
    flag = "--path-to-restore" if release >= PATH_TO_RESTORE_SINCE else "--file-to-restore"
    return () if path is None else (f"{flag}={os.fsdecode(path)}",)
