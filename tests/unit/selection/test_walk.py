"""How a listing is walked: what waits for what, in which order, and what is remembered."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from packaging.version import Version

from verify.selection import Entry, Selection, Walk, parse_rules, select
from verify.selection.matching import Inherited

LATEST = Version("3.2.1")


def walked(
    options: Sequence[str], listing: Sequence[Entry], lists: Mapping[str, bytes] | None = None
) -> list[tuple[bytes, bool]]:
    return [(each.path, each.included) for each in select(listing, parse_rules("/s", options, LATEST, lists))]


def folders(*paths: bytes) -> list[Entry]:
    return [Entry(path, "dir") for path in (b"", *paths)]


def test_folders_that_wait_come_before_what_they_waited_for_outermost_first() -> None:
    listing = [*folders(b"a", b"a/b"), Entry(b"a/b/c"), Entry(b"k")]
    assert walked(["--include", "/s/a/b/c", "--exclude", "**"], listing) == [
        (b"", True), (b"a", True), (b"a/b", True), (b"a/b/c", True), (b"k", False),
    ]  # fmt: skip


def test_folders_that_the_listing_leaves_out_hand_on_what_their_own_folders_waited_for() -> None:
    options = ["--include", "/s/x/g/p/f", "--exclude", "/s/x/g/p", "--include", "/s/x/g", "--exclude", "/s/x"]
    assert walked(options, [*folders(b"x"), Entry(b"x/g/p/f")]) == [(b"", True), (b"x", True), (b"x/g/p/f", True)]


@pytest.mark.parametrize(
    "options",
    [["--include", "/s/d/none", "--include", "/s/d"], ["--include", "/s/d/none", "--include", "/s/d/"]],
)
def test_a_folder_that_an_inclusion_leads_through_and_another_takes_waits_for_nothing(options: list[str]) -> None:
    (_, decision) = select(folders(b"d"), parse_rules("/s", [*options, "--exclude", "/s/none"], LATEST))
    assert (decision.included, decision.rule, decision.why) == (True, 1, f"--include {options[-1]} matches it")


def test_a_listing_is_read_as_the_walk_goes() -> None:
    def listing() -> Iterator[Entry]:
        yield Entry(b"", "dir")
        raise AssertionError("read ahead")

    rules = parse_rules("/s", ["--exclude", "/s/a"], LATEST)
    assert next(iter(Walk(listing(), rules))).path == b""


def test_a_path_that_files_from_names_is_missing_only_if_it_is_not_there() -> None:
    options = ["--include", "/s/a/none", "--exclude-older-than", "100", "--files-from", "l"]
    lists = {"l": b"a/old\n"}
    assert walked(options, [*folders(b"a"), Entry(b"a/old")], lists) == [(b"", True), (b"a/old", False), (b"a", False)]
    assert walked(options, folders(b"a"), lists) == [(b"", True), (b"a", True)]
    assert walked(options, folders(), lists) == [(b"", True)]
    left_out = ["--include", "/s/a/none", "--exclude", "/s/a", "--files-from", "l"]
    assert walked(left_out, folders(b"a"), lists) == [(b"", True), (b"a", False)]


def test_a_missing_path_is_on_no_other_file_system() -> None:
    options = ["--include", "/s/a/none", "--exclude-other-filesystems", "--files-from", "l"]
    listing = [Entry(b"", "dir", device=1), Entry(b"a", "dir", device=1)]
    assert walked(options, listing, {"l": b"a/gone\n"}) == [(b"", True), (b"a", True)]


def test_what_is_in_a_folder_that_is_left_out_names_the_outermost_one() -> None:
    rules = parse_rules("/s", ["--exclude", "/s/a"], LATEST)
    *_, last = select([*folders(b"a", b"a/b"), Entry(b"a/b/c")], rules)
    assert last.why == "it is in a, which is excluded: --exclude /s/a matches it"


def test_what_files_from_does_not_name_is_not_looked_into() -> None:
    rules = parse_rules("/s", ["--files-from", "l"], LATEST, {"l": b"k\n"})
    decisions = list(select([*folders(b"a"), Entry(b"a/b"), Entry(b"k")], rules))
    assert [each.why for each in decisions[1:3]] == [
        "--files-from does not name it",
        "it is in a, which is excluded: --files-from does not name it",
    ]


def test_a_folder_that_a_set_names_is_taken_with_its_files_and_a_file_is_not() -> None:
    listing = [*folders(b"a", b"a/d"), Entry(b"a/f"), Entry(b"b"), Entry(b"c")]
    options = ["--include", "/s/[ab]/", "--exclude", "**"]
    assert walked(options, listing) == [
        (b"", True), (b"a", True), (b"a/d", True), (b"a/f", True), (b"b", False), (b"c", False),
    ]  # fmt: skip


def test_a_rule_that_others_decided_for_names_all_of_them() -> None:
    options = ["--exclude", "/s/a", "--include", "/s/b", "--exclude", "/s/?", "--exclude", "/s/[ab]", "--exclude", "**"]
    listing = [*folders(), Entry(b"a"), Entry(b"b"), Entry(b"c")]
    uses = Selection(listing, parse_rules("/s", options, LATEST)).rules
    assert [(use.count, use.shadowed_by) for use in uses] == [(1, ()), (1, ()), (1, ()), (0, (0, 1)), (0, (0, 1, 2))]


def test_what_duplicity_refuses_by_itself_shadows_no_rule() -> None:
    listing = [*folders(), Entry(b"as", "socket"), Entry(b"ks")]
    rules = parse_rules("/s", ["--exclude", "/s/k*", "--exclude", "/s/*s"], LATEST)
    assert [use.shadowed_by for use in Selection(listing, rules).rules] == [(), (0,)]


def test_a_rule_has_one_word_where_it_matches_and_another_where_it_leads_through() -> None:
    (rule,) = parse_rules("/s", ["--exclude", "/s/a"], LATEST).rules
    match, lead = Inherited(rule).words()
    assert (match.rule, match.matches, match.why) == (rule, True, "--exclude /s/a matches it")
    assert (lead.rule, lead.matches, lead.why) == (rule, False, "--exclude /s/a may match below it")
    everywhere, _ = Inherited(rule, everywhere=True).words()
    assert everywhere.why == "--exclude /s/a matches a folder that it is in"


def test_a_rule_that_has_decided_is_not_watched_any_more() -> None:
    rules = parse_rules("/s", ["--exclude", "/s/b*", "--exclude", "/s/*2", "--exclude", "/s/none"], LATEST)
    walk = Walk([*folders(), Entry(b"b1"), Entry(b"a2"), Entry(b"b2")], rules)
    assert [decision.rule for decision in walk] == [None, 0, 1, 0]
    assert walk.shadowed == {}


def test_only_folders_are_remembered() -> None:
    walk = Walk([*folders(b"a"), Entry(b"a/b"), Entry(b"c", "symlink")], parse_rules("/s", [], LATEST))
    assert len(list(walk)) == 4
    assert set(walk._folders) == {b"", b"a"}
