"""A proof: a test that passed in an earlier run, which day and with how many examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from verify.options import PROFILES


@dataclass(frozen=True, slots=True)
class Proof:
    """When something was proven, and by which profile."""

    at: datetime
    profile: str

    def serves(self, profile: str) -> bool:
        """Return whether the proof is good enough for a run of a profile: its own was as large or larger."""
        return PROFILES.index(self.profile) >= PROFILES.index(profile)

    @property
    def words(self) -> str:
        """The day and the profile, as a report says them."""
        return f"{self.at.date().isoformat()} ({self.profile})"

    def as_json(self) -> dict[str, str]:
        """Return the proof as a JSON object."""
        return {"at": self.at.isoformat(), "profile": self.profile}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Self:
        """Given what `as_json` made, return the proof. Raise ValueError or LookupError for anything else."""
        PROFILES.index(data["profile"])  # a profile that there is not serves none
        return cls(_moment(data["at"]), data["profile"])


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment
