"""What became of a saboteur: caught by the check that is named for it, or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verify.checks import Finding
from verify.detection.catalogue import Saboteur


class TrialOutcome(StrEnum):
    """How a trial ended; only the first is good."""

    CAUGHT = "caught"
    OTHERWISE = "caught by another check"
    MISSED = "missed"
    NOT_APPLIED = "not applied"  # it found nothing to do: an error of the catalogue, or of the release
    COULD_NOT_RUN = "could not run"
    NOT_TRIED = "not tried"  # it needs what this run does not have: an engine, a program


ERRORS = frozenset({TrialOutcome.NOT_APPLIED, TrialOutcome.COULD_NOT_RUN})


@dataclass(frozen=True, slots=True)
class Detection:
    """How a saboteur's trial ended. `seconds` run from the trial's start to its end."""

    saboteur: Saboteur
    outcome: TrialOutcome
    seconds: float = 0.0
    profile: str = ""  # the smallest one that caught it
    test: str = ""  # that caught it
    by: tuple[str, ...] = ()  # the checks that failed
    reason: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the detection as a JSON object."""
        named = ("name", "family", "kind", "check", "meaning")
        return {
            **{name: getattr(self.saboteur, name) for name in named},
            "outcome": self.outcome.value,
            "seconds": round(self.seconds, 1),
            "profile": self.profile,
            "test": self.test,
            "by": list(self.by),
            "reason": self.reason,
        }


def judged(check: str, hits: Sequence[str], findings: Iterable[Finding], *, trouble: str = "") -> TrialOutcome:
    """Given the named check, the paths that a saboteur noted as hit, and a run's findings, return what that is.

    A hit that is no path is an empty one. Where paths were hit, one of them has to be named: a finding about another
    is not about this defect.
    """
    found = tuple(findings)
    named = {each.path for each in found if each.check == check}
    paths = {hit for hit in hits if hit}
    if named and hits and (not paths or named & (paths | {""})):
        return TrialOutcome.CAUGHT
    if found:
        return TrialOutcome.OTHERWISE if hits else TrialOutcome.NOT_APPLIED
    if trouble:
        return TrialOutcome.COULD_NOT_RUN
    return TrialOutcome.MISSED if hits else TrialOutcome.NOT_APPLIED
