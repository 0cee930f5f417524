"""Which paths leave or enter when rules change: exactly those that the two selections disagree on."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from verify.errors import CannotRunError
from verify.regression import Fate, Moves, move_findings
from verify.selection import Entry, RuleSet, Selection, parse_rules

FOLDERS = [b"", b"a", b"a/a", b"a/b", b"b", b"b/a"]
FILES = [b"a/a/x", b"a/a/y", b"a/x", b"a/b/x", b"b/a/x", b"b/y", b"x", b"ab"]


def entries(paths: Iterable[bytes] = (*FOLDERS, *FILES)) -> list[Entry]:
    kinds = {path: "dir" if path in FOLDERS else "file" for path in paths}
    return [Entry(path, kinds[path], 7, device=1) for path in sorted(kinds, key=lambda path: path.split(b"/"))]


def rules(*options: str, source: str = "/s") -> RuleSet:
    return parse_rules(source, options, Version("3.2.1"), now=0)


def moved(moves: Moves) -> tuple[dict[bytes, Fate], dict[bytes, Fate]]:
    """Return what leaves and what enters, by its path."""
    seen: list[tuple[Fate, bytes]] = []
    moves.run([lambda fate, path, _: seen.append((fate, path))])
    return ({path: fate for fate, path in seen if not fate.enters}, {path: fate for fate, path in seen if fate.enters})


one_rule = st.tuples(
    st.sampled_from(["--include", "--exclude"]),
    st.sampled_from(["/s/a", "/s/a/a", "/s/a/b", "/s/b", "/s/**x", "/s/a/*", "**/y", "/s/a/a/x", "/s/?b", "/s/a/"]),
)
rule_sets = (
    st.lists(one_rule, max_size=4)
    .map(lambda some: [*(word for each in some for word in each)])
    .map(lambda words: words if not words or words[-2] == "--exclude" else [*words, "--exclude", "/s/**"])
)


@given(rule_sets, rule_sets, st.booleans())
def test_what_moves_is_what_two_selections_disagree_on(
    before: Sequence[str], after: Sequence[str], marked: bool
) -> None:
    marker = ["--exclude-if-present", "y"] if marked else []
    old, new = rules(*before, *marker), rules(*after)
    leaves, enters = moved(Moves(entries(), old, new))
    was, is_now = set(Selection(entries(), old).included), set(Selection(entries(), new).included)
    assert set(leaves) == was - is_now
    assert set(enters) == is_now - was


@given(rule_sets, rule_sets)
def test_a_source_within_the_source_is_compared_where_it_was(before: Sequence[str], after: Sequence[str]) -> None:
    inside = [word.replace("/s", "/s/a") if word.startswith("/") else word for word in after]
    old, new = rules(*before), rules(*inside, source="/s/a")
    leaves, enters = moved(Moves(entries(), old, new))
    below = [entry._replace(path=entry.path[2:]) for entry in entries() if entry.path.startswith((b"a/", b"a\0"))]
    is_now = {b"a/" + path if path else b"a" for path in Selection([Entry(b"", "dir", device=1), *below], new).included}
    was = {path for path in Selection(entries(), old).included if path}
    assert set(leaves) == was - is_now
    assert set(enters) == is_now - was


def test_paths_are_grouped_by_the_rule_that_did_it() -> None:
    moves = Moves(entries(), rules("--exclude", "/s/a/a", "--exclude", "/s/b"), rules("--exclude", "/s/a/b"))
    leaves, enters = moved(moves)
    assert {path: fate.rule for path, fate in leaves.items()} == dict.fromkeys([b"a/b", b"a/b/x"], "--exclude /s/a/b")
    assert {path: fate.rule for path, fate in enters.items()} == {
        **dict.fromkeys([b"a/a", b"a/a/x", b"a/a/y"], "--exclude /s/a/a"),
        **dict.fromkeys([b"b", b"b/a", b"b/a/x", b"b/y"], "--exclude /s/b"),
    }
    assert {fate.rule: (group.count, group.files, group.size, group.tops) for fate, group in moves.groups.items()} == {
        "--exclude /s/a/b": (2, 1, 7, [(b"a/b", 2)]),
        "--exclude /s/a/a": (3, 2, 14, [(b"a/a", 3)]),
        "--exclude /s/b": (4, 2, 14, [(b"b", 4)]),
    }


def test_an_inclusion_that_is_gone_is_named_beside_what_leaves_out_now() -> None:
    old, new = rules("--include", "/s/a", "--exclude", "**"), rules("--include", "/s/b", "--exclude", "**")
    leaves, _ = moved(Moves(entries(), old, new))
    assert leaves[b"a/x"] == Fate(enters=False, rule="--exclude **", before="--include /s/a", after="--exclude **")


def test_what_leaves_and_what_enters_are_findings_of_their_own_checks() -> None:
    moves = Moves(entries(), rules("--exclude", "/s/a/a"), rules("--exclude", "/s/b")).run()
    found = {finding.check: finding for finding in move_findings(moves)}
    assert found["paths-kept"].path == "b"
    assert found["paths-kept"].got == "excluded: b with 3 more in it"
    assert found["paths-kept"].hint == "--exclude /s/b does it"
    assert found["paths-not-added"].path == "a/a"
    assert found["paths-not-added"].expected == "excluded, as before: --exclude /s/a/a"


def test_a_finding_shows_some_paths_and_counts_all() -> None:
    many = [Entry(b"", "dir"), *(Entry(b"f%02d" % number) for number in range(30))]
    (finding,) = move_findings(Moves(many, rules(), rules("--exclude", "/s/f*")).run())
    assert finding.got.endswith("f08, f09, and 20 more")
    assert not finding.path


def test_equal_rules_move_nothing() -> None:
    moves = Moves(entries(), rules("--exclude", "/s/a"), rules("--exclude", "/s/a")).run()
    assert not moves.groups


def test_a_source_elsewhere_cannot_be_compared() -> None:
    for other in ("/t", "/", "/s2"):
        with pytest.raises(CannotRunError, match=rf"the source was /s and is {other}, of which a listing of /s says"):
            Moves(entries(), rules(), rules(source=other))


def test_a_source_that_the_listing_has_not_is_refused() -> None:
    with pytest.raises(CannotRunError, match=r"the source is now /s/none, and the listing has no 'none'"):
        Moves(entries(), rules(), rules(source="/s/none")).run()
