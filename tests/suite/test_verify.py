"""duplicity's own `verify --compare-data` and our comparison agree, both ways."""

from hypothesis import given

from verify.checks import checks, must_find_nothing
from verify.lab.lab import Lab
from verify.lab.listed import verify_findings
from verify.trees import History, histories


@checks("verify-agrees")
@given(history=histories(points=2))
def test_verify_tells_what_changed_since_the_backup(lab: Lab, history: History) -> None:
    before, after = history.trees
    lab.fill_source(before)
    point = lab.take_point(lab.new_chain())
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, point.inventory, lab.limitations))
    lab.fill_source(after, before)
    now = lab.observe_source()
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, now, lab.limitations))
