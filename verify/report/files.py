"""Writes a run's files: report.json and report.md. pytest itself writes junit.xml."""

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from verify.errors import CannotRunError
from verify.report.events import Event, RunEnded
from verify.report.json_report import report_of
from verify.report.markdown import markdown_of
from verify.report.outcome import Run

PROBE = 1 << 20  # bytes that have to fit into the folder for the files before a run begins


class ReportFiles:
    """Listens for the end of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pytest_verify_event(self, event: Event) -> None:
        """Write the files when the run has ended."""
        if isinstance(event, RunEnded):
            write_reports(event.run, self.folder)


def write_reports(run: Run, folder: Path) -> None:
    """Given a run, write its files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "report.json", json.dumps(report_of(run), indent=2, ensure_ascii=False) + "\n")
    _write(folder / "report.md", markdown_of(run))


def write_refusal(sentence: str, folder: Path) -> None:
    """Given why a run that began could not go on, write that as its files, if they can be written.

    The files of the run before are not left to be taken for this one's.
    """
    now = datetime.now(UTC)
    with contextlib.suppress(OSError):  # that nothing can be written may be what the sentence says
        (folder / "junit.xml").unlink(missing_ok=True)
        write_reports(Run(started=now, ended=now, troubles=(sentence,)), folder)


def must_be_writable(folder: Path) -> None:
    """Given the folder for the files, raise `CannotRunError` where no report can be written in it; leave nothing."""
    probe = folder / f".writable.{os.getpid()}"
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(bytes(PROBE))
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
        with contextlib.suppress(OSError):
            for each in missing:
                each.rmdir()


def unwritable(folder: Path, error: OSError) -> CannotRunError:
    """Given the folder for the files and why none can be written, return the sentence to raise."""
    return CannotRunError(
        f"no report can be written to {folder} ({error.strerror}): name another folder with --report-dir"
    )


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole: who reads it while a run ends sees the old one or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8", errors="backslashreplace")
    partial.replace(path)
