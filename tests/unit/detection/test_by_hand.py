"""A finding of the null control is explained by a command by hand that fails for the same reason, and by no other."""

import pytest

from verify.detection.by_hand import CallByHand, explain

SOUND = [CallByHand(verb, 0, "") for verb in ("full", "incremental", "verify", "collection-status", "restore", "diff")]


def failing(verb: str) -> list[CallByHand]:
    return [CallByHand(verb, 1, "no") if each.command == verb else each for each in SOUND]


@pytest.mark.parametrize(
    ("checks", "verb", "explained"),
    [
        (["command-succeeds"], "full", True),
        (["structure"], "diff", True),
        (["verify-agrees"], "diff", False),
        (["retention"], "diff", False),
        (["structure", "retention"], "diff", False),
    ],
)
def test_each_finding_needs_an_explanation_of_its_own(checks: list[str], verb: str, explained: bool) -> None:
    assert explain(checks, failing(verb)) is explained
    assert not explain(checks, SOUND)
