"""What an operator sees of a run: the header, a line a check, the findings, the verdict."""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from verify import __version__
from verify.checks import CATALOGUE
from verify.report.digest import FailedTest, Gap, ToldFinding, failures_of, gaps_of
from verify.report.events import CheckDecided, Event, LabReady, RunEnded, RunStarted, TestEnded, TestStarted
from verify.report.outcome import CheckResult, Outcome, Run
from verify.report.screen.live import Live
from verify.report.screen.marks import MARKS
from verify.report.statistics import summary_of
from verify.report.wording import OUTCOME, SIGNS, alike, duration, header, notes, said_of, tests_of, verdict_words

STYLES = {
    Outcome.PROVEN: "green",
    Outcome.FINDING: "bold red",
    Outcome.NOT_PROVEN: "yellow",
    Outcome.ERROR: "bold magenta",
}
SHOWN = 10  # findings of one test; all of them are in report.json
NAMES = 9  # columns of the header's names
IDS = max(map(len, CATALOGUE))  # columns of a check's id
ENDLESS = 10_000  # columns where nobody's window ends: a log keeps a line a line


def open_console(on: TextIO | None = None) -> Console:
    """Return a console on a stream, standard output by default, out of reach of pytest's capture, which replaces it."""
    on = on or sys.stdout
    stream = os.fdopen(os.dup(on.fileno()), "w", encoding=on.encoding, errors=MARKS)
    width = None if stream.isatty() else ENDLESS
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


class ConsoleReporter:
    """Listens to a run and prints it. Without a terminal there is no progress line and no colour.

    `command` is what the user typed, without what chose the tests. A `quiet` one prints nothing of a
    run that ends with exit code 0, and of another what it found.
    """

    def __init__(self, console: Console, command: str, *, quiet: bool = False) -> None:
        self.command = command
        self.quiet = quiet
        self.run: Run | None = None  # once it has ended
        self._told: set[str] = set()  # reasons that stand above
        self._console = console
        self._live = Live(console, self._log, "collecting the tests")
        self._facts: list[Mapping[str, Any]] = []

    def begin(self) -> None:
        """Print what is running, and show from now on what it is doing."""
        if not self.quiet:
            self._title()
            self._live.start()

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._live.stop()

    def pytest_verify_event(self, event: Event) -> None:
        """Show an event."""
        match event:
            case RunStarted(tests=tests):
                self._live.expect(tests)
                self._live.show("opening the lab")
            case LabReady(facts=facts):
                self._met(facts)
            case TestStarted(id=name):
                self._live.show(name.rpartition("::")[2])
            case TestEnded():
                self._live.advance()
            case CheckDecided(check=check) if not self.quiet:
                self._check(check)
            case RunEnded(run=run):
                self.close()
                self.run = run
                self._ended(run)

    def _met(self, facts: Mapping[str, Any]) -> None:
        self._facts.append(facts)
        if not self.quiet:
            self._header(facts)

    def _ended(self, run: Run) -> None:
        if self.quiet and not run.exit_code:
            return
        if self.quiet:
            self._title()
            for facts in self._facts:
                self._header(facts)
        self._end(run)

    def _log(self, text: str) -> None:
        self._line(Text(text, "dim"))

    def _title(self) -> None:
        title = ("duplicity-verify", "bold"), f" {__version__}: would this backup come back?"
        self._line(Text.assemble(*title))
        self._line(Text())

    def _header(self, facts: Mapping[str, Any]) -> None:
        for name, text in header(facts).items():
            self._line(Text(text), Text(f"{name:{NAMES}} ", "bold"))
        for note in notes(facts):
            self._line(Text(note), Text(f"{'note':{NAMES}} ", "bold yellow"))
        self._line(Text())

    def _check(self, check: CheckResult) -> None:
        before = Text.assemble(
            (f"{SIGNS[check.outcome]} ", STYLES[check.outcome]),
            f"{check.id:{IDS}}  {tests_of(check):13} {duration(check.seconds):>9}  ",
        )
        plain = check.outcome is Outcome.PROVEN and not check.said
        text = Text(said_of(check, self._told), "dim" if plain else "")
        self._line(text, before)

    def _end(self, run: Run) -> None:
        if not self.quiet:
            self._line(Text())
        for failure in failures_of(run.tests):
            self._failure(failure)
        for gap in gaps_of(run):
            self._gap(gap)
        if len(run.troubles) > 1:  # else the sentence says it
            for trouble in run.troubles:
                self._line(Text(trouble), Text("! ", STYLES[Outcome.ERROR]))
            self._line(Text())
        self._statistics(run.statistics)
        shout = Text(f"{verdict_words(run)}: ", f"bold {STYLES[OUTCOME[run.verdict]]}")
        self._line(Text.assemble(shout, f"{run.sentence} ({duration(run.seconds)})"))

    def _statistics(self, statistics: Mapping[str, float]) -> None:
        summary = summary_of(statistics)
        for name, text in summary.items():
            self._line(Text(text, "dim"), Text(f"{name:{NAMES}} ", "dim"))
        if summary:
            self._line(Text())

    def _failure(self, failure: FailedTest) -> None:
        self._line(Text(failure.name, "bold"))
        for told in failure.findings[:SHOWN]:
            self._finding(told)
        if len(failure.findings) > SHOWN:
            self._line(Text(f"and {len(failure.findings) - SHOWN} more, in report.json"), Text("    "))
        for line in failure.test.example.splitlines():
            self._line(Text(line, "dim"), Text("    "))
        self._line(Text())

    def _finding(self, told: ToldFinding) -> None:
        found = told.finding
        where = Text.assemble((found.check, "red"), f" ({found.severity.words}) {found.path}".rstrip())
        self._line(where, Text(f"  {SIGNS[Outcome.FINDING]} ", STYLES[Outcome.FINDING]))
        self._named(
            {
                "expected": found.expected,
                "got": found.got,
                "hint": found.hint,
                "alike": alike(told.alike) if told.alike else "",
            }
        )
        if found.reproduce:
            self._line(Text("Reproduce with:", "dim"), Text("      "))
        for line in found.reproduce.splitlines():
            self._line(Text(line), Text("        "))

    def _gap(self, gap: Gap) -> None:
        self._line(Text(gap.reason), Text(f"{SIGNS[Outcome.NOT_PROVEN]} ", STYLES[Outcome.NOT_PROVEN]))
        self._named({"unproven": ", ".join(gap.wholly), "partly": ", ".join(gap.partly)})
        self._line(Text())

    def _named(self, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            if text:
                self._line(Text(text), Text(f"      {name:8} ", "dim"))

    def _line(self, text: Text, before: Text | None = None) -> None:
        """Print text behind something; where it is too long for the terminal, its further lines hang below it."""
        before = before or Text()
        self._live.printed()
        for number, line in enumerate(self._wrapped(text, len(before))):
            self._console.print(Text.assemble(before if not number else " " * len(before), line), soft_wrap=True)

    def _wrapped(self, text: Text, taken: int) -> Iterator[Text]:
        yield from text.wrap(self._console, max(self._console.width - taken, 20)) or [Text()]
