"""The one pass over a listing that the tests of a selection look at."""

from typing import cast

import pytest
from packaging.version import Version

from verify.job import Job
from verify.lab.settings import LabSettings
from verify.policy import Policy
from verify.report.answers.answer import NAME
from verify.report.answers.selection_answer import SelectionAnswer
from verify.selection import RuleSet
from verify.selection.listing import Listed, RealSource, listing_of
from verify.selection.survey import Promises, Survey, lists_of, named_folders, rules_of


@pytest.fixture(scope="session")
def answer(pytestconfig: pytest.Config) -> SelectionAnswer | None:
    """The answer of the command that runs these tests; None in a plain pytest run."""
    return cast("SelectionAnswer | None", pytestconfig.pluginmanager.get_plugin(NAME))


@pytest.fixture(scope="session")
def listing(policy: Policy, job: Job, answer: SelectionAnswer | None) -> Listed | RealSource:
    found = listing_of(policy.source, policy.listing, answer.stdin if answer else None)
    if found is None:
        pytest.skip("nothing to look at was given with --source or --listing")
    return found.as_source(job.source) if isinstance(found, RealSource) else found


@pytest.fixture(scope="session")
def release(pytestconfig: pytest.Config) -> Version:
    """The release that the job is read for."""
    return LabSettings.from_options(vars(pytestconfig.option)).release


@pytest.fixture(scope="session")
def rules(release: Version, job: Job, listing: Listed | RealSource) -> RuleSet:
    return rules_of(job, release, lists_of(job, release), twin=listing.is_twin(job.source))


@pytest.fixture(scope="session")
def promises(rules: RuleSet, policy: Policy) -> Promises:
    return Promises(rules.source, policy.must_include, policy.must_exclude)


@pytest.fixture(scope="session")
def survey(
    rules: RuleSet, listing: Listed | RealSource, promises: Promises, job: Job, answer: SelectionAnswer | None
) -> Survey:
    """What the job's rules do to the listing."""
    watchers = [*([promises.take] if promises else []), *(answer.watchers(rules) if answer else [])]
    survey = Survey(listing, rules, named_folders(rules)).run(watchers)
    if answer:
        answer.finish(survey, job, listing)
    if job.unread:
        pytest.skip(f"not all of the job's rules can be read: {'; '.join(job.unread)}")
    return survey
