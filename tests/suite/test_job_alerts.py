"""What the image makes of the job's alerts: they leave, and say what became of the backup."""

import pytest

from verify.checks import Severity, checks, must_find_nothing
from verify.concerns.alerts_sent import sent_findings
from verify.errors import NotProvenError
from verify.job import alert_findings, alerts_not_told
from verify.lab.jobs.alert_trial import with_alerts_of
from verify.lab.lab import Lab


@pytest.mark.runtime("docker", reason="no image stands between the job and its alerts here")
@checks("alert-arrives")
def test_the_jobs_own_alerts_leave_and_say_what_became_of_the_backup(lab: Lab) -> None:
    job = with_alerts_of(lab.job, lab.host.own_environment)
    if any(found.severity.is_at_least(Severity.AT_RISK) for found in alert_findings(job)):
        pytest.skip("they cannot arrive as they are written: see the findings of alerts-configured")
    if reason := alerts_not_told(job):
        pytest.skip(reason)
    try:
        must_find_nothing(sent_findings(lab.host, job))
    except NotProvenError as error:
        pytest.skip(str(error))
