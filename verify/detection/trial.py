"""A saboteur's trial: the unchanged tests, with the saboteur in its place, in a pytest of its own."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from verify.checks import Finding
from verify.detection.catalogue import Saboteur
from verify.detection.deciding_folders import folder_of, modules_of
from verify.detection.detection import Detection, TrialOutcome, judged
from verify.detection.injection import Bench, brought_in
from verify.detection.pytest_runs import run_pytest
from verify.errors import CannotRunError
from verify.report.outcome import Ending
from verify.trees import printable

TRIAL_ENDS_WITHIN = 600.0  # seconds after which a trial is given up; the longest takes a tenth of it
DECIDING = "verify.detection.deciding_plugin"
Noted = list[tuple[str, str]]  # a word, and a path as findings print it or nothing


def try_out(saboteur: Saboteur, bench: Bench) -> Detection:
    """Given a saboteur, run the tests that decide its check until it fails; return what became of it."""
    if not bench.runtime_of(saboteur):
        return Detection(saboteur, TrialOutcome.NOT_TRIED, reason="Docker is not available")
    begun = time.monotonic()
    for profile in bench.profiles:
        detection = _tried(saboteur, bench, profile, begun)
        if detection.outcome not in (TrialOutcome.MISSED, TrialOutcome.NOT_APPLIED):
            break  # more examples would find no other
    return detection


def _tried(saboteur: Saboteur, bench: Bench, profile: str, begun: float) -> Detection:
    folder = bench.folder / saboteur.name / profile
    (folder / "state").mkdir(parents=True)
    try:
        report = _report(saboteur, bench, profile, folder)
    except CannotRunError as error:
        return Detection(saboteur, TrialOutcome.COULD_NOT_RUN, time.monotonic() - begun, profile, reason=str(error))
    return _told(saboteur, report, _noted(folder / "notes"), time.monotonic() - begun, profile)


def _report(saboteur: Saboteur, bench: Bench, profile: str, folder: Path) -> dict[str, Any]:
    """Run the trial; return its report. Raise `CannotRunError` where there is none."""
    tests = folder_of(saboteur.check)
    if tests is None:
        raise CannotRunError(f"no test decides {saboteur.check}")
    modules = modules_of(saboteur.check, tests)
    options = [
        f"--deciding={saboteur.check}",
        f"--early={saboteur.early}",
        f"--profile={profile}",
        f"--report-dir={folder}",
        *(["--with-a-store"] if saboteur.family == "store" else []),
    ]
    with brought_in(saboteur, bench, folder) as means:
        ended = run_pytest(
            tests, [*options, *means], folder, timeout=TRIAL_ENDS_WITHIN, plugins=[DECIDING], modules=modules
        )
    if not ended:
        raise CannotRunError(f"its trial gave no report: see {folder / 'pytest.log'}")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def _told(saboteur: Saboteur, report: dict[str, Any], noted: Noted, seconds: float, profile: str) -> Detection:
    broken = [text for word, text in noted if word == "broken"]
    if broken:
        reason = f"the saboteur itself stopped: {broken[0]}"
        return Detection(saboteur, TrialOutcome.COULD_NOT_RUN, seconds, profile, reason=reason)
    fields = Finding.__dataclass_fields__
    findings = [Finding(**{name: each[name] for name in fields}) for each in report["findings"]]
    lacking = _lacking(saboteur.check, report)
    if lacking and not findings:
        return Detection(saboteur, TrialOutcome.NOT_TRIED, seconds, profile, reason=lacking)
    trouble = "; ".join(report["troubles"])
    outcome = judged(saboteur.check, [path for _, path in noted], findings, trouble=trouble)
    tests = [each["test"] for each in report["findings"] if each["check"] == saboteur.check]
    by = tuple(dict.fromkeys(each.check for each in findings))
    reason = "" if outcome is TrialOutcome.CAUGHT else trouble or ", ".join(by)
    return Detection(saboteur, outcome, seconds, profile, next(iter(tests), ""), by, reason)


def _lacking(check: str, report: dict[str, Any]) -> str:
    """Return why no test that decides a check ran, empty if one did: the machine lacks what they need."""
    for told in report["checks"]:
        if told["id"] == check and all(test["ending"] == Ending.SKIPPED for test in told["tests"]):
            return str(told["reason"])
    return ""


def _noted(notes: Path) -> Noted:
    lines = notes.read_text().splitlines() if notes.exists() else []
    words = (line.partition(" ") for line in lines)
    return [(word, printable(unquote_to_bytes(path))) for word, _, path in words]
