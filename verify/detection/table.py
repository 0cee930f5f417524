"""The detection table in Markdown: a row for each kind of saboteur, then one for each saboteur."""

from collections.abc import Iterator

from verify.detection.detection import TrialOutcome
from verify.detection.result import DetectionResult, Null, Row, by_kind, caught, median

SIGNS = {TrialOutcome.CAUGHT: "✓", TrialOutcome.NOT_TRIED: "·"}


def summary(result: DetectionResult) -> str:
    """Given a result, return a table of a row for each kind of saboteur."""
    return "\n".join(_summary(result)) + "\n"


def _summary(result: DetectionResult) -> Iterator[str]:
    yield f"{result.sentence}. {_conditions(result)}"
    yield ""
    yield "| family | what is sabotaged | saboteurs | caught | median | by the checks |"
    yield "|---|---|---:|---:|---:|---|"
    for (family, kind), rows in by_kind(result.tried).items():
        found = caught(rows)
        checks = ", ".join(f"`{check}`" for check in dict.fromkeys(row["check"] for row in found))
        yield f"| {family} | {kind} | {len(rows)} | {len(found)} | {median(found):.1f} s | {checks} |"


def _conditions(result: DetectionResult) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in result.facts.items())
    return f"({facts}; {result.workers} at once, {result.seconds / 60:.1f} minutes in all.)"


def full_table(result: DetectionResult) -> str:
    """Given a result, return all of it: a row for each saboteur."""
    return "\n".join(_full(result)) + "\n"


def _full(result: DetectionResult) -> Iterator[str]:
    yield "# What the suite detects"
    yield ""
    yield from _summary(result)
    yield from _nulls(result)
    for (family, kind), rows in by_kind(result.rows).items():
        yield from ("", f"## {family}: {kind}", "")
        yield "| | saboteur | what it does | check | seconds | caught by |"
        yield "|---|---|---|---|---:|---|"
        yield from map(_row, rows)


def _nulls(result: DetectionResult) -> Iterator[str]:
    for null in result.nulls:
        if null.runs:
            yield from _null(null)


def _null(null: Null) -> Iterator[str]:
    days = sorted({run["day"] for run in null.runs})
    seeds = [run["seed"] for run in null.runs]
    yield ""
    yield (
        f"Null control: {len(null.runs)} runs of the {null.profile} profile against an honest duplicity, each with "
        f"another seed ({min(seeds)} to {max(seeds)}), made from {days[0]} to {days[-1]}: "
        f"{len(null.false_alarms)} false alarms, {len(null.explained)} findings that duplicity itself explains, "
        f"{len(null.could_not_run)} that could not run."
    )
    for run in (*null.false_alarms, *null.explained):
        yield ""
        yield f"- seed {run['seed']}, {run['day']}: {', '.join(f'`{check}`' for check in run['findings'])}"
        if "job" in run:
            yield f"  - the job: `{run['job']}`"
            yield f"  - by hand: {'; '.join(run['by_hand'])}"


def _row(row: Row) -> str:
    test = row["test"].rpartition("::")[2]
    said = f"`{test}`" if row["outcome"] == TrialOutcome.CAUGHT else f"**{row['outcome']}** {row['reason']}".strip()
    sign = SIGNS.get(TrialOutcome(row["outcome"]), "✗")
    meaning = row["meaning"].replace("|", "\\|")
    return f"| {sign} | `{row['name']}` | {meaning} | `{row['check']}` | {row['seconds']:.1f} | {said} |"
