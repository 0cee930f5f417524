"""What a run of `detect` found out, and its shape for machines."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import verify
from verify.detection.detection import ERRORS, TrialOutcome
from verify.errors import CannotRunError

SCHEMA_VERSION = 2
Row = Mapping[str, Any]  # a detection as JSON


@dataclass(frozen=True, slots=True)
class Null:
    """Runs of a profile of the suite against an honest duplicity, as in the JSON file, each of a seed and its job."""

    profile: str
    runs: Sequence[Row]

    @property
    def false_alarms(self) -> list[Row]:
        """The runs with a finding that duplicity itself does not explain: there is nothing to find."""
        return [run for run in self.runs if run["findings"] and not run.get("explained")]

    @property
    def explained(self) -> list[Row]:
        """The runs with a finding of which duplicity says the same, called by hand."""
        return [run for run in self.runs if run["findings"] and run.get("explained")]

    @property
    def could_not_run(self) -> list[Row]:
        """The runs that came to no verdict."""
        return [run for run in self.runs if not run["findings"] and run["verdict"] != "proven"]


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """The saboteurs that were tried out, the null control, and what it took. Rows are as in the JSON file."""

    rows: Sequence[Row]
    seconds: float
    workers: int
    facts: Mapping[str, str]  # versions, machine
    nulls: Sequence[Null] = ()  # one of a profile

    @property
    def tried(self) -> list[Row]:
        """The saboteurs that could be tried out on this machine."""
        return [row for row in self.rows if row["outcome"] != TrialOutcome.NOT_TRIED]

    @property
    def caught(self) -> list[Row]:
        """Those that their check caught."""
        return caught(self.rows)

    @property
    def median(self) -> float:
        """The median time to a detection in seconds; 0 where there was none."""
        return median(self.caught)

    @property
    def exit_code(self) -> int:
        """0: each was caught by its check, and nothing else was; 1: not so; 2: some could not be tried out."""
        if any(row["outcome"] in (TrialOutcome.MISSED, TrialOutcome.OTHERWISE) for row in self.rows):
            return 1
        if any(null.false_alarms for null in self.nulls):
            return 1
        if any(null.could_not_run for null in self.nulls):
            return 2
        nothing = not self.tried and not self.nulls
        return 2 if nothing or any(row["outcome"] in ERRORS for row in self.rows) else 0

    @property
    def sentence(self) -> str:
        """The result in one line."""
        told = f"{len(self.caught)} of {len(self.tried)} saboteurs caught by the check named for them"
        if self.caught:
            told += f", in {self.median:.1f} s (median)"
        untried = len(self.rows) - len(self.tried)
        told += f"; {untried} not tried" if untried else ""
        for null in self.nulls:
            told += f"; {len(null.false_alarms)} false alarms in {len(null.runs)} runs"
            told += f" of the {null.profile} profile" if len(self.nulls) > 1 else ""
        return told

    def as_json(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {
            "schema_version": SCHEMA_VERSION,
            "tool": f"duplicity-verify {verify.__version__}",
            "sentence": self.sentence,
            "facts": dict(self.facts),
            "seconds": round(self.seconds, 1),
            "workers": self.workers,
            "null": [{"profile": null.profile, "runs": list(null.runs)} for null in self.nulls],
            "saboteurs": list(self.rows),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "DetectionResult":
        """Given what `as_json` made, return the result again."""
        nulls = [Null(**each) for each in data["null"]]
        return cls(data["saboteurs"], data["seconds"], data["workers"], data["facts"], nulls)


def updated(before: DetectionResult, later: DetectionResult, names: Sequence[str]) -> DetectionResult:
    """Given a result, and a later one of some or all of the saboteurs that there are, return what is known of these.

    `names` are theirs, in order: of one that is no more the result says nothing. Raise `CannotRunError` where
    the two are of different versions or machines and the later one is not of all.
    """
    found = {row["name"]: row for row in later.rows}
    of_all, alike = found.keys() >= set(names), before.facts == later.facts
    if not of_all and not alike:
        one, other = (", ".join(f"{name} {fact}" for name, fact in each.facts.items()) for each in (later, before))
        raise CannotRunError(
            f"a detection of some saboteurs ({one}) is not of the record's kind ({other}): try out all"
        )
    nulls = _joined(before.nulls, later.nulls) if alike else later.nulls
    if of_all:
        return replace(later, nulls=nulls)
    known = {row["name"]: row for row in before.rows} | found
    rows = [known[name] for name in names if name in known]
    return replace(before, rows=rows, seconds=before.seconds + later.seconds, nulls=nulls)


def _joined(before: Sequence[Null], later: Sequence[Null]) -> list[Null]:
    """Given controls of before and later ones, return one for each profile; of a seed the later run counts."""
    runs: dict[str, dict[int, Row]] = {}
    for null in (*before, *later):
        runs.setdefault(null.profile, {}).update((run["seed"], run) for run in null.runs)
    return [Null(profile, [found[seed] for seed in sorted(found)]) for profile, found in runs.items()]


def caught(rows: Iterable[Row]) -> list[Row]:
    """Given detections, return those of which the named check is the one that failed."""
    return [row for row in rows if row["outcome"] == TrialOutcome.CAUGHT]


def median(rows: Sequence[Row]) -> float:
    """Given detections, return the median of their seconds; 0 where there is none."""
    return statistics.median(row["seconds"] for row in rows) if rows else 0.0


def by_kind(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Given detections, return them by family and kind, in the catalogue's order."""
    kinds: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        kinds.setdefault((row["family"], row["kind"]), []).append(row)
    return kinds
