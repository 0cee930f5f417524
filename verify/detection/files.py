"""Writes what `detect` found out: detection.json, detection.md, detection.svg."""

import json
from pathlib import Path

from verify.detection.picture import picture
from verify.detection.result import DetectionResult
from verify.detection.table import full_table
from verify.errors import CannotRunError


def write_detection(result: DetectionResult, folder: Path) -> None:
    """Given a result, write its files into a folder that is there."""
    (folder / "detection.json").write_text(json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n")
    (folder / "detection.md").write_text(full_table(result))
    (folder / "detection.svg").write_text(picture(result))


def read_detection(path: Path) -> DetectionResult:
    """Given a detection.json, return the result again. Raise `CannotRunError` if it is none."""
    try:
        return DetectionResult.from_json(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRunError(f"{path} is not what detect wrote ({error}): run detect again") from None
