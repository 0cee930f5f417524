"""What the image (tecnativa/duplicity) makes of its variables: defaults, schedules and entries."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from verify.job.shellwords import unquoted

DEFAULTS: Mapping[str, str] = {
    "SRC": "/mnt/backup/src",
    "DST": "",
    "OPTIONS": "",
    "OPTIONS_EXTRA": "--metadata-sync-mode partial",
    "JOB_300_WHAT": "backup",
    "JOB_300_WHEN": "daily",
    "CRONTAB_15MIN": "*/15 * * * *",
    "CRONTAB_HOURLY": "0 * * * *",
    "CRONTAB_DAILY": "0 2 * * MON-SAT",
    "CRONTAB_WEEKLY": "0 1 * * SUN",
    "CRONTAB_MONTHLY": "0 5 1 * *",
}

# Variables of which the image, duplicity or a backend of duplicity is known to read something.
_KNOWN = re.compile(
    r"SRC|DST(_\d+(_\w+)?)?|OPTIONS(_EXTRA(_S3)?)?|TMPDIR|TZ|(SIGN_)?PASSPHRASE|EMAIL_(FROM|TO|SUBJECT)"
    r"|SMTP_(HOST|PORT|USER|PASS|TLS|REPORT_SUCCESS)|CRONTAB_\w+|JOB_\d+_(WHAT|WHEN|\w*(HEALTHCHECKS|UPTIME_KUMA)_URL)"
    r"|PG\w+|DB_VERSION|DBS_TO_(INCLUDE|EXCLUDE)|FTP_PASSWORD|(http|https|no)_proxy|(HTTP|HTTPS|NO)_PROXY"
    r"|(AWS|GS|AZURE|SWIFT|ST|OS|B2|DPBX|GOOGLE|OAUTH2|ONEDRIVE|CLOUDFILES|RCLONE|GDRIVE|IDRIVED?|XORRISO|IMAP)_\w+"
)
# What only the image's own scripts read.
_IMAGE_ONLY = re.compile(r"SRC|DST\w*|OPTIONS\w*|(JOB|CRONTAB|EMAIL|SMTP|DBS)_\w+|PG\w+|DB_VERSION")
_HAS_DEFAULT = re.compile(r"SRC|DST|OPTIONS(_EXTRA(_S3)?)?|CRONTAB_\w+|JOB_\d+_(WHAT|WHEN)")
_JOB = re.compile(r"JOB_(\d+)_(WHAT|WHEN)")


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """One numbered line of the job runner: `JOB_n_WHAT` and `JOB_n_WHEN`."""

    number: int
    what: str | None = field(repr=False)  # a shell command, which may hold a secret; None: not given
    when: tuple[str, ...] | None  # periods; empty: switched off; None: not given
    default: bool = False  # the image's, not the job's


@dataclass(frozen=True, slots=True)
class Schedule:
    """One period and the cron line that starts it; an empty line starts nothing."""

    period: str
    cron: str
    default: bool = False


def with_defaults(variables: Mapping[str, str], image_env: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """Given the variables of a job and the image's own, return the job's with defaults, and the names of those.

    A flavour of the image has other defaults than the plain one, and further ones.
    """
    own = {name: value for name, value in image_env.items() if _HAS_DEFAULT.fullmatch(name)}
    defaults = {name: value for name, value in {**DEFAULTS, **own}.items() if name not in variables}
    return {**defaults, **variables}, frozenset(defaults)


def is_known(name: str) -> bool:
    """Given a variable's name, return whether the image or duplicity is known to read it."""
    return _KNOWN.fullmatch(name) is not None


def is_for_image_only(name: str) -> bool:
    """Given a variable's name, return whether duplicity itself never reads it."""
    return _IMAGE_ONLY.fullmatch(name) is not None


def entries(variables: Mapping[str, str], defaults: frozenset[str]) -> Iterator[ScheduleEntry]:
    """Given all variables, return the entries in the order the image runs them.

    The image turns the number of `JOB_007_WHEN` into 7 and then looks for `JOB_7_WHAT`.
    """
    given = [match for match in map(_JOB.fullmatch, variables) if match]
    when = {int(m[1]): tuple(variables[m[0]].split()) for m in given if m[2] == "WHEN"}
    for number in sorted({int(m[1]) for m in given}):
        what = variables.get(f"JOB_{number}_WHAT")
        yield ScheduleEntry(number, what, when.get(number), f"JOB_{number}_WHEN" in defaults)


def schedules(variables: Mapping[str, str], defaults: frozenset[str]) -> Iterator[Schedule]:
    """Given all variables, return the schedules; the image strips quotes around a cron line."""
    for name, cron in variables.items():
        if name.startswith("CRONTAB_"):
            yield Schedule(name.removeprefix("CRONTAB_").lower(), unquoted(cron.strip()), name in defaults)
