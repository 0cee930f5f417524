"""`report.md` of a drill: for somebody who has never seen the tool, and wants to know whether to act."""

from collections.abc import Iterator

from verify.checks import CATALOGUE, Severity
from verify.plurals import counted
from verify.report.columns import size
from verify.report.digest import failures_of
from verify.report.escaping import code, text_of
from verify.report.outcome import CheckResult, Outcome, Run, Verdict
from verify.report.severities import severity_words
from verify.report.wording import OUTCOME, SIGNS, alike, duration, notes, tests_of, verdict_words

MARK = "destination-reachable"  # a check that only drills decide
SHOWN = 20  # findings; all of them are in report.json
RESTORED = frozenset({"sample-restores", "full-restore"})
WORDS = (
    "*point*: a moment that can be restored · *volume*: a file of the backup at its destination · *chain*: a full "
    "backup and the incremental ones that build on it · *manifest*: says which volumes belong together, and what they "
    "hash to"
)


def is_drill(run: Run) -> bool:
    """Return whether a run was a drill."""
    return any(check.id == MARK for check in run.checks)


def drill_markdown(run: Run) -> Iterator[str]:
    """Given a drill, yield its summary as lines: verdict, what to do, what was proven, what was not."""
    yield from (f"## {SIGNS[OUTCOME[run.verdict]]} {_headline(run)}", "", _what_happened(run), "")
    yield from _to_do(run)
    yield from _proven(run)
    yield from _not_proven(run)
    yield from _told(run)
    yield from _details(run)


def _headline(run: Run) -> str:
    restored = _was_restored(run)
    if run.verdict is Verdict.FINDINGS:
        comes_back = restored and run.findings[0].severity is not Severity.LOST
        what = "this backup comes back, but not all is well" if comes_back else "do not rely on this backup yet"
        return f"FINDINGS: {what} ({severity_words(run.findings)})"
    if run.verdict is Verdict.COULD_NOT_RUN:
        return "COULD NOT RUN: nothing is known of this backup tonight"
    if run.chosen:
        return f"{verdict_words(run)}: what was looked at holds ({text_of(run.chosen)})"
    what = "this backup comes back" if restored else "all that was looked at, but nothing was restored"
    return f"{verdict_words(run)}: {what}"


def _was_restored(run: Run) -> bool:
    return any(check.id in RESTORED and check.outcome is Outcome.PROVEN for check in run.checks)


def _what_happened(run: Run) -> str:
    when = run.started.strftime("%Y-%m-%d %H:%M UTC")
    downloaded = sum(check.downloaded for check in run.checks)
    took = f"It took {duration(run.seconds)} and downloaded {size(downloaded)}."
    if not run.labs:
        return f"A drill was begun on {when}. {took}"
    job, runtime = run.labs[0]["job"], run.labs[0]["runtime"]["name"]
    release = run.labs[0]["versions"].get("duplicity", "?")
    how = "looked at and restored from" if _was_restored(run) else "looked at"
    return (
        f"On {when} the backup of {code(job['source'])} at {code(job['destination'])} was {how}, "
        f"by duplicity {text_of(release)} ({runtime}). Nothing was written to either. {took}"
    )


def _to_do(run: Run) -> Iterator[str]:
    failures = failures_of(run.tests)
    told = sorted(
        (told for failure in failures for told in failure.findings), key=lambda each: each.finding.severity.rank
    )
    if told or run.troubles:
        yield from ("### What to do", "")
    for trouble in run.troubles:
        yield f"1. {text_of(trouble)}"
    for each in told[:SHOWN]:
        found = each.finding
        path = f" {code(found.path)}" if found.path else ""
        which = f"({code(found.check)}, {found.severity.words})"
        yield f"1. **Refuted: {text_of(CATALOGUE[found.check].meaning)}** {which}{path}:"
        yield f"   expected {text_of(found.expected)}, got {text_of(found.got)}"
        yield from (f"   <br>{text_of(line)}" for line in (found.hint, each.alike and alike(each.alike)) if line)
    if len(told) > SHOWN:
        yield f"1. … and {len(told) - SHOWN} more, in `report.json`"
    if told or run.troubles:
        yield ""


def _proven(run: Run) -> Iterator[str]:
    yield from ("### What was proven", "")
    good = [check for check in run.checks if check.outcome is Outcome.PROVEN]
    for check in good:
        said = f": {text_of(check.said)}" if check.said else ""
        yield f"- {text_of(_sentence(check.meaning))}{said}"
    yield from (() if good else ("Nothing.",))
    yield ""


def _not_proven(run: Run) -> Iterator[str]:
    left = [check for check in run.checks if check.outcome in {Outcome.NOT_PROVEN, Outcome.ERROR}]
    if not left:
        return
    yield from ("### What was not", "")
    for check in left:
        yield f"- {text_of(_sentence(check.meaning))}: {text_of(check.reason)}"
    yield ""


def _told(run: Run) -> Iterator[str]:
    if run.deliveries:
        yield from ("### Who was told", "")
        yield from (f"- {text_of(str(each))}" for each in run.deliveries)
        yield ""


def _details(run: Run) -> Iterator[str]:
    yield from (WORDS, "", f"<details><summary>{counted(len(run.checks), 'check')} in detail</summary>", "")
    yield "| | check | tests | time | downloaded |"
    yield "|---|---|---:|---:|---:|"
    for check in run.checks:
        yield "| " + " | ".join(_cells(check)) + " |"
    yield ""
    for lab in run.labs:
        yield from (f"- {text_of(name)} {text_of(version)}" for name, version in lab["versions"].items())
        yield from (f"- note: {text_of(note)}" for note in notes(lab))
    yield from ("", "</details>")


def _cells(check: CheckResult) -> tuple[str, ...]:
    downloaded = size(check.downloaded) if check.downloaded else ""
    return SIGNS[check.outcome], f"`{check.id}`", tests_of(check), duration(check.seconds), downloaded


def _sentence(meaning: str) -> str:
    return meaning if meaning.startswith("duplicity") else meaning[:1].upper() + meaning[1:]
