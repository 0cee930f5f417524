"""`report.md`: a run for a CI job's summary page."""

from collections.abc import Iterator

from verify.report.outcome import Outcome, Run

SIGNS = {Outcome.PROVEN: "✓", Outcome.FINDING: "✗", Outcome.NOT_PROVEN: "–", Outcome.ERROR: "!"}
SHOWN = 50  # findings; all of them are in report.json


def markdown_of(run: Run) -> str:
    """Given a run, return its summary in GitHub's Markdown."""
    return "\n".join([*_head(run), *_checks(run), *_findings(run)]) + "\n"


def _head(run: Run) -> Iterator[str]:
    yield f"## duplicity-verify: {run.verdict.value.replace('-', ' ')}"
    yield ""
    yield f"{_cell(run.sentence)} ({run.seconds:.0f} s)"
    for lab in run.labs:
        versions = ", ".join(f"{name} {version}" for name, version in lab["versions"].items())
        yield ""
        yield f"- **{lab['runtime']['name']}** ({_cell(lab['runtime']['why'])}): {_cell(versions)}"
        yield f"- job: `{lab['job']['source']}` → `{lab['job']['destination']}`"
    yield ""


def _checks(run: Run) -> Iterator[str]:
    yield "| | check | runtime | tests | seconds | |"
    yield "|---|---|---|---|---|---|"
    for check in run.checks:
        cells = (
            f"`{check.id}`",
            check.runtime,
            len(check.tests),
            f"{check.seconds:.1f}",
            _cell(check.reason or check.meaning),
        )
        yield f"| {SIGNS[check.outcome]} | " + " | ".join(map(str, cells)) + " |"


def _findings(run: Run) -> Iterator[str]:
    if not run.findings:
        return
    yield from ("", "### Findings", "")
    for found in run.findings[:SHOWN]:
        where = f" `{_cell(found.path)}`" if found.path else ""
        yield f"- **{found.check}**{where}: expected {_cell(found.expected)}, got {_cell(found.got)}"
        if found.hint:
            yield f"  <br>{_cell(found.hint)}"
    if len(run.findings) > SHOWN:
        yield f"- and {len(run.findings) - SHOWN} more, in `report.json`"


def _cell(text: str) -> str:
    """Return text that neither ends a table's cell nor a line."""
    return text.replace("|", "\\|").replace("\n", "<br>").replace("`", "'")
