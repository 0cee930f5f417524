"""Who is told of a drill: what a table `[[notify]]` of the policy file may say."""

# ruff: noqa: RUF009 - `_key` is dataclasses.field by a shorter name

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from verify.policy import kinds
from verify.policy.kinds import ValueKind
from verify.secret import Secret


def _key(kind: ValueKind, meaning: str, default: Any = None) -> Any:
    return field(default=default, metadata={"kind": kind, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTable:
    """One receiver as it is written down. A key that is not given is None; a variable may say it instead."""

    receiver: str = _key(kinds.RECEIVER, "what is told: a mailbox, a service that waits for pings, a file of metrics")
    on: tuple[str, ...] | None = _key(
        kinds.STATES, "of which drills: proven, findings (or lost, at-risk, tidy-up), could-not-run"
    )
    url: Secret | None = _key(kinds.SECRET, "the URL of a check or of a service; who knows it can report anything")
    url_file: Path | None = _key(kinds.PATH, "a file that holds the URL")
    host: str | None = _key(kinds.TEXT, "the mail server")
    port: int | None = _key(kinds.COUNT, "its port (25, 587 with starttls, 465 with tls)")
    tls: str | None = _key(kinds.TLS, "how the way to the mail server is encrypted (starttls where there is a user)")
    user: str | None = _key(kinds.TEXT, "who logs in at the mail server")
    password: Secret | None = _key(kinds.SECRET, "the password of that user")
    password_file: Path | None = _key(kinds.PATH, "a file that holds the password")
    sender: str | None = _key(kinds.TEXT, "the address that mails come from")
    to: tuple[str, ...] | None = _key(kinds.ADDRESSES, "the addresses that mails go to")
    file: Path | None = _key(kinds.PATH, "the file of metrics, NAME.prom, in the folder that node_exporter reads")
    ca_file: Path | None = _key(kinds.PATH, "the certificate of an authority of your own, in PEM")


def keys_of_notify() -> dict[str, ValueKind]:
    """Return the kind of each key of the table, by name, in the order of the class."""
    return {each.name: each.metadata["kind"] for each in fields(NotifyTable)}
