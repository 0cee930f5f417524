"""What lies in the source is in the newest point."""

from verify.checks import checks, must_find_nothing
from verify.drill import findings
from verify.drill.drill import Drill


@checks("not-shrunken")
def test_the_newest_point_holds_about_as_much_as_the_one_before(drill: Drill) -> None:
    must_find_nothing(findings.shrink_findings(drill))


@checks("expected-paths")
def test_what_is_in_the_source_and_not_excluded_is_in_the_newest_point(drill: Drill) -> None:
    found = findings.path_findings(drill)
    counts = drill.path_verdict.counts
    drill.say(
        f"{counts['ok']:,} paths as in the source, {counts['changed']:,} changed and {counts['new']:,} new since, "
        f"{counts['gone']:,} gone since, {counts['excluded']:,} excluded"
    )
    must_find_nothing(found)
