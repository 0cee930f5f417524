"""The job's rules take what they are meant to take of its source."""

import pytest
from packaging.version import Version

from verify.checks import checks, must_find_nothing
from verify.job import Job
from verify.job.destination.schemes import dead_schemes
from verify.selection.survey import (
    Promises,
    Survey,
    idle_findings,
    inside_findings,
    promise_findings,
    source_findings,
)


@checks("source-not-empty")
def test_the_backup_holds_files(survey: Survey) -> None:
    must_find_nothing(source_findings(survey))


@checks("backup-outside-source")
def test_no_backup_holds_the_backups_before_it(job: Job, survey: Survey) -> None:
    must_find_nothing(inside_findings(job, survey.rules))


@checks("scheme-supported")
def test_the_destination_is_none_that_leads_nowhere(job: Job, release: Version) -> None:
    must_find_nothing(dead_schemes(job, release))
    pytest.skip("whether duplicity can use DST, only duplicity can say: the suite and a drill ask it")


@checks("rules-effective")
def test_no_rule_names_what_is_not_there_or_is_overruled(survey: Survey) -> None:
    must_find_nothing(idle_findings(survey))


@checks("must-include")
def test_what_must_be_in_the_backup_is(survey: Survey, promises: Promises) -> None:
    if not promises.must_include:
        pytest.skip("neither the policy nor a flag names what must be in (must_include)")
    must_find_nothing(promise_findings(promises.must_include, "must-include"))


@checks("must-exclude")
def test_what_must_not_be_in_the_backup_is_not(survey: Survey, promises: Promises) -> None:
    if not promises.must_exclude:
        pytest.skip("neither the policy nor a flag names what must not be in (must_exclude)")
    must_find_nothing(promise_findings(promises.must_exclude, "must-exclude"))
