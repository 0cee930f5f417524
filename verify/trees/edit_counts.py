"""What histories are made of, counted."""

from collections import Counter
from collections.abc import Iterable, Iterator

from verify.trees.edits import Together
from verify.trees.model import Become, Edit, History


def edits_of(histories: Iterable[History]) -> Counter[str]:
    """Given histories, return how many edits of each kind they have."""
    return Counter(kind for history in histories for edit in history.edits for kind in _kinds(edit))


def _kinds(edit: Edit) -> Iterator[str]:
    if isinstance(edit, Together):
        for one in edit.edits:
            yield from _kinds(one)
    elif not isinstance(edit, Become):
        yield type(edit).__name__.lower()
