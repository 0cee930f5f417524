"""Trees and histories come back from JSON as they were, and what is none is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from verify.trees import GALLERY, History, Tree, file, histories, histories_of
from verify.trees.as_json import read, written


@settings(max_examples=100)
@given(history=histories(points=3))
def test_a_history_comes_back_as_its_trees(history: History) -> None:
    back = read(json.loads(json.dumps(written(history))))
    assert isinstance(back, History)
    assert back.trees == history.trees


def test_the_gallery_comes_back() -> None:
    assert read(json.loads(json.dumps(written(GALLERY)))) == histories_of(*GALLERY.trees)
    assert read(written(GALLERY.first)) == GALLERY.first


def test_what_is_neither_is_not_written() -> None:
    with pytest.raises(TypeError, match="neither"):
        written(7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "example is no dict"),
        ({"tree": {}, "history": []}, "names 2 things"),
        ({"forest": {}}, "neither a tree nor a history"),
        ({"history": []}, "neither a tree nor a history"),
        ({"history": [[]]}, r"example.history\[0\] is no dict"),
        ({"tree": {"a/b": {"kind": "file", "mode": "644"}}}, "is no tree: nothing holds"),
        ({"tree": {"a": {"kind": "fil", "mode": "644"}}}, r"example.tree\['a'\] is no node"),
        ({"tree": {"a": {"kind": "file", "mode": "9"}}}, "is no node"),
        ({"tree": {"a": {"kind": "file"}}}, "is no node"),
        ({"tree": {"a": {"kind": "file", "mode": "644", "size": 3}}}, "'size', which no node has"),
        ({"tree": {"a": {"kind": "file", "mode": "644", "content": [["x", 1]]}}}, "is no node"),
        ({"tree": {"a": {"kind": "file", "mode": "644", "content": 3}}}, "is no node"),
        ({"tree": {"a": {"kind": "file", "mode": "644", "mtime_ns": "now"}}}, "is no node"),
    ],
)
def test_what_was_edited_by_hand_is_refused_with_its_place(data: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(data, "example")


def test_names_stay_readable() -> None:
    text = json.dumps(written(Tree({b"a b": file((1, 10)), b"\xff": file()})))
    assert '"a b"' in text
    assert "\\udcff" in text
