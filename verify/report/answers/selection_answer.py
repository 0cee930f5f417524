"""The answer of `duplicity-verify selection`: what is in and out, and what each rule did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verify.job import Job
from verify.plurals import counted
from verify.report.answers.answer import Answer, PathList, first_and_more, notes_of
from verify.report.columns import columns, size
from verify.report.wording import near
from verify.selection import Decision, RuleSet, RuleUse, Share, Tally
from verify.selection.listing import Listed, RealSource
from verify.selection.printing import printable
from verify.selection.survey import Question, Survey, remark_on
from verify.selection.survey.survey import Watcher

SHOWN = 40  # folders in the table


@dataclass(frozen=True)
class _Found:
    survey: Survey
    job: Job
    listing: Listed | RealSource
    questions: tuple[Question, ...]


class SelectionAnswer(Answer):
    """Filled by the one pass that `tests/selection` makes. `asked` are the paths of --explain."""

    def __init__(self, form: str, asked: tuple[str, ...] = ()) -> None:
        super().__init__(form)
        self.asked = asked
        self._included, self._excluded = PathList(), PathList()
        self._questions: tuple[Question, ...] = ()
        self._found: _Found | None = None

    def watchers(self, rules: RuleSet) -> list[Watcher]:
        """Given the rules, return what wants to see each decision of the pass."""
        self._questions = tuple(Question(rules, path) for path in self.asked)
        kept = [self._keep] if self.form == "json" else []
        return [*kept, *(question.take for question in self._questions)]

    def _keep(self, decision: Decision) -> None:
        if decision.path:
            (self._included if decision.included else self._excluded).add(printable(decision.path))

    def finish(self, survey: Survey, job: Job, listing: Listed | RealSource) -> None:
        """Take what the pass found. Raise `CannotRunError` where a path was asked for that is not there."""
        for question in self._questions:
            question.answer(survey)
        self._found = _Found(survey, job, listing, self._questions)

    def document(self) -> dict[str, Any]:
        """Return the answer as a JSON object; paths relative to the source, without the source itself."""
        if self._found is None:
            return {}
        survey = self._found.survey
        shares = survey.summary.by_rule
        return {
            "source": survey.rules.source,
            "listing": self._found.listing.name,
            "release": str(survey.rules.release),
            "included": self._included,
            "excluded": self._excluded,
            "rules": [
                {**use.as_json(), "bytes": _bytes(shares.get(use.rule.index)), "remark": _remark(survey, use)}
                for use in survey.uses
            ],
            "totals": survey.summary.total.as_json(),
            "folders": survey.summary.as_json()["folders"],
            "explained": [question.answer(survey).as_json() for question in self._found.questions],
            "notes": list(_notes(self._found)),
        }

    def table(self) -> Iterator[str]:
        """Yield the answer's lines for people: only the explanations where one was asked for."""
        if self._found is None:
            return
        if self._found.questions:
            for question in self._found.questions:
                yield from str(question.answer(self._found.survey)).splitlines()
            return
        yield from _head(self._found)
        yield ""
        yield from _totals(self._found.survey)
        yield ""
        yield from _folders(self._found.survey)
        yield ""
        yield from _rules(self._found.survey, unread=bool(self._found.job.unread))
        for note in _notes(self._found):
            yield from ("", f"note: {note}")


def _remark(survey: Survey, use: RuleUse) -> str | None:
    remark = remark_on(survey, use)
    return str(remark) if remark else None


def _head(found: _Found) -> Iterator[str]:
    rules, job = found.survey.rules, found.job
    files = ", ".join(near(str(file)) for file in (*job.env_files, job.stack_file) if file)
    yield from columns(
        [
            ["job", files],
            ["source", f"{rules.source}, as {found.listing.name} has it"],
            ["release", f"duplicity {rules.release}"],
        ]
    )


def _totals(survey: Survey) -> Iterator[str]:
    total = survey.summary.total
    rows = [
        [name, counted(tally.paths, "path"), counted(tally.files, "file"), size(tally.bytes)]
        for name, tally in (("in the backup", total.included), ("not in the backup", total.excluded))
    ]
    return columns(rows, right=(1, 2, 3))


def _folders(survey: Survey) -> Iterator[str]:
    rows = [
        [printable(name) or ".", *_cells(share.included), *_cells(share.excluded)]
        for name, share in survey.summary.by_folder.items()
    ]
    head = ["folder", "files in", "bytes in", "files out", "bytes out"]
    lines = list(columns([head, *rows], right=(1, 2, 3, 4)))
    return first_and_more(lines, SHOWN + 1, "folders")


def _cells(tally: Tally) -> list[str]:
    return [f"{tally.files:,}", size(tally.bytes)]


def _rules(survey: Survey, *, unread: bool) -> Iterator[str]:
    if not survey.uses:
        yield "no rules that can be read" if unread else "no rules: everything is in the backup"
        return
    shares = survey.summary.by_rule
    rows = [
        [
            str(use.rule.index),
            printable(use.rule.origin),
            f"{use.included:,}",
            f"{use.excluded:,}",
            size(_bytes(shares.get(use.rule.index))),
            _remark(survey, use) or "",
        ]
        for use in survey.uses
    ]
    yield from columns([["", "rule", "includes", "excludes", "bytes", ""], *rows], right=(2, 3, 4))


def _bytes(share: Share | None) -> int:
    return share.included.bytes + share.excluded.bytes if share else 0


def _notes(found: _Found) -> Iterator[str]:
    yield from notes_of(found.listing)
    yield from (f"{why}: the backup may hold more, or less, than this" for why in found.job.unread)
    if found.survey.undecodable:
        how = "is not UTF-8; its" if found.survey.undecodable == 1 else "are not UTF-8; their"
        yield f"{counted(found.survey.undecodable, 'path')} {how} bytes are shown as \\xNN"
