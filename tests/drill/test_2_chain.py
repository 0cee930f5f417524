"""The newest point is young, and all that a restore needs lies at the destination."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.drill import chain_findings
from verify.drill.drill import Drill
from verify.drill.points.freshness import job_ran_findings
from verify.durations import age_words
from verify.job import never_removed, removes_old_backups


@checks("fresh")
def test_the_newest_point_is_young_enough(drill: Drill) -> None:
    drill.say(f"the newest point is {age_words(drill.started - drill.newest)} old")
    must_find_nothing(chain_findings.age_findings(drill))


@checks("job-ran")
def test_a_point_was_added_since_the_last_drill(drill: Drill) -> None:
    must_find_nothing(job_ran_findings(drill.night.taken, drill.started, drill.ledger.past))


@checks("retention")
def test_what_retention_is_to_remove_can_be_removed(drill: Drill) -> None:
    must_find_nothing(never_removed(drill.written_job))
    if not removes_old_backups(drill.written_job):
        pytest.skip("the job itself removes no old backups")


@checks("chain-complete")
def test_every_set_has_its_manifest_and_all_its_volumes(drill: Drill) -> None:
    must_find_nothing(chain_findings.chain_findings(drill))


@checks("signatures-complete")
def test_every_set_has_its_signatures(drill: Drill) -> None:
    must_find_nothing(chain_findings.signature_findings(drill))
