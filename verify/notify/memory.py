"""What was told of earlier drills: who did not hear of it, who waits to hear that all is well, what was last proven."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from verify.whole_file import write_whole

NAME = "notify.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """What a receiver was told: whether the last message that arrived was bad, why a later one did not, and when."""

    alarmed: bool = False
    failed: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class NotifyMemory:
    """All of it: receivers by name, and when each destination was last proven, in ISO 8601."""

    receivers: Mapping[str, ToldBefore] = field(default_factory=dict)
    proven_at: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Given the folder of the reports, return what is remembered there; nothing where it cannot be read."""
        try:
            known: Any = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if known["version"] != VERSION:
                return cls()
            receivers = {str(name): ToldBefore(**each) for name, each in known["receivers"].items()}
            return cls(receivers, {str(name): str(at) for name, at in known["proven_at"].items()})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def of(self, receiver: str) -> ToldBefore:
        """Given a receiver's name, return what it was told."""
        return self.receivers.get(receiver, ToldBefore())

    def with_receiver(self, name: str, told: ToldBefore) -> "NotifyMemory":
        """Return the same, with what a receiver was told now."""
        return replace(self, receivers={**self.receivers, name: told})

    def write(self, folder: Path) -> None:
        """Write it into the folder of the reports, where that can be written to."""
        told = {name: {"alarmed": e.alarmed, "failed": e.failed, "at": e.at} for name, e in self.receivers.items()}
        text = json.dumps({"version": VERSION, "receivers": told, "proven_at": dict(self.proven_at)}, indent=2)
        with contextlib.suppress(OSError):  # of a full disk the run itself tells
            write_whole(folder / NAME, text + "\n")
