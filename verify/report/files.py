"""Writes a run's files: report.json and report.md. pytest itself writes junit.xml."""

import json
from pathlib import Path

from verify.report.events import Event, RunEnded
from verify.report.json_report import report_of
from verify.report.markdown import markdown_of


class ReportFiles:
    """Listens for the end of the run; a file is replaced as a whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def pytest_verify_event(self, event: Event) -> None:
        """Write the files when the run has ended."""
        if isinstance(event, RunEnded):
            self._write("report.json", json.dumps(report_of(event.run), indent=2, ensure_ascii=False) + "\n")
            self._write("report.md", markdown_of(event.run))

    def _write(self, name: str, text: str) -> None:
        partial = self.folder / f".{name}.partial"
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        partial.replace(self.folder / name)
