"""From what is written down to receivers: the policy's tables, and the names of variables that the image's users know.

A variable counts where the table leaves something open. Each may be given as NAME_FILE, the path of a file that holds
the value, as Docker's secrets are.
"""

import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.notify.healthchecks import HealthchecksReceiver
from verify.notify.kuma import KumaReceiver
from verify.notify.mail import MailReceiver, MailServer
from verify.notify.receiver import NotSentError, Receiver, UnusableReceiver
from verify.notify.textfile import TextfileReceiver
from verify.notify.with_apprise import AppriseReceiver
from verify.policy import NotifyTable
from verify.policy.kinds import HEARTBEATS, RECEIVERS, STATES_TOLD
from verify.secret import Secret

OF_MAIL = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS", "SMTP_TLS", "EMAIL_FROM", "EMAIL_TO")
OF_URL = {"healthchecks": "HEALTHCHECKS_URL", "uptime-kuma": "UPTIME_KUMA_URL", "apprise": "APPRISE_URL"}
DEFAULT_ON = ("findings", "could-not-run")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
READABLE_BY_DESIGN = Path("/run/secrets")  # Docker's secrets: only the container sees them


@dataclass(frozen=True)
class ToldReceiver:
    """A receiver, the states that it hears of, and what is wrong with how it is set up although it works."""

    receiver: Receiver
    on: tuple[str, ...]
    notes: tuple[str, ...] = ()


def receivers_of(tables: Sequence[NotifyTable], variables: Mapping[str, str]) -> list[ToldReceiver]:
    """Given the tables and all variables, return the receivers; one that cannot be used says so when it is told."""
    return [_receiver(table, _Values(table, variables)) for table in tables]


def no_heartbeat(receivers: Sequence[ToldReceiver]) -> str:
    """Given all receivers, return what to say where none would notice that drills have stopped; else nothing."""
    if not receivers or any("proven" in each.on for each in receivers):
        return ""
    return (
        "only failures are told, so nobody notices when drills have stopped: add a receiver that waits for them "
        '(healthchecks, uptime-kuma), or "proven" to on'
    )


def _receiver(table: NotifyTable, values: "_Values") -> ToldReceiver:
    on = table.on or (STATES_TOLD if table.receiver in HEARTBEATS else DEFAULT_ON)
    try:
        made: Receiver = _MADE[table.receiver](values)
    except NotSentError as error:
        made = UnusableReceiver(table.receiver, str(error))
    return ToldReceiver(made, on, tuple(values.notes))


def _mail(values: "_Values") -> Receiver:
    table = values.table
    user = table.user or values.of_server("SMTP_USER")
    tls = table.tls or _tls(values.of_server("SMTP_TLS"), user)
    port = str(table.port or values.of_server("SMTP_PORT") or PORTS[tls])
    if not port.isdecimal():
        raise NotSentError(f"SMTP_PORT={port} is no number: write the port of the mail server")
    password = table.password or values.file("password_file") or Secret(values.of_server("SMTP_PASS"))
    server = MailServer(
        host=table.host or values.needed("SMTP_HOST", "host"), port=int(port), tls=tls, user=user,
        password=password or None, ca_file=table.ca_file,
    )  # fmt: skip
    to = table.to or tuple(each.strip() for each in values.needed("EMAIL_TO", "to").split(","))
    return MailReceiver(server, table.sender or values.needed("EMAIL_FROM", "sender"), to)


def _tls(written: str, user: str) -> str:
    """Return the way of SMTP_TLS: as in the image, where a user logs in by STARTTLS unless it is 1 or true."""
    if written.strip().lower() in {"1", "true"}:
        return "tls"
    return "starttls" if user else "none"


def _url(values: "_Values") -> Secret:
    table = values.table
    return table.url or values.file("url_file") or Secret(values.needed(OF_URL[table.receiver], "url"))


def _textfile(values: "_Values") -> Receiver:
    if values.table.file is None:
        raise NotSentError('nothing says which file: write file = "/…/NAME.prom" into the table')
    return TextfileReceiver(values.table.file)


_MADE: Mapping[str, Callable[["_Values"], Receiver]] = {
    "mail": _mail,
    "healthchecks": lambda values: HealthchecksReceiver(_url(values), values.table.ca_file),
    "uptime-kuma": lambda values: KumaReceiver(_url(values), values.table.ca_file),
    "textfile": _textfile,
    "apprise": lambda values: AppriseReceiver(_url(values)),
}
assert set(_MADE) == set(RECEIVERS)  # noqa: S101 - the policy's words are these


class _Values:
    """What a table leaves open, from variables and files. `notes` gathers what is wrong with these."""

    def __init__(self, table: NotifyTable, variables: Mapping[str, str]) -> None:
        self.table: NotifyTable = table
        self.notes: list[str] = []
        self._variables = variables

    def of_server(self, name: str) -> str:
        """Given a variable about the mail server, return its value; empty where the table names a server itself.

        A password is sent to no other server than the one that it is for.
        """
        return "" if self.table.host else self.of(name)

    def needed(self, name: str, key: str) -> str:
        """Given a variable and the key of the table that says the same, return the value. Raise where it is empty."""
        value = self.of(name)
        if not value:
            raise NotSentError(f"nothing says {key}: write {key} = … into its table [[notify]], or set {name}")
        return value

    def of(self, name: str) -> str:
        """Given a variable, return its value, or what the file holds that NAME_FILE names."""
        path = self._variables.get(f"{name}_FILE")
        return self._variables.get(name) or (self._read(Path(path), f"{name}_FILE") if path else "")

    def file(self, key: str) -> Secret | None:
        """Given a key of the table that names a file, return the secret in it."""
        path: Path | None = getattr(self.table, key)
        return Secret(self._read(path, key)) if path else None

    def _read(self, path: Path, what: str) -> str:
        try:
            text = path.read_text(encoding="utf-8").strip()
            mode = path.stat().st_mode
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise NotSentError(f"{what}: {path} cannot be read ({reason})") from None
        except UnicodeDecodeError:
            raise NotSentError(f"{what}: {path} is no text in UTF-8") from None
        if not text or "\n" in text:
            raise NotSentError(f"{what}: {path} {'is empty' if not text else 'has several lines'}: write one line")
        if mode & stat.S_IROTH and READABLE_BY_DESIGN not in path.parents:
            self.notes.append(f"{path} can be read by every user of this machine: chmod 600 {path}")
        return text


def variables_of(environment: Mapping[str, str], job: Mapping[str, str]) -> dict[str, str]:
    """Given the environment and the job's variables, return those by which mail and the like are set up.

    Mail may come from where the job's own does. A ping URL of the job is not taken: a good drill would report a
    backup that has stopped as one that was made.
    """
    own = [name + end for name in (*OF_MAIL, *OF_URL.values()) for end in ("", "_FILE")]
    mail = dict(_named(job, OF_MAIL)) if not environment.get("SMTP_HOST") else {}
    return {**mail, **dict(_named(environment, own))}


def _named(variables: Mapping[str, str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((name, variables[name]) for name in names if variables.get(name))
