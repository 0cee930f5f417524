"""duplicity's backend for the destination that DST names does its work, with the job's own options for it."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.own_backend import own_backend_findings
from verify.lab.lab import Lab


@checks("own-backend")
def test_the_backend_of_the_jobs_destination_keeps_gives_back_and_removes(lab: Lab) -> None:
    if lab.site.stands_in:
        pytest.skip(lab.site.stands_in)
    must_find_nothing(own_backend_findings(lab))
