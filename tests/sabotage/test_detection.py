"""Who verifies the verifier: one saboteur of each check, and of each kind, under the unchanged tests, at every change.

The whole catalogue is `duplicity-verify detect`, at night.
"""

from collections.abc import Callable

import pytest

from verify.detection.catalogue import Saboteur, one_of_each, saboteurs
from verify.detection.detection import Detection, TrialOutcome

EVERY_DAY = one_of_each(saboteurs())


@pytest.mark.parametrize("saboteur", EVERY_DAY, ids=lambda saboteur: saboteur.name)
def test_the_check_that_is_named_for_a_saboteur_catches_it(
    saboteur: Saboteur, trial: Callable[[Saboteur], Detection]
) -> None:
    detection = trial(saboteur)
    if detection.outcome is TrialOutcome.NOT_TRIED:
        pytest.skip(detection.reason)
    assert detection.outcome is TrialOutcome.CAUGHT, f"{saboteur.meaning} {detection}"
