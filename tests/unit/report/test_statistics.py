"""What a run consisted of is told in a few lines, and nothing is told of a run without histories."""

from verify.report.statistics import summary_of
from verify.trees import GALLERY, History, Tree, edits_of, histories_of
from verify.trees.edits import Create, Delete, Together
from verify.trees.model import file

STATISTICS = {
    "histories": 1220, "histories_alone": 20, "histories_encrypted": 122, "packs": 4, "restores": 4880,
    "edits_create": 900, "edits_swap": 1200, "chains_of_4": 1000, "chains_of_1": 200,
    "duplicity_milliseconds": 61_500, "draw_milliseconds": 2_000, "materialise_milliseconds": 400,
}  # fmt: skip


def test_a_summary_says_what_was_verified_and_where_the_time_went() -> None:
    assert summary_of(STATISTICS) == {
        "histories": "1,220 verified; 4 packs of about 300; 20 alone; 10% encrypted",
        "edits": "1,200 swap, 900 create",
        "points": "4,880 restored; chains of 1 point: 200, 4 points: 1,000",
        "time": "1 min 02 s in duplicity; ours: draw 2.0 s, materialise 0.4 s, observe 0.0 s",
    }


def test_nothing_is_said_where_no_history_was_verified() -> None:
    assert summary_of({"duplicity_milliseconds": 100}) == {}


def test_edits_are_counted_by_kind_one_by_one() -> None:
    created, deleted = Create(b"a", file()), Delete(b"a")
    history = History(Tree({}), (created, Together((deleted, created)), deleted))
    assert edits_of([history, history, histories_of(Tree({}), Tree({}))]) == {"create": 4, "delete": 4}
    assert set(edits_of([GALLERY])) >= {"create", "delete", "rename", "replace", "swap", "chmod"}
