"""What is said of a job's own alerts is what the image's jobrunner did with them when it was recorded."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from verify.checks import Severity
from verify.job import Job, alert_findings, alerts_not_told, read_job
from verify.job.drawn import SoundJob, sound_jobs

RECORDED = json.loads((Path(__file__).parents[3] / "fixtures" / "image-alerts.json").read_text())["cases"]


def job_of(folder: Path, variables: dict[str, str]) -> Job:
    """A job that runs once a day, with such variables."""
    file = folder / "duplicity.env"
    lines = {"SRC": "/src", "DST": "s3:///b", "PASSPHRASE": "hidden-phrase", "JOB_300_WHEN": "daily", **variables}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return read_job(file, None, {})


def of_a_user(variables: dict[str, str]) -> dict[str, str]:
    return {name: value.replace("PING", "https://x.example") for name, value in variables.items()}


@pytest.mark.parametrize("name", RECORDED)
def test_what_the_jobrunner_did_is_what_is_said(name: str, tmp_path: Path) -> None:
    variables, did = RECORDED[name]["variables"], RECORDED[name]["did"]
    job = job_of(tmp_path, of_a_user(variables))
    at_risk = [found for found in alert_findings(job) if found.severity is not Severity.TIDY_UP]
    assert bool(at_risk) is harmed(variables, did), at_risk
    proven = not at_risk and not alerts_not_told(job)
    assert proven is (not at_risk and bool(did["mails"] + did["pings"] or name == "only failures"))


def harmed(variables: dict[str, str], did: dict[str, Any]) -> bool:
    """Whether something stopped, a secret went out, or a mail that was meant did not leave although a job succeeded."""
    meant = "EMAIL_TO" in variables or "EMAIL_FROM" in variables
    lost = meant and not did["mails"] and "SMTP_REPORT_SUCCESS" not in variables
    return bool(did["exit_code"] or not did["ran"] or did["tells_the_secret"] or lost)


def test_the_findings_name_the_line_to_write(tmp_path: Path) -> None:
    variables = {"JOB_300_HEALTHCHECKS_URL": "hc.example.org/ping/hidden-uuid", "EMAIL_FROM": "a@b"}
    found = [*alert_findings(job_of(tmp_path, variables))]
    assert [each.hint for each in found] == [
        "write EMAIL_TO=you@example.org",
        "write JOB_300_HEALTHCHECKS_URL=https://…, all of the URL",
    ]
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("variables", "got"),
    [
        ({"SMTP_HOST": "mail.example.org", "SMTP_PORT": "25"}, "SMTP_HOST without EMAIL_FROM and EMAIL_TO: "),
        ({"EMAIL_FROM": "a@b", "EMAIL_TO": "a@b", "SMTP_REPORT_SUCCESS": "0"}, "mails of failures alone: "),
    ],
)
def test_what_harms_nothing_is_to_tidy_up(variables: dict[str, str], got: str, tmp_path: Path) -> None:
    (found,) = alert_findings(job_of(tmp_path, variables))
    assert found.severity is Severity.TIDY_UP
    assert found.got.startswith(got)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"PASSPHRASE": "backup"},  # as the command is called
        {"JOB_300_WHEN": "", "EMAIL_FROM": "a@b"},  # nothing starts it
        {"JOB_200_HEALTHCHECKS_URL": "hc.example.org"},  # of no entry
        {"EMAIL_FROM": "a@b", "EMAIL_TO": "a@b", "SMTP_USER": "me", "SMTP_PASS": "hidden"},
    ],
)
def test_a_job_that_harms_nothing_has_nothing_to_find(variables: dict[str, str], tmp_path: Path) -> None:
    assert [*alert_findings(job_of(tmp_path, variables))] == []


@given(job=sound_jobs())
@settings(max_examples=50)
def test_a_sound_job_has_nothing_to_find_in_its_alerts(tmp_path_factory: pytest.TempPathFactory, job: SoundJob) -> None:
    file = tmp_path_factory.getbasetemp() / "sound.env"
    file.write_text(job.env_text)
    assert not [*alert_findings(read_job(file, None, {}))]
