"""The destination answers, holds a backup, and the job can open it."""

from verify.checks import checks, must_find_nothing
from verify.drill import chain_findings
from verify.drill.drill import Drill
from verify.durations import moment
from verify.job.destination.addresses import misread_addresses
from verify.plurals import counted


@checks("scheme-supported")
def test_duplicity_knows_the_destinations_scheme(drill: Drill) -> None:
    drill.say(drill.night.way_there)
    must_find_nothing(misread_addresses(drill.job))
    _ = drill.schemes


@checks("destination-reachable")
def test_the_destination_answers_and_can_be_listed(drill: Drill) -> None:
    objects = drill.destination.objects
    seen_by = drill.destination.view.seen_by
    drill.say(counted(len(objects), "object") + (f", seen by {seen_by}" if seen_by else ""))
    drill.destination.must_be_seen_whole()


@checks("backup-exists")
def test_there_is_a_backup(drill: Drill) -> None:
    drill.say(f"{counted(len(drill.points), 'point')}, the newest of {moment(drill.newest)}")


@checks("passphrase-opens")
def test_the_jobs_passphrase_opens_the_newest_manifest(drill: Drill) -> None:
    drill.say(f"the manifest of {drill.destination.opened.span} was decrypted")


@checks("duplicity-agrees")
def test_duplicity_sees_the_points_that_lie_there(drill: Drill) -> None:
    must_find_nothing(chain_findings.agreement_findings(drill))
