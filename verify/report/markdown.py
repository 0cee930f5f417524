"""`report.md`: a run for a CI job's summary page, in GitHub's and GitLab's Markdown."""

import html
from collections.abc import Iterator

from verify.report.outcome import Run, TestResult
from verify.report.wording import OUTCOME, SIGNS, duration, header, notes, remark, tests_of, verdict_words

SHOWN = 20  # findings of one test; all of them are in report.json


def markdown_of(run: Run) -> str:
    """Given a run, return its summary."""
    return "\n".join([*_head(run), *_checks(run), *_findings(run)]) + "\n"


def _head(run: Run) -> Iterator[str]:
    sign, words = SIGNS[OUTCOME[run.verdict]], verdict_words(run.verdict)
    yield f"## {sign} {words}: {_text(run.sentence)} ({duration(run.seconds)})"
    yield ""
    for trouble in run.troubles if len(run.troubles) > 1 else ():
        yield f"- could not run: {_text(trouble)}"
    for lab in run.labs:
        yield from (f"- {name}: {_text(text)}" if name else f"- {_text(text)}" for name, text in header(lab).items())
        yield from (f"- note: {_text(note)}" for note in notes(lab))
    yield ""


def _checks(run: Run) -> Iterator[str]:
    if not run.checks:
        return
    yield "| | check | runtime | tests | time | |"
    yield "|---|---|---|---:|---:|---|"
    for check in run.checks:
        said = _text(remark(check) or check.meaning)
        cells = (SIGNS[check.outcome], f"`{check.id}`", check.runtime, tests_of(check), duration(check.seconds), said)
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _findings(run: Run) -> Iterator[str]:
    failed = [test for test in run.tests if test.findings]
    if failed:
        yield from ("### Findings", "")
    for test in failed:
        yield from _test(test)


def _test(test: TestResult) -> Iterator[str]:
    yield from (f"**{_text(test.id.rpartition('::')[2])}**", "")
    for found in test.findings[:SHOWN]:
        path = f" {_code(found.path)}" if found.path else ""
        yield f"- **{found.check}**{path}: expected {_text(found.expected)}, got {_text(found.got)}"
        if found.hint:
            yield f"  <br>{_text(found.hint)}"
    if len(test.findings) > SHOWN:
        yield f"- and {len(test.findings) - SHOWN} more, in `report.json`"
    yield ""
    if test.example:
        example = html.escape(test.example, quote=False)
        yield from ("<details><summary>falsifying example</summary>", "", f"<pre>{example}</pre>", "", "</details>", "")
    yield from (f"again: {_code(test.findings[0].reproduce)}", "")


def _text(text: str) -> str:
    """Return text that stays in its line or cell, and makes no markup."""
    for sign in "\\`*_[]|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(html.escape(text, quote=False).split())


def _code(text: str) -> str:
    """Return text as inline code, as it is; backquotes would end it, and are HTML's there."""
    return f"<code>{_text(text)}</code>"
