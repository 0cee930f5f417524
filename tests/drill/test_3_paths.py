"""What lies in the source is in the newest point, and it is still there to be backed up."""

from verify.checks import checks, must_find_nothing
from verify.drill import findings
from verify.drill.drill import Drill
from verify.drill.source_check import live_source_findings
from verify.plurals import counted


@checks("not-shrunken")
def test_the_newest_point_holds_about_as_much_as_the_one_before(drill: Drill) -> None:
    must_find_nothing(findings.shrink_findings(drill))


@checks("source-not-shrunken")
def test_the_live_source_holds_about_as_much_as_earlier_drills_saw(drill: Drill) -> None:
    must_find_nothing(live_source_findings(drill))


@checks("expected-paths")
def test_what_is_in_the_source_and_not_excluded_is_in_the_newest_point(drill: Drill) -> None:
    found = findings.path_findings(drill)
    counts = drill.path_verdict.counts
    drill.say(
        f"{counted(counts['ok'], 'path')} as in the source, {counts['changed']:,} changed and "
        f"{counts['new']:,} new since, {counts['gone']:,} gone since, {counts['excluded']:,} excluded"
    )
    must_find_nothing(found)
