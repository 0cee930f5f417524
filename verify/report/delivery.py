"""What became of a message that somebody was to be sent about a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one receiver. `said` is what it answered, or why nothing arrived; no secret is in it."""

    receiver: str
    sent: bool
    said: str

    def as_json(self) -> Mapping[str, Any]:
        """Return it as a JSON object."""
        return {"receiver": self.receiver, "sent": self.sent, "said": self.said}

    def __str__(self) -> str:
        return f"told {self.receiver}: {self.said}" if self.sent else f"NOT told {self.receiver}: {self.said}"
