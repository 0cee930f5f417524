"""The drill as a service and a timer of systemd."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from verify.errors import CannotRunError
from verify.job.pauses import fields_of

NAME = "duplicity-verify-drill"
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_ALL = {"hour": range(24), "date": range(1, 32), "month": range(1, 13), "day": range(7)}


def units_of(
    words: Sequence[str], *, cron: str, time_zone: str, secrets: Sequence[str], job: Path
) -> Mapping[str, str]:
    """Given a command, a schedule, and the variables whose value is kept elsewhere, return units by name.

    `job` is a file of the job, for the description.
    """
    return {
        f"{NAME}.service": "\n".join(_service(words, secrets, job)) + "\n",
        f"{NAME}.timer": "\n".join(_timer(cron, time_zone)) + "\n",
    }


def _service(words: Sequence[str], secrets: Sequence[str], job: Path) -> Iterator[str]:
    yield "# `duplicity-verify deploy` wrote it; docs/swarm.md has more. To start it by its timer:"
    yield "#"
    yield f"#   cp {NAME}.* /etc/systemd/system/ && systemctl daemon-reload && systemctl enable --now {NAME}.timer"
    yield "[Unit]"
    yield f"Description=Drill of the backup of {_plain(str(job))}"
    yield "Wants=network-online.target"
    yield "After=network-online.target"
    yield ""
    yield "[Service]"
    yield "Type=oneshot"
    yield f"ExecStart={' '.join(_word(each) for each in words)}"
    yield "# The ledger, reports and duplicity's archive, and what is restored."
    yield "StateDirectory=duplicity-verify"
    yield "CacheDirectory=duplicity-verify"
    yield "WorkingDirectory=/var/lib/duplicity-verify"
    yield "Environment=DUPLICITY_VERIFY_CACHE=/var/cache/duplicity-verify TMPDIR=/var/cache/duplicity-verify"
    for name in secrets:
        yield f"# A file with the value of {name}, which root alone can read."
        yield f"LoadCredential={name}:/etc/duplicity-verify/{name}"
        yield f"Environment={name}_FILE=%d/{name}"
    yield "# It writes nowhere else: neither to the source nor to anything beside it."
    yield "ProtectSystem=strict"
    yield "NoNewPrivileges=true"
    yield "MemoryMax=2G"
    yield "Nice=10"


def _timer(cron: str, time_zone: str) -> Iterator[str]:
    yield "[Unit]"
    yield "Description=When the drill of the backup runs"
    yield ""
    yield "[Timer]"
    yield from (f"OnCalendar={each}" for each in calendar(cron, time_zone))
    yield "Persistent=true"
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"


def calendar(cron: str, time_zone: str) -> Iterator[str]:
    """Given a cron line, yield when it starts as systemd writes it; of a date and a weekday either will do."""
    try:
        minutes, hours, dates, months, weekdays = fields_of(cron)
    except ValueError:
        raise CannotRunError(f"--at {cron!r} is no schedule: write minute, hour, day, month and weekday") from None
    days = {day % 7 for day in weekdays}
    zone = f" {time_zone}" if time_zone else ""
    clock = f"{_several(hours, 'hour')}:{','.join(f'{each:02}' for each in sorted(minutes))}:00{zone}"
    named = ",".join(_DAYS[day] for day in sorted(days))
    month, date = _several(months, "month"), _several(dates, "date")
    if len(days) == len(_DAYS) or date == "*":
        yield f"{'' if len(days) == len(_DAYS) else f'{named} '}*-{month}-{date} {clock}"
    else:
        yield f"*-{month}-{date} {clock}"
        yield f"{named} *-{month}-* {clock}"


def _several(values: frozenset[int], what: str) -> str:
    return "*" if len(values) == len(_ALL[what]) else ",".join(f"{each:02}" for each in sorted(values))


def _plain(text: str) -> str:
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """Return a word as systemd reads it: its quotes are a shell's, and % and $ stand for more."""
    return shlex.quote(text.replace("\\", "\\\\")).replace("%", "%%").replace("$", "$$")
