import pytest

from verify.checks import Finding
from verify.detection.catalogue import Saboteur, one_of_each
from verify.detection.detection import TrialOutcome, judged

CONTENT = Finding("content", "a/b", "3 bytes", "2 bytes")
POINT = Finding("point-in-time", "", "the tree of T0", "the tree of T1")


@pytest.mark.parametrize(
    ("check", "hits", "findings", "outcome"),
    [
        ("content", ["a/b"], [CONTENT], TrialOutcome.CAUGHT),
        ("content", ["x", "a/b"], [CONTENT], TrialOutcome.CAUGHT),
        ("content", [""], [CONTENT], TrialOutcome.CAUGHT),
        ("point-in-time", ["a/b"], [POINT], TrialOutcome.CAUGHT),
        ("nothing-left-over", [""], [Finding("nothing-left-over")], TrialOutcome.CAUGHT),  # to tidy up counts, too
        ("content", ["x"], [CONTENT], TrialOutcome.OTHERWISE),
        ("metadata", ["a/b"], [CONTENT], TrialOutcome.OTHERWISE),
        ("content", ["a/b"], [], TrialOutcome.MISSED),
        ("content", [], [], TrialOutcome.NOT_APPLIED),
        ("content", [], [CONTENT], TrialOutcome.NOT_APPLIED),
    ],
)
def test_caught_is_what_the_named_check_finds_where_it_was_hit(
    check: str, hits: list[str], findings: list[Finding], outcome: TrialOutcome
) -> None:
    assert judged(check, hits, findings) is outcome


def test_a_run_that_stopped_caught_nothing() -> None:
    assert judged("content", ["a"], [], trouble="the store died") is TrialOutcome.COULD_NOT_RUN
    assert judged("content", [], [], trouble="the store died") is TrialOutcome.COULD_NOT_RUN


def test_every_day_there_is_one_of_each_check_and_of_each_kind() -> None:
    def saboteur(name: str, check: str, kind: str) -> Saboteur:
        return Saboteur(name, "tool", kind, check, "command", "", "", "It does.", 4)

    a, b = saboteur("a", "content", "restore"), saboteur("b", "content", "backup")
    c, d = saboteur("c", "content", "restore"), saboteur("d", "metadata", "restore")
    e = saboteur("e", "metadata", "backup")
    assert one_of_each((a, b, c, d, e)) == (a, b, d)


def test_a_saboteur_that_names_no_check_is_refused() -> None:
    data = {
        "name": "a",
        "family": "tool",
        "kind": "restore",
        "means": "command",
        "lab": "",
        "early": "",
        "meaning": "",
        "lines": 1,
    }
    with pytest.raises(ValueError, match="names no check"):
        Saboteur.from_json({**data, "check": "no-such-check"})
