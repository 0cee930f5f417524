"""What a plain pytest run says of the checks, below pytest's own summary."""

import pytest

from verify.checks import Finding
from verify.plurals import counted
from verify.report.events import Event, RunEnded
from verify.report.outcome import Outcome, Run
from verify.report.severities import severity_words
from verify.report.statistics import summary_of

NAMES = 9  # columns of the statistics' names


class TerminalSummary:
    """Prints how many checks had which outcome, and the findings by check."""

    def __init__(self) -> None:
        self._run: Run | None = None

    def pytest_verify_event(self, event: Event) -> None:
        """Keep the run when it has ended."""
        if isinstance(event, RunEnded):
            self._run = event.run

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print a line of counts, and one for each check that failed."""
        if self._run is None or not self._run.checks:
            return
        counts = self._run.counts
        terminalreporter.section("checks")
        terminalreporter.line(", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]))
        by_check = dict[str, list[Finding]]()
        for found in self._run.findings:
            by_check.setdefault(found.check, []).append(found)
        for check, findings in by_check.items():
            terminalreporter.line(f"{check}: {counted(len(findings), 'finding')}: {severity_words(findings)}")
        for name, text in summary_of(self._run.statistics).items():
            terminalreporter.line(f"{name:{NAMES}} {text}")
