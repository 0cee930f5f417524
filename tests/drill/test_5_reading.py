"""What our own reader makes of the volumes: each of them, every point, and the newest one beside the source."""

from verify.checks import checks, must_find_nothing
from verify.drill.drill import Drill


@checks("every-byte")
def test_every_volume_opens_and_holds_what_its_manifest_says(drill: Drill) -> None:
    must_find_nothing(drill.reading.volume_findings)


@checks("points-whole")
def test_every_point_can_be_put_together(drill: Drill) -> None:
    must_find_nothing(drill.reading.point_findings)


@checks("content-as-source")
def test_the_newest_point_holds_what_the_source_has_not_changed_since(drill: Drill) -> None:
    must_find_nothing(drill.reading.content_findings)
