"""Reads a report to make its page again, and writes pages."""

import json
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.report.json_report import SCHEMA_VERSION
from verify.whole_file import write_whole

REPORT = "report.json"


def read_report(folder: Path) -> dict[str, Any]:
    """Given a folder, return the report in it. Raise `CannotRunError` where there is none that this version reads."""
    file = folder / REPORT
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        version = int(report["schema_version"])
    except OSError as error:
        raise CannotRunError(f"{file} cannot be read ({error.strerror}): name its folder with --report-dir") from None
    except (ValueError, KeyError, TypeError):
        raise CannotRunError(f"{file} is no report of duplicity-verify") from None
    if version != SCHEMA_VERSION:
        what = "a later duplicity-verify" if version > SCHEMA_VERSION else "an older duplicity-verify"
        raise CannotRunError(f"{file} is by {what} (schema {version}, here {SCHEMA_VERSION}): read it with that one")
    return dict(report)


def write_page(page: str, file: Path) -> None:
    """Write a page as a whole. Raise `CannotRunError` where that cannot be; nothing is then left behind."""
    try:
        write_whole(file, page)
    except OSError as error:
        raise CannotRunError(f"{file} cannot be written ({error.strerror}): name another file with --html") from None
