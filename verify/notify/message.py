"""What a receiver is sent: verdict, what is at stake, what to do, what was proven. No logs, no secrets."""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from verify.checks import CATALOGUE, Finding
from verify.notify.summary import DrillSummary
from verify.plurals import counted
from verify.report.columns import size
from verify.report.digest import failures_of
from verify.report.escaping import text_of
from verify.report.outcome import Outcome, Run, Verdict
from verify.report.severities import severity_words
from verify.report.wording import verdict_words
from verify.secret import Secret, masked

SHOWN = 5  # findings of a run
NAMED = 6  # checks that are not proven
CUT = "\n… cut here: the rest is in the report\n"


@dataclass(frozen=True, slots=True)
class Message:
    """What to send, without secrets. `sections` are lines by their heading; `attached` are files by name."""

    summary: DrillSummary
    title: str
    sections: Mapping[str, Sequence[str]]
    attached: Mapping[str, str] = field(default_factory=dict)
    proven_at: Mapping[str, str] = field(default_factory=dict)  # when each destination was last proven, in ISO 8601
    is_test: bool = False  # of a drill that never was

    @property
    def text(self) -> str:
        """The whole message as plain text."""
        parts = [f"{heading}\n" + "".join(f"  {line}\n" for line in lines) for heading, lines in self.sections.items()]
        return "\n".join([f"{self.title}\n", *parts])

    @property
    def as_html(self) -> str:
        """The same as HTML: a table, which every mail program shows."""
        rows = [
            f'<tr><th align="left" valign="top">{html.escape(heading)}</th>'
            f"<td>{'<br>'.join(map(html.escape, lines))}</td></tr>"
            for heading, lines in self.sections.items()
        ]
        title, table = html.escape(self.title), f'<table cellpadding="6">{"".join(rows)}</table>'
        head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
        return f'<!DOCTYPE html><html lang="en">{head}<body><h2>{title}</h2>{table}</body></html>'


def message_of(
    summary: DrillSummary,
    secrets: Iterable[Secret],
    notes: Sequence[str] = (),
    attached: Mapping[str, str] | None = None,
    proven_at: Mapping[str, str] | None = None,
) -> Message:
    """Given what happened, all secrets that are known, and what else to say, return the message.

    `proven_at` says when each destination was last proven, this drill included.
    """
    secrets = tuple(secrets)
    proven_at = proven_at or {}
    sections = {
        heading: [_line(masked(line, secrets)) for line in lines]
        for heading, lines in _sections(summary, notes, proven_at)
        if lines
    }
    title = _line(masked(f"{summary.about}: {_headline(summary)}", secrets))
    spelled = [*secrets, *(Secret(text_of(each.reveal())) for each in secrets)]  # as Markdown escapes them
    files = {name: masked(text, spelled) for name, text in (attached or {}).items()}
    return Message(summary, title, sections, files, proven_at)


def cut(text: str, limit: int) -> str:
    """Given a text and how many bytes its receiver takes, return as much of its beginning as fits."""
    data = text.encode()
    if len(data) <= limit:
        return text
    kept = data[: max(limit - len(CUT.encode()), 0)].decode(errors="ignore")
    return (kept + CUT).encode()[:limit].decode(errors="ignore")


def _headline(summary: DrillSummary) -> str:
    if len(summary.runs) == 1:
        ((name, run),) = summary.runs.items()
        counts = f" ({severity_words(run.findings)})" if run.verdict is Verdict.FINDINGS else ""
        return (f"{name} " if name else "") + verdict_words(run) + counts
    return "; ".join(f"{name} {verdict_words(run)}" for name, run in _worst_first(summary)) or "COULD NOT RUN"


def _worst_first(summary: DrillSummary) -> list[tuple[str, Run]]:
    order = [Verdict.FINDINGS, Verdict.COULD_NOT_RUN, Verdict.PROVEN]
    return sorted(summary.runs.items(), key=lambda each: order.index(each[1].verdict))


def _sections(
    summary: DrillSummary, notes: Sequence[str], proven_at: Mapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    for name, run in _worst_first(summary):
        of = f" ({name})" if name else ""
        found = _findings(run)
        yield f"Verdict{of}", [run.sentence]
        yield f"What is at stake{of}", [*map(_at_stake, found[:SHOWN]), *_more(found), *_unknown(run)]
        yield f"What to do{of}", [*_to_do(found), *run.troubles]
        yield f"What was proven{of}", list(_coverage(run))
        if run.verdict is not Verdict.PROVEN:
            yield f"Last proven{of}", [proven_at.get(name) or "never, as far as this machine remembers"]
    yield "Told", list(notes)


def _findings(run: Run) -> list[Finding]:
    told = [told.finding for failure in failures_of(run.tests) for told in failure.findings]
    return sorted(told, key=lambda found: found.severity.rank)


def _at_stake(found: Finding) -> str:
    where = f" {found.path}:" if found.path else ""
    meaning = CATALOGUE[found.check].meaning
    return f"{found.severity.words}: not true that {meaning} ({found.check}):{where} {found.got}"


def _more(found: Sequence[Finding]) -> list[str]:
    return [f"and {counted(len(found) - SHOWN, 'finding')} more, in the report"] if len(found) > SHOWN else []


def _unknown(run: Run) -> list[str]:
    if run.verdict is not Verdict.COULD_NOT_RUN:
        return []
    return ["nothing is known of this backup: it may be good or lost"]


def _to_do(found: Sequence[Finding]) -> list[str]:
    hints = dict.fromkeys(each.hint for each in found if each.hint)
    again = next((each.reproduce.splitlines()[0] for each in found if each.reproduce), "")
    return [*list(hints)[:SHOWN], *([f"then look again: {again}"] if again else [])]


def _coverage(run: Run) -> Iterator[str]:
    counts = run.counts
    downloaded = sum(check.downloaded for check in run.checks)
    yield f"{counts[Outcome.PROVEN]} of {counted(len(run.checks), 'check')}, {size(downloaded)} downloaded"
    left = list(dict.fromkeys(c.id for c in run.checks if c.outcome in {Outcome.NOT_PROVEN, Outcome.ERROR}))
    if left:
        more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
        yield f"not proven: {', '.join(left[:NAMED])}{more}"


def _line(text: str) -> str:
    """Return a text of one line, without signs that a terminal or a mail's header would act on."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
