"""From an option line to rules: their order, which way each goes, and what is refused first."""

import time
from datetime import timedelta, timezone

import pytest
from packaging.version import Version

from verify.selection import Entry, RuleError, parse_rules, select
from verify.selection.options import read_options
from verify.selection.releases import has, options_of

LATEST = Version("3.2.1")


def test_rules_stand_in_the_order_in_which_they_are_asked_and_say_which_way_they_go() -> None:
    options = ["--include", "/s/a", "--exclude-if-present", "x", "--include-regexp", "b", "--exclude-device-files"]
    options += ["--exclude-regexp", "c", "--exclude-if-present", "y", "--exclude-older-than", "now"]
    options += ["--include-filelist", "l", "--exclude-other-filesystems", "--exclude", "/s/z"]
    rules = parse_rules("/s", options, LATEST, {"l": b"/s/d\n- /s/e\n"}).rules
    assert [(rule.index, rule.include, rule.origin) for rule in rules] == [
        (0, False, "--exclude-if-present y"),
        (1, False, "--exclude-device-files"),
        (2, False, "--exclude-if-present x"),
        (3, True, "--include /s/a"),
        (4, True, "--include-regexp b"),
        (5, False, "--exclude-regexp c"),
        (6, False, "--exclude-older-than now"),
        (7, True, "--include-filelist l, line 1: /s/d"),
        (8, False, "--include-filelist l, line 2: /s/e"),
        (9, False, "--exclude-other-filesystems"),
        (10, False, "--exclude /s/z"),
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--exclude-older-than", "x"], "--exclude-older-than x is no time."),
        (["--exclude-filelist", "none"], "The list that --exclude-filelist none names cannot be read."),
        (["--files-from", "none"], "The list that --files-from none names cannot be read."),
    ],
)
def test_values_are_looked_at_before_any_rule_is(options: list[str], sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules("/s", ["--exclude", "/outside", *options], LATEST)
    assert caught.value.sentence == sentence


@pytest.mark.parametrize("value", ["-", "-1", "-.5", "-a b", "- "])
def test_a_value_may_begin_with_a_dash_where_it_is_no_option(value: str) -> None:
    assert [each.value for each in read_options(["--exclude-regexp", value], LATEST)] == [value]


def test_an_option_without_a_value_has_none() -> None:
    words = ["--exclude-device-files", "--volsize", "5", "--exclude-other-filesystems"]
    assert [tuple(each) for each in read_options(words, LATEST)] == [
        ("--exclude-device-files", ""),
        ("--exclude-other-filesystems", ""),
    ]


def test_a_date_is_the_hosts_and_an_interval_counts_back_from_the_clock() -> None:
    east = timezone(timedelta(hours=1))
    (rule,) = parse_rules("/s", ["--exclude-older-than", "2020-09-13"], LATEST, zone=east).rules
    assert rule.condition.time == 1_599_955_200 - 3600  # type: ignore[attr-defined]
    rules = parse_rules("/s", ["--exclude-older-than", "1D"], LATEST)
    listing = [Entry(b"", "dir"), Entry(b"new", mtime=time.time()), Entry(b"old", mtime=time.time() - 90_000)]
    assert [each.path for each in select(listing, rules) if not each.included] == [b"old"]


def test_the_lines_of_a_globbing_filelist_are_globs_whatever_other_patterns_are() -> None:
    release, lists = Version("1.2.3"), {"l": b"/s/?\n"}
    listing = [Entry(b"", "dir"), Entry(b"a"), Entry(b"bc")]
    taken = {}
    for option in ("--exclude-globbing-filelist", "--exclude-filelist"):
        rules = parse_rules("/s", ["--filter-literal", option, "l"], release, lists)
        taken[option] = [each.path for each in select(listing, rules) if each.included]
    assert taken == {
        "--exclude-globbing-filelist": [b"", b"bc"],
        "--exclude-filelist": [b"", b"a", b"bc"],
    }


@pytest.mark.parametrize(("release", "taken"), [("3.0.6.1", [b""]), ("3.0.6.2", [b"", b"s"])])
def test_files_from_takes_nothing_of_the_root_until_3_0_6_2(release: str, taken: list[bytes]) -> None:
    rules = parse_rules("/", ["--files-from", "l"], Version(release), {"l": b"s\n"})
    assert [each.path for each in select([Entry(b"", "dir"), Entry(b"s")], rules) if each.included] == taken


def test_a_full_name_is_the_sources_and_the_paths() -> None:
    assert parse_rules("/s", [], LATEST).name_of(b"a/\xff") == "/s/a/\udcff"
    assert parse_rules("/", [], LATEST).name_of(b"a") == "/a"
    assert parse_rules("/s/", [], LATEST).name_of(b"") == "/s"


def test_a_release_candidate_is_a_release() -> None:
    assert "--exclude" in options_of(Version("2.0.0rc2"))
    assert "--exclude-globbing-filelist" not in options_of(Version("2.0.0"))
    assert has(Version("2.0.1.dev1"), "flags-ignored")
