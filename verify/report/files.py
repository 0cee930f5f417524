"""Writes a run's files: report.json, report.md and report.html. pytest itself writes junit.xml.

Those of the newest run lie in the folder itself; those of each run in one by its time, and `latest` is the newest of
these: no run takes away what an earlier one has found.
"""

import contextlib
import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from verify.errors import CannotRunError
from verify.report.events import Event, RunEnded
from verify.report.json_report import report_of
from verify.report.markdown import markdown_of
from verify.report.outcome import Run
from verify.report.pages.report_page import report_page
from verify.whole_file import write_whole

NAMES = ("report.json", "report.md", "report.html", "junit.xml", "tables.json", "tables.md")
LATEST = "latest"
DATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?")
PROBE = 1 << 20  # bytes that have to fit into the folder for the files before a run begins


class ReportFiles:
    """Listens for the end of the run. Given a folder, and of how many runs the files are kept there, this one's too."""

    def __init__(self, folder: Path, runs: int = sys.maxsize) -> None:
        self.folder, self._runs = folder, runs

    def pytest_verify_event(self, event: Event) -> None:
        """Write the files when the run has ended."""
        if isinstance(event, RunEnded):
            write_reports(event.run, self.folder)
            keep_dated(event.run.started, self.folder, self._runs)


def write_reports(run: Run, folder: Path) -> None:
    """Given a run, write its files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    report = report_of(run)
    write_whole(folder / "report.json", json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    write_whole(folder / "report.md", markdown_of(run))
    write_whole(folder / "report.html", report_page(report))


def write_refusal(sentence: str, folder: Path) -> None:
    """Given why a run that began could not go on, write that as its files, if they can be written.

    The files of the run before are not left to be taken for this one's.
    """
    now = datetime.now(UTC)
    with contextlib.suppress(OSError):  # that nothing can be written may be what the sentence says
        (folder / "junit.xml").unlink(missing_ok=True)
        write_reports(Run(started=now, ended=now, troubles=(sentence,)), folder)
        keep_dated(now, folder)


def add_deliveries(run: Run, folder: Path) -> None:
    """Given a run with who was told of it, and the folder of its files, write it again where it stands already.

    A run that ended before it had files gets none, and what cannot be written is left as it is.
    """
    for each in (folder, *folder.glob(run.started.strftime("%Y-%m-%dT%H-%M-%SZ*"))):
        with contextlib.suppress(OSError, ValueError, KeyError):
            known = json.loads((each / "report.json").read_text(encoding="utf-8"))
            if known["started"] == run.started.isoformat():
                write_reports(run, each)


def keep_dated(started: datetime, folder: Path, runs: int = sys.maxsize) -> None:
    """Given when a run began and the folder that it wrote its files to, keep them in a folder by that time as well.

    The oldest of more than `runs` such folders are removed, unless something else lies in them; never this one.
    """
    own = _new_folder(folder / started.strftime("%Y-%m-%dT%H-%M-%SZ"))
    for file in (folder / name for name in NAMES):
        if file.exists() and file.stat().st_mtime >= started.timestamp() - 1:  # else it is an older run's
            shutil.copyfile(file, own / file.name)
    partial = folder / f".{LATEST}.{os.getpid()}"
    with contextlib.suppress(OSError):  # a file system may have no symlinks
        partial.symlink_to(own.name)
        partial.replace(folder / LATEST)
    dated = sorted(path for path in folder.iterdir() if DATED.fullmatch(path.name))
    for old in [path for path in dated[: -max(runs, 1)] if path != own]:
        for name in NAMES:
            (old / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            old.rmdir()


def _new_folder(path: Path) -> Path:
    """Make a folder; if two runs began in the same second, the later one's has a number."""
    made, number = path, 1
    while True:
        try:
            made.mkdir()
        except FileExistsError:
            number += 1
            made = path.with_name(f"{path.name}-{number}")
        else:
            return made


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
