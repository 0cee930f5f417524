"""duplicity's own `verify --compare-data` and our comparison agree, both ways."""

from hypothesis import given

from verify.checks import checks
from verify.lab.lab import Lab
from verify.trees import History, histories


@checks("verify-agrees")
@given(history=histories(points=2))
def test_verify_tells_what_changed_since_the_backup(lab: Lab, history: History) -> None:
    before, after = history.trees
    chain = lab.new_chain()
    lab.fill_source(before)
    point = lab.take_point(chain)
    lab.verify(point).must_agree()
    lab.fill_source(after, before)
    lab.verify(point).must_agree()
