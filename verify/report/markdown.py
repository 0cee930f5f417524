"""`report.md`: a run for a CI job's summary page, in GitHub's and GitLab's Markdown."""

import html
from collections.abc import Iterator

from verify.report.digest import FailedTest, failures_of, gaps_of
from verify.report.drill_markdown import drill_markdown, is_drill
from verify.report.escaping import code, text_of
from verify.report.outcome import Run
from verify.report.statistics import summary_of
from verify.report.wording import OUTCOME, SIGNS, alike, duration, header, notes, said_of, tests_of, verdict_words

SHOWN = 20  # findings of one test; all of them are in report.json


def markdown_of(run: Run) -> str:
    """Given a run, return its summary."""
    if is_drill(run):
        return "\n".join(drill_markdown(run)) + "\n"
    return "\n".join([*_head(run), *_checks(run), *_findings(run), *_gaps(run), *_statistics(run)]) + "\n"


def _head(run: Run) -> Iterator[str]:
    sign, words = SIGNS[OUTCOME[run.verdict]], verdict_words(run)
    yield f"## {sign} {words}: {text_of(run.sentence)} ({duration(run.seconds)})"
    yield ""
    for trouble in run.troubles if len(run.troubles) > 1 else ():
        yield f"- could not run: {text_of(trouble)}"
    for lab in run.labs:
        yield from (
            f"- {name}: {text_of(text)}" if name else f"- {text_of(text)}" for name, text in header(lab).items()
        )
        yield from (f"- note: {text_of(note)}" for note in notes(lab))
    yield ""


def _checks(run: Run) -> Iterator[str]:
    if not run.checks:
        return
    yield "| | check | runtime | tests | time | |"
    yield "|---|---|---|---:|---:|---|"
    told = set[str]()
    for check in run.checks:
        said = text_of(said_of(check, told))
        cells = (SIGNS[check.outcome], f"`{check.id}`", check.runtime, tests_of(check), duration(check.seconds), said)
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _statistics(run: Run) -> Iterator[str]:
    yield from (f"- {name}: {text_of(said)}" for name, said in summary_of(run.statistics).items())


def _findings(run: Run) -> Iterator[str]:
    failures = failures_of(run.tests)
    if failures:
        yield from ("### Findings", "")
    for failure in failures:
        yield from _failure(failure)


def _failure(failure: FailedTest) -> Iterator[str]:
    yield from (f"**{text_of(failure.name)}**", "")
    for told in failure.findings[:SHOWN]:
        found = told.finding
        where = f"({found.severity.words}){f' {code(found.path)}' if found.path else ''}"
        yield f"- **{found.check}** {where}: expected {text_of(found.expected)}, got {text_of(found.got)}"
        yield from (f"  <br>{text_of(text)}" for text in (found.hint, told.alike and alike(told.alike)) if text)
    if len(failure.findings) > SHOWN:
        yield f"- and {len(failure.findings) - SHOWN} more, in `report.json`"
    yield ""
    if failure.test.example:
        example = html.escape(failure.test.example, quote=False)
        yield from ("<details><summary>falsifying example</summary>", "", f"<pre>{example}</pre>", "", "</details>", "")
    yield from ("Reproduce with:", "")
    yield from (f"    {line}" for line in failure.findings[0].finding.reproduce.splitlines())
    yield ""


def _gaps(run: Run) -> Iterator[str]:
    gaps = gaps_of(run)
    if not gaps:
        return
    yield from ("### Not proven", "")
    for gap in gaps:
        named = (("unproven", gap.wholly), ("partly", gap.partly))
        ids = "; ".join(f"{how} {', '.join(f'`{each}`' for each in checks)}" for how, checks in named if checks)
        yield f"- {text_of(gap.reason)}: {ids}"
    yield ""
