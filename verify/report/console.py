"""What an operator sees: the header, a line a check, the findings, the verdict."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from verify.report.events import CheckDecided, Event, LabReady, RunEnded, RunStarted, TestEnded, TestStarted
from verify.report.outcome import CheckResult, Outcome, Run, Verdict, counted

SIGNS = {
    Outcome.PROVEN: ("✓", "green"),
    Outcome.FINDING: ("✗", "bold red"),
    Outcome.NOT_PROVEN: ("–", "yellow"),
    Outcome.ERROR: ("!", "magenta"),
}
COLOURS = {Verdict.PROVEN: "bold green", Verdict.FINDINGS: "bold red", Verdict.COULD_NOT_RUN: "bold yellow"}
SHOWN = 20  # findings; all of them are in report.json
WIDTH = 18  # of the longest check's id


class ConsoleReporter:
    """Listens to a run and prints it. Without a terminal there is no progress line and no colour."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._open = ExitStack()
        self._progress: Progress | None = None
        self.exit_code: int | None = None  # the verdict's, once there is one

    def pytest_verify_event(self, event: Event) -> None:
        """Show an event."""
        match event:
            case RunStarted(tests=tests):
                self._begin(tests)
            case LabReady(facts=facts):
                self._header(facts)
            case TestStarted(id=name):
                self._update(description=name.rpartition("::")[2])
            case TestEnded():
                self._update(advance=1)
            case CheckDecided(check=check):
                self._check(check)
            case RunEnded(run=run):
                self._open.close()
                self._end(run)
                self.exit_code = run.verdict.exit_code

    def _begin(self, tests: int) -> None:
        if not self._console.is_terminal:
            return
        columns = (
            SpinnerColumn(),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
        )
        self._progress = self._open.enter_context(Progress(*columns, console=self._console, transient=True))
        self._progress.add_task("starting the lab", total=tests)

    def _update(self, **changes: Any) -> None:
        if self._progress:
            self._progress.update(self._progress.task_ids[0], **changes)

    def _header(self, facts: Mapping[str, Any]) -> None:
        job = facts["job"]
        versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
        files = ", ".join(filter(None, (*job["env_files"], job["stack_file"])))
        encrypted = "encrypted" if job["encrypted"] else "not encrypted"
        lines = {
            "job": f"{job['source']} → {job['destination']} ({encrypted})",
            "from": files,
            "runtime": f"{facts['runtime']['name']}: {facts['runtime']['why']}",
            "versions": versions + ("" if "gpg" in facts["versions"] else ", no gpg"),
            **{f"note {number}": note for number, note in enumerate((*facts["notes"], *job["notes"]), 1)},
        }
        for name, text in lines.items():
            self._print(Text.assemble((f"{name:9}", "bold"), text))
        self._print(Text())

    def _check(self, check: CheckResult) -> None:
        sign, colour = SIGNS[check.outcome]
        skipped = sum(test.ending == "skipped" for test in check.tests)
        tests = counted(len(check.tests), "test") + (f", {skipped} skipped" if skipped else "")
        text = {Outcome.FINDING: counted(len(check.findings), "finding")}.get(check.outcome, check.reason)
        line = Text.assemble(
            (f"{sign} ", colour),
            f"{check.id:{WIDTH}} {check.seconds:6.1f} s  {tests:22}",
            (text or check.meaning, "" if text else "dim"),
        )
        self._print(line)

    def _end(self, run: Run) -> None:
        self._print(Text())
        for found in run.findings[:SHOWN]:
            where = f" {found.path}" if found.path else ""
            self._print(
                Text.assemble(
                    ("✗ ", "bold red"),
                    (f"{found.check}:{where}", "bold"),
                    f" expected {found.expected}, got {found.got}",
                )
            )
            for label, more in (("hint", found.hint), ("reproduce", found.reproduce)):
                if more:
                    self._print(Text(f"    {label}: {more}"))
        if len(run.findings) > SHOWN:
            self._print(Text(f"  and {len(run.findings) - SHOWN} more, in report.json"))
        verdict = run.verdict.value.replace("-", " ").upper()
        self._print(Text.assemble((f"{verdict}: ", COLOURS[run.verdict]), f"{run.sentence} ({run.seconds:.0f} s)"))

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True, highlight=False)
