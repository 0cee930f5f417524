"""What the image makes of OPTIONS: duplicity gets the words that the job means."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.options_received import received_findings, why_not_recorded
from verify.lab.jobs.own_rules import OwnRules
from verify.lab.lab import Lab


@pytest.mark.runtime("docker", reason="no image stands between OPTIONS and duplicity here")
@checks("options-reach-duplicity")
def test_duplicity_gets_the_words_and_the_environment_that_the_job_means(lab: Lab) -> None:
    if reason := why_not_recorded(lab.job):
        pytest.skip(reason)
    lab.fill_source(OwnRules.of(lab).tree())  # the image's shells replace a glob by what it matches there
    must_find_nothing(received_findings(lab.host, lab.job, lab.release))
