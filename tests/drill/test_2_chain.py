"""The newest point is young, and all that a restore needs lies at the destination."""

from verify.checks import checks, must_find_nothing
from verify.drill.completeness import chain_findings, signature_findings, unfinished
from verify.drill.drill import Drill
from verify.drill.freshness import age_findings, age_words, job_ran_findings


@checks("fresh")
def test_the_newest_point_is_young_enough(drill: Drill) -> None:
    drill.say(f"the newest point is {age_words(drill.started - drill.newest)} old")
    must_find_nothing(age_findings(drill.newest, drill.started, drill.policy.max_age))


@checks("job-ran")
def test_a_point_was_added_since_the_last_drill(drill: Drill) -> None:
    must_find_nothing(job_ran_findings(drill.points, drill.started, drill.ledger.past))


@checks("chain-complete")
def test_every_set_has_its_manifest_and_all_its_volumes(drill: Drill) -> None:
    there = drill.destination
    volumes = sum(len(each.volumes) for each in there.stored.points)
    drill.say(", ".join([f"{volumes:,} volumes of {len(there.stored.points):,} sets", *unfinished(there.stored)]))
    must_find_nothing(chain_findings(there.stored, there.manifests, there.remembered_sizes))


@checks("signatures-complete")
def test_every_set_has_its_signatures(drill: Drill) -> None:
    must_find_nothing(signature_findings(drill.destination.stored))
