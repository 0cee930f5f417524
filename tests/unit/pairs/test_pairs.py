"""Pairs of rules and trees: how they share a command line, and what is drawn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from verify.selection import RuleError, errors, parse_rules
from verify.selection.pairs import (
    DEFECTS,
    LAST_DEFECTS,
    SHARED,
    CommandLine,
    Pack,
    Pair,
    Shared,
    Written,
    bad_rules,
    pairs,
)
from verify.selection.pairs.edges import edges_of, tree_of
from verify.selection.releases import OPTIONS, options_of
from verify.trees import Tree, file, folder

LATEST = Version("3.2.1")
EXCLUDE = Written("--exclude", "FOLDER/a")
PLAIN = Pair(((EXCLUDE,),), Tree({b"a": file()}))


def test_each_pair_has_a_folder_of_its_own() -> None:
    pack = Pack(Shared("plain"), (PLAIN, Pair(((),), Tree({b"d": folder(), b"d/.NAME skip": file()}))))
    assert list(pack.tree) == [b"", b"p000", b"p000/a", b"p001", b"p001/d", b"p001/d/.p001 skip"]
    assert pack.command_line("/s", "list").words == ["--exclude", "/s/p000/a", "--exclude", "/s/nothing at all"]


def test_groups_stand_around_the_shared_options_in_the_order_of_the_pairs() -> None:
    shared = Shared("two", (Written("--exclude", "**/b"), Written("--exclude-device-files")))
    marker = Written("--exclude-if-present", ".NAME skip")
    pack = Pack(shared, (Pair(((EXCLUDE,), (), (marker,)), Tree({})), Pair(((EXCLUDE,), (EXCLUDE,), ()), Tree({}))))
    assert pack.command_line("/s", "list").words == [
        *("--exclude", "/s/p000/a", "--exclude", "/s/p001/a", "--exclude", "**/b", "--exclude", "/s/p001/a"),
        *("--exclude-device-files", "--exclude-if-present", ".p000 skip", "--exclude", "/s/nothing at all"),
    ]


@pytest.mark.parametrize(("null_separator", "separator"), [(False, b"\n"), (True, b"\0")])
def test_lists_are_files_of_their_own(null_separator: bool, separator: bytes) -> None:
    listed = Written("--exclude-filelist", lines=("FOLDER/a", "\udcff"))
    pair = Pair(((listed,),), Tree({}), ("a", "b"))
    line = Pack(Shared("lists", null_separator=null_separator, files_from=True), (pair,)).command_line("/s", "/l")
    assert line.lists == {
        "/l-0": separator.join([b"/s/p000/a", b"\xff"]),
        "/l-1": separator.join([b"p000/a", b"p000/b"]),
    }
    words = ["--exclude-filelist", "/l-0", "--files-from", "/l-1", "--exclude", "/s/nothing at all"]
    assert line.words == [*["--null-separator"] * null_separator, *words]


def test_a_pack_has_two_halves() -> None:
    one, other = Pack(Shared("plain"), (PLAIN,) * 5).halves
    assert (len(one.pairs), len(other.pairs)) == (2, 3)


def test_on_the_edges_of_a_path_are_its_parent_child_namesakes_and_other_spellings() -> None:
    edges = edges_of("var/Dáta")
    wanted = {"var/Dáta", "var/Dáta/below", "var/Dáta2", "var/Dát", "elsewhere/var/Dáta", "VAR/dÁTA", "var/dáta"}
    assert wanted | {"var/Da\N{COMBINING ACUTE ACCENT}ta", "var/Dáta*", "var/Dáta\n"} <= set(edges)


def test_a_tree_adds_folders_and_leaves_out_what_is_no_name() -> None:
    tree = tree_of([("a", file()), ("a/b", file()), ("/x//./y/", folder()), ("n" * 256, file()), ("", file())])
    assert {path: node.kind for path, node in tree.items()} == {
        b"": "dir",
        b"a": "dir",
        b"a/b": "file",
        b"x": "dir",
        b"x/y": "dir",
    }


@pytest.mark.parametrize("shared", SHARED, ids=str)
@settings(max_examples=20)
@given(data=st.data())
def test_the_rules_that_are_drawn_are_rules_that_duplicity_accepts(shared: Shared, data: st.DataObject) -> None:
    pair = data.draw(pairs(shared, LATEST))
    line = Pack(shared, (pair,)).command_line("/s", "list")
    parse_rules("/s", line.words, LATEST, line.lists)


@settings(max_examples=20)
@given(data=st.data(), release=st.sampled_from(["0.8.18", "1.2.3", "2.2.4", "3.2.1"]))
def test_rules_have_no_option_that_the_release_lacks(data: st.DataObject, release: str) -> None:
    pair = data.draw(pairs(SHARED[0], Version(release)))
    assert {option.name for group in pair.rules for option in group} <= options_of(Version(release)).keys()


def test_every_option_of_the_release_is_drawn_or_shared() -> None:
    shared = {option.name for each in SHARED for option in each.options}
    drawn: set[str] = set()

    @settings(max_examples=200, database=None)
    @given(pair=pairs(SHARED[0], LATEST))
    def draw(pair: Pair) -> None:
        drawn.update(option.name for group in pair.rules for option in group)

    draw()
    by_pack = {"--null-separator", "--files-from", "--exclude-other-filesystems"}
    assert drawn | shared | by_pack == options_of(LATEST).keys() <= OPTIONS.keys()


@pytest.mark.parametrize("title", [*DEFECTS, *LAST_DEFECTS])
@settings(max_examples=10)
@given(data=st.data())
def test_rules_with_a_defect_are_refused_unless_others_make_good_for_it(title: str, data: st.DataObject) -> None:
    rules = data.draw(bad_rules(title, LATEST))
    refused = _code(rules)
    made_good = title == "filters-that-only-repeat-the-default" and any(
        option.name in {"--filter-literal", "--filter-regexp", "--filter-ignorecase"} for option in rules
    )
    assert bool(refused) != made_good


def test_the_defects_have_every_code_that_the_release_refuses_rules_with() -> None:
    codes = {_code(group) for group in (*DEFECTS.values(), *LAST_DEFECTS.values())}
    known = {value for name, value in vars(errors).items() if name.isupper()}
    assert codes == known - {errors.CANNOT_OPEN_FILELIST}  # which only releases before 2.0 end with


def test_a_source_that_ends_with_a_slash_makes_no_rule_with_two() -> None:
    line = CommandLine("/var/data/", "list")
    line.write((Written("--exclude", "FOLDER/a"),))
    line.write((Written("--exclude", "FOLDER/a"),), "p000")
    assert line.words == ["--exclude", "/var/data/a", "--exclude", "/var/data/p000/a"]


def _code(rules: tuple[Written, ...]) -> int:
    line = CommandLine("/s", "list")
    line.write(rules)
    try:
        parse_rules("/s", line.words, LATEST, line.lists)
    except RuleError as error:
        return error.exit_code
    return 0
