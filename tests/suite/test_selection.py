"""duplicity takes what the model of its rules says, path by path, and refuses the rules that the model refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.checks import checks, must_find_nothing
from verify.concerns.file_systems import devices_folder, mounted_findings
from verify.concerns.selection.collecting import collected
from verify.concerns.selection.trials import Trials, trial_of
from verify.lab.lab import Lab
from verify.selection.pairs import DEFECTS, LAST_DEFECTS, SHARED, Shared, bad_rules, edge_of, pairs

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]

PAIRS = 2  # to an example of the profile: a pair costs a fraction of a backup, and every pack needs one
REFUSALS = 10  # examples of the profile to one for each defect: the first has the defect and nothing else


@checks("included-present", "excluded-absent", "selection-as-predicted")
@pytest.mark.parametrize("shared", SHARED, ids=str)
def test_duplicity_takes_what_the_model_of_its_rules_says(lab: Lab, shared: Shared) -> None:
    trials = Trials(lab, shared)
    if trials.refused:
        must_find_nothing(trials.alone(edge_of(shared)))
        return
    collected(
        f"selection, {shared}",
        pairs(shared, lab.release),
        trials.together,
        trials.alone,
        examples=PAIRS * settings().max_examples,
        explicit=[edge_of(shared)],
    )


@checks("selection-as-predicted")
@pytest.mark.parametrize("defect", [*DEFECTS, *LAST_DEFECTS])
@settings(max_examples=max(1, settings().max_examples // REFUSALS))
@given(data=st.data())
def test_duplicity_refuses_the_rules_that_the_model_refuses(lab: Lab, defect: str, data: st.DataObject) -> None:
    rules = data.draw(bad_rules(defect, lab.release))
    must_find_nothing(trial_of(lab, rules).findings())


@checks("included-present", "excluded-absent")
@pytest.mark.parametrize(
    "rules",
    [
        ["--exclude-other-filesystems"],
        ["--exclude-other-filesystems", "--exclude-device-files"],
        ["--include=/dev/shm/none", "--exclude=/dev/null", "--exclude-other-filesystems"],
    ],
    ids=["alone", "no-devices", "scanned"],
)
def test_what_is_on_another_file_system_stays_out(lab: Lab, rules: list[str]) -> None:
    entries = devices_folder(lab.host)
    if lab.host.euid != 0:
        pytest.skip("only root can restore devices")
    if len({entry.device for entry in entries}) == 1:
        pytest.skip("no file system is mounted in this host's /dev")
    must_find_nothing(mounted_findings(lab, entries, rules))
