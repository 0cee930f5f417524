"""A job's own alerts, as the image's jobrunner sends them to the lab's receivers: what is wrong there is a finding."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
sys.path.insert(0, str(CHECKOUT / "ci"))

from record_image_alerts import CASES, DEFAULTS, recorded  # noqa: E402 - found by the line above

from verify.checks import Finding, Severity  # noqa: E402 - as above
from verify.concerns.alerts_sent import sent_findings  # noqa: E402 - as above
from verify.errors import NotProvenError  # noqa: E402 - as above
from verify.job import read_job  # noqa: E402 - as above
from verify.lab.hosts.host import local_host  # noqa: E402 - as above
from verify.lab.jobs import alert_trial  # noqa: E402 - as above

SCRIPTS = CHECKOUT / "ci" / "images" / "duplicity" / "bin"
RECORDED = json.loads((CHECKOUT / "fixtures" / "image-alerts.json").read_text())["cases"]
MAIL = {"EMAIL_FROM": "a@example.org", "EMAIL_TO": "b@example.org"}
LOGIN = {**MAIL, "SMTP_USER": "me", "SMTP_PASS": "correct horse"}
CHECK = {"JOB_300_HEALTHCHECKS_URL": "https://hc.example.org/ping/of-the-job"}
MONITOR = {"JOB_300_UPTIME_KUMA_URL": "https://kuma.example.org/api/push/of-the-job?status=up&msg=OK&ping="}
SECOND = {
    "JOB_400_WHAT": "dup remove-older-than 1Y $DST", "JOB_400_WHEN": "daily",
    "JOB_400_HEALTHCHECKS_URL": "https://hc.example.org/ping/of-the-second",
}  # fmt: skip
# What takes the place of the image's entrypoint: it makes the folder of the period, as that does, and no more.
ENTRYPOINT = """#!/bin/sh
export {environment} PATH="$PATH:{folder}"
[ -n "$SMTP_REPORT_SUCCESS" ] || export SMTP_REPORT_SUCCESS=1
[ -n "$EMAIL_SUBJECT" ] || export EMAIL_SUBJECT="Backup report: {{hostname}} - {{periodicity}} - {{result}}"
mkdir -p {folder}/daily && ln -sf {folder}/jobrunner {folder}/daily/jobrunner
exec {folder}/daily/jobrunner
"""

by_night = pytest.mark.nightly(reason="each runs a job three times; by day it is done for one of each kind")

Findings = Callable[..., list[Finding]]


@pytest.fixture
def findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Findings]:
    """Given a job's variables, and what is to be replaced in the jobrunner, return what is found of its alerts."""
    image = tmp_path / "image"
    image.mkdir()
    for name in ("jobrunner", "backup", "dup"):
        (image / name).write_bytes((SCRIPTS / name).read_bytes())
        (image / name).chmod(0o755)
    with tempfile.TemporaryDirectory(prefix="dv-") as scratch:
        host = local_host(scratch)

        def found(variables: dict[str, str], *replaced: str, environment: str = "IMAGE_DIALECT=v4") -> list[Finding]:
            if replaced:
                script = (image / "jobrunner").read_text()
                assert replaced[0] in script
                (image / "jobrunner").write_text(script.replace(*replaced))
            entrypoint = image / "entrypoint"
            entrypoint.write_text(ENTRYPOINT.format(folder=image, environment=environment))
            entrypoint.chmod(0o755)
            monkeypatch.setattr(alert_trial, "ENTRYPOINT", str(entrypoint))
            file = tmp_path / "duplicity.env"
            own = {"SRC": "/src", "DST": "s3:///b", "PASSPHRASE": "hidden-phrase", "JOB_300_WHEN": "daily", **variables}
            file.write_text("".join(f"{name}={value}\n" for name, value in {"JOB_300_WHAT": "backup", **own}.items()))
            return sent_findings(host, read_job(file, None, {}))

        yield found
        host.close()


@pytest.mark.parametrize("name", CASES)
def test_our_images_jobrunner_tells_what_the_image_tells(name: str, tmp_path: Path) -> None:
    assert recorded(SCRIPTS / "jobrunner", {**DEFAULTS, **CASES[name]}, tmp_path) == RECORDED[name]["did"]


@pytest.mark.parametrize(
    "variables",
    [pytest.param(CHECK, marks=by_night), pytest.param(MONITOR, marks=by_night), {**CHECK, **MONITOR}],
    ids=["check", "monitor", "both"],
)
def test_pings_that_say_what_became_of_the_backup_are_no_finding(findings: Findings, variables: dict[str, str]) -> None:
    assert findings(variables) == []


@pytest.mark.parametrize(
    "more",
    [{}, pytest.param({"SMTP_TLS": "1"}, marks=by_night), pytest.param({"SMTP_REPORT_SUCCESS": "0"}, marks=by_night)],
    ids=["login", "tls", "failures"],
)
def test_mails_alone_leave_and_nobody_hears_of_a_backup_that_hangs(findings: Findings, more: dict[str, str]) -> None:
    (found,) = findings({**LOGIN, **more})
    assert (found.severity, found.expected) == (Severity.TIDY_UP, "somebody who notices that a backup hangs")


def test_an_image_whose_mails_never_leave_is_a_finding(findings: Findings) -> None:
    found = findings(MAIL, "server.send_message(written)", "pass")
    assert found[0].severity is Severity.AT_RISK
    assert (found[0].expected, found[0].got[:9]) == ("a mail when the backup ends", "none left")


def test_an_image_that_does_not_log_in_is_a_finding_that_says_so(findings: Findings) -> None:
    found = findings(LOGIN, "if user:", "if False:")
    assert "log in first" in found[0].got
    assert found[0].hint.startswith("use an image that logs in")


@by_night
def test_an_image_that_pings_nobody_is_a_finding(findings: Findings) -> None:
    found = findings({**CHECK, **MONITOR}, environment="IMAGE_DIALECT=classic")
    assert {(each.severity, each.got) for each in found} == {(Severity.AT_RISK, "nothing")}


def test_a_ping_of_success_for_a_failure_is_a_finding(findings: Findings) -> None:
    found = findings(CHECK, 'f"{check}/fail" if failed else check', "check")
    assert [(each.expected.split()[0], each.got) for each in found] == [("fail", "start, success")]


@by_night
def test_a_ping_of_success_before_the_backup_is_a_finding(findings: Findings) -> None:
    found = findings(CHECK, 'f"{check}/start"', "check")
    assert any(each.expected.endswith("when the backup hangs") and each.got == "success" for each in found)


@by_night
def test_mails_that_differ_in_nothing_one_sees_are_to_tidy_up(findings: Findings) -> None:
    found = findings({**MAIL, "EMAIL_SUBJECT": "my backup"})
    assert [each.hint for each in found if "subject" in each.expected] == ["write {result} into EMAIL_SUBJECT"]
    assert {each.severity for each in found} == {Severity.TIDY_UP}


@pytest.mark.parametrize("where", [MAIL, pytest.param(MONITOR, marks=by_night)], ids=["mail", "ping"])
def test_a_secret_in_what_is_sent_is_a_finding_that_does_not_hold_it(findings: Findings, where: dict[str, str]) -> None:
    found = findings(where, "result = done.stdout", "done.stdout += os.environb[b'PASSPHRASE']; result = done.stdout")
    assert [each.expected for each in found if each.severity is Severity.AT_RISK] == [
        "mails and pings without a secret"
    ]
    assert "hidden-phrase" not in str(found)


@by_night
def test_a_mail_that_quotes_a_ping_is_to_tidy_up(findings: Findings) -> None:
    (found,) = findings({**MAIL, **CHECK})
    assert (found.severity, found.expected) == (Severity.TIDY_UP, "mails without the URL of a ping")


def test_a_backup_that_is_told_as_failed_since_another_did_is_to_tidy_up(findings: Findings) -> None:
    (found,) = findings(SECOND)
    assert (found.severity, found.expected) == (
        Severity.TIDY_UP,
        "a ping of success for JOB_400, which succeeded",
    )


@by_night
def test_a_passphrase_that_is_a_word_of_the_command_is_no_secret_in_a_mail(findings: Findings) -> None:
    found = findings({**MAIL, "PASSPHRASE": "backup"})
    assert {each.expected for each in found} == {"somebody who notices that a backup hangs"}


@by_night
def test_a_job_that_does_not_get_as_far_as_duplicity_is_not_proven(findings: Findings) -> None:
    with pytest.raises(NotProvenError, match="does not end as duplicity does"):
        findings({**MAIL, "OPTIONS": "--exclude 'a"})


def test_a_job_that_runs_more_than_a_backup_is_not_run(findings: Findings) -> None:
    with pytest.raises(NotProvenError, match="nothing but backup"):
        findings({**MAIL, "JOB_300_WHAT": "touch /tmp/never && backup"})
