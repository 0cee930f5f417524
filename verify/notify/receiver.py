"""What all receivers have in common."""

from typing import Protocol

from verify.notify.message import Message
from verify.secret import Secret


class NotSentError(Exception):
    """Nothing arrived, or nobody can tell; `str(self)` is one sentence without a secret."""


class Receiver(Protocol):
    """Somebody who is told. `name` says who, without a secret; `secrets` are what it was given to send with."""

    name: str
    secrets: tuple[Secret, ...]

    def start(self, seconds: float) -> None:
        """Say that a drill begins, where the receiver wants to know. Raise as `send` does."""

    def send(self, message: Message, seconds: float) -> str:
        """Given a message and how long it may take, send it and return what the receiver answered.

        Raise `NotSentError`, or an OSError, where it did not take it.
        """


class UnusableReceiver:
    """One that is written down in a way that nothing can be sent by."""

    secrets: tuple[Secret, ...] = ()

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self._why = why

    def start(self, seconds: float) -> None:
        """Do nothing: that nothing can be sent is said once."""

    def send(self, message: Message, seconds: float) -> str:
        """Raise `NotSentError`."""
        del message, seconds
        raise NotSentError(self._why)
