"""Examples of what duplicity takes; each was seen with duplicity 3.2.1 unless it names a release."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from verify.errors import CannotRunError
from verify.selection import Entry, RuleError, Selection, parse_rules, select

LATEST = "3.2.1"
FOLDERS = {b"", b"a", b"a/b", b"empty", b"data", b"data/runtime"}
FILES = {b"a/b/x.py", b"a/b/y.txt", b"a/z", b"data/runtime/r", b"data/runtime2", b"Data", b"k"}


def entries(paths: Mapping[bytes, str] | None = None) -> list[Entry]:
    kinds = paths or {path: "dir" if path in FOLDERS else "file" for path in FOLDERS | FILES}
    return [Entry(path, kinds[path], mtime=100, device=1) for path in sorted(kinds, key=lambda path: path.split(b"/"))]


def chosen(
    options: Sequence[str],
    listing: Sequence[Entry] | None = None,
    *,
    source: str = "/s",
    release: str = LATEST,
    lists: Mapping[str, bytes] | None = None,
) -> Selection:
    rules = parse_rules(source, options, Version(release), lists, now=86_500)
    return Selection(entries() if listing is None else listing, rules)


def left_out(options: Sequence[str], release: str = LATEST) -> set[bytes]:
    return set(chosen(options, release=release).excluded)


RUNTIME = {b"data/runtime", b"data/runtime/r"}
EVERYTHING = (FOLDERS | FILES) - {b""}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param([], set(), id="no rule takes everything"),
        pytest.param(
            ["--exclude", "/s/data/runtime"], RUNTIME, id="a folder goes with its content, its namesake stays"
        ),
        pytest.param(["--exclude=/s/data/runtime"], RUNTIME, id="a value after an equals sign"),
        pytest.param(["--exclude", "/s/data/runtime/"], RUNTIME, id="a slash at the end takes folders"),
        pytest.param(["--exclude", "/s/k/"], set(), id="a slash at the end takes no files"),
        pytest.param(["--exclude", "/s/data/runtime*"], {*RUNTIME, b"data/runtime2"}, id="a star"),
        pytest.param(["--exclude", "/s/*/z"], {b"a/z"}, id="a star is one part"),
        pytest.param(["--exclude", "/s/*/x.py"], set(), id="a star is not two parts"),
        pytest.param(["--exclude", "/s/**/x.py"], {b"a/b/x.py"}, id="two stars are any parts"),
        pytest.param(["--exclude", "**y.txt"], {b"a/b/y.txt"}, id="two stars match the source too"),
        pytest.param(
            ["--exclude", "/s/?"], {b"a", b"a/b", b"a/b/x.py", b"a/b/y.txt", b"a/z", b"k"}, id="one character"
        ),
        pytest.param(["--exclude", "/s/[j-l]"], {b"k"}, id="a range"),
        pytest.param(["--exclude", "/s/[!a]"], {b"k"}, id="a negated set"),
        pytest.param(["--exclude", "/s/a[!b]z"], {b"a/z"}, id="a negated set matches a slash"),
        pytest.param(["--exclude", "/s/[k"], set(), id="a bracket that never closes is a bracket"),
        pytest.param(
            ["--exclude", "ignorecase:/S/DATA"],
            {b"data", b"data/runtime2", b"Data", *RUNTIME},
            id="ignorecase",
        ),
        pytest.param(["--exclude", "/s"], EVERYTHING, id="the source itself stays, empty"),
        pytest.param(["--exclude", "/s/"], EVERYTHING, id="the source is a folder"),
        pytest.param(["--exclude", "/"], EVERYTHING, id="the root matches all"),
        pytest.param(
            ["--include", "/s/a/z", "--exclude", "/s/a"], {b"a/b", b"a/b/x.py", b"a/b/y.txt"}, id="first wins"
        ),
        pytest.param(["--include", "/s/a/z", "--exclude", "**"], EVERYTHING - {b"a", b"a/z"}, id="only one file"),
        pytest.param(
            ["--include", "/s/a/none", "--exclude", "/s/a"],
            {b"a", b"a/b", b"a/b/x.py", b"a/b/y.txt", b"a/z"},
            id="a folder is scanned for nothing",
        ),
        pytest.param(
            ["--include", "/s/empty/none", "--exclude", "/s/k"],
            {b"empty", b"k"},
            id="an empty folder that is scanned is lost",
        ),
        pytest.param(
            ["--include", "/s/k/none", "--exclude", "/s/a/z"],
            {b"k", b"a/z"},
            id="a file where a folder is looked for is lost",
        ),
        pytest.param(
            ["--include", "/s/**.py", "--exclude", "/s/none"],
            EVERYTHING - {b"a", b"a/b", b"a/b/x.py"},
            id="an inclusion with two stars drops all else",
        ),
        pytest.param(["--exclude-regexp", r"\.py$"], {b"a/b/x.py"}, id="a regular expression"),
        pytest.param(["--exclude-regexp", "K$"], set(), id="an expression's case counts"),
        pytest.param(["--exclude-regexp", "runtime$"], RUNTIME, id="an excluded folder is not looked into"),
        pytest.param(
            ["--include-regexp", "z$", "--exclude", "/s/a"],
            {b"a", b"a/b", b"a/b/x.py", b"a/b/y.txt", b"a/z"},
            id="an expression leads nowhere",
        ),
        pytest.param(["--exclude-if-present", "z"], {b"a", b"a/b", b"a/b/x.py", b"a/b/y.txt", b"a/z"}, id="if present"),
        pytest.param(
            ["--include", "/s/a", "--exclude", "/s/k", "--exclude-if-present", "z"],
            {b"a", b"a/b", b"a/b/x.py", b"a/b/y.txt", b"a/z", b"k"},
            id="if present is asked first",
        ),
        pytest.param(["--exclude-older-than", "100"], set(), id="not older"),
        pytest.param(["--exclude-older-than", "101"], set(FILES), id="older, files only"),
        pytest.param(["--exclude-older-than", "1D"], set(), id="a day before now is the very mtime"),
        pytest.param(["--exclude-older-than", "1970-01-01T00:01:41+00:00"], set(FILES), id="a datetime"),
        pytest.param(["--filter-literal", "--exclude", "/s/data/runtime"], RUNTIME, id="literal"),
        pytest.param(["--filter-literal", "--exclude", "/s/data/runtime/"], RUNTIME, id="a literal slash at the end"),
        pytest.param(["--filter-literal", "--exclude", "/s/k/"], {b"k"}, id="a literal slash at the end, of a file"),
        pytest.param(["--filter-literal", "--exclude", "/s/K"], set(), id="a literal's case counts"),
        pytest.param(["--filter-literal", "--exclude", "/s/*"], set(), id="a literal star"),
        pytest.param(
            ["--filter-literal", "--include", "/s/a/z", "--exclude", "/s/a"],
            {b"a/b", b"a/b/x.py", b"a/b/y.txt"},
            id="literal inclusion",
        ),
        pytest.param(
            ["--filter-ignorecase", "--filter-literal", "--exclude", "/S/DATA"],
            {b"data", b"Data", b"data/runtime2", *RUNTIME},
            id="literal, any case",
        ),
        pytest.param(
            ["--filter-ignorecase", "--exclude-regexp", "/DATA$"],
            {b"data", b"Data", b"data/runtime2", *RUNTIME},
            id="expression, any case",
        ),
        pytest.param(
            ["--filter-ignorecase", "--filter-strictcase", "--exclude", "/s/K"],
            set(),
            id="the case counts again",
        ),
        pytest.param(["--filter-regexp", "--exclude", "y.txt"], {b"a/b/y.txt"}, id="a pattern as an expression"),
        pytest.param(["--filter-regexp", "--filter-globbing", "--exclude", "/s/*/z"], {b"a/z"}, id="globs again"),
        pytest.param(
            ["--full-if-older-than", "1W", "--name", "/s/k", "--exclude-reg", "k$"],
            {b"k"},
            id="other words, and a short name",
        ),
    ],
)
def test_the_rules_leave_out(options: list[str], expected: set[bytes]) -> None:
    assert left_out(options) == expected


@pytest.mark.parametrize(
    ("kind", "option", "stays"),
    [
        ("file", "--exclude-device-files", True),
        ("char", "--exclude-device-files", False),
        ("block", "--exclude-device-files", False),
        ("fifo", "--exclude-device-files", True),
        ("symlink", "--exclude-device-files", True),
        ("symlink", "--exclude-older-than=101", True),
        ("socket", "--include=/s/n", False),
    ],
)
def test_kinds(kind: str, option: str, stays: bool) -> None:
    options = [option, "--exclude", "/s/none"]
    listing = entries({b"": "dir", b"n": kind})
    assert (b"n" in chosen(options, listing).included) is stays


def test_another_file_system_is_left_out_with_its_mount_point() -> None:
    listing = [
        Entry(b"", "dir", device=1),
        Entry(b"m", "dir", device=2),
        Entry(b"m/f", device=2),
        Entry(b"g", device=1),
    ]
    assert chosen(["--exclude-other-filesystems"], listing).excluded == [b"m", b"m/f"]


def test_an_unknown_file_system_is_no_answer() -> None:
    with pytest.raises(CannotRunError, match="file system"):
        chosen(["--exclude-other-filesystems"], [Entry(b"", "dir", device=1), Entry(b"g")])


def test_what_cannot_be_read_is_left_out_unless_a_rule_did_so_before() -> None:
    listing = [
        Entry(b"", "dir"),
        Entry(b"d", "dir", readable=False),
        Entry(b"d/f"),
        Entry(b"k", readable=False),
    ]
    selection = chosen(["--exclude", "/s/k"], listing)
    assert selection.excluded == [b"d", b"d/f", b"k"]
    assert [decision.rule for decision in selection.decisions] == [None, None, None, 0]
    assert "cannot read" in selection.explain(b"d")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"/s/k\n", {b"k"}),
        (b"  /s/k  \r\n\n# /s/a\n", {b"k"}),
        (b"# k\n/s/k\n", {b"k"}),
        (b"'/s/k'\n", {b"k"}),
        (b'- "/s/k"\n', {b"k"}),
        (b"'\n''\n", set()),
        (b"+ /s/a/z\n/s/a\n", {b"a/b", b"a/b/x.py", b"a/b/y.txt"}),
        (b"/s/k\r/s/a/z", {b"k", b"a/z"}),
    ],
)
def test_filelists(text: bytes, expected: set[bytes]) -> None:
    assert set(chosen(["--exclude-filelist", "l"], lists={"l": text}).excluded) == expected


def test_an_include_filelist_may_exclude() -> None:
    text = b"/s/a/z\n- **\n"
    assert set(chosen(["--include-filelist", "l"], lists={"l": text}).included) == {b"", b"a", b"a/z"}


def test_lists_end_their_lines_with_nul_when_asked_to() -> None:
    listing = [Entry(b"", "dir"), Entry(b"a"), Entry(b"k")]
    options = ["--exclude-filelist", "l", "--null-separator"]
    assert chosen(options, listing, lists={"l": b"/s/a\0/s/k"}).excluded == [b"a", b"k"]


def test_files_from_takes_what_it_names_and_the_folders_above() -> None:
    selection = chosen(["--files-from", "l"], lists={"l": b"a/b/x.py\ndata\n"})
    assert set(selection.included) == {b"", b"a", b"a/b", b"a/b/x.py", b"data"}


def test_files_from_names_paths_with_blanks() -> None:
    listing = [Entry(b"", "dir"), Entry(b"a b"), Entry(b"b")]
    assert chosen(["--files-from", "l"], listing, lists={"l": b"a b\n"}).included == [b"", b"a b"]


def test_files_from_is_still_subject_to_rules() -> None:
    options = ["--files-from", "l", "--exclude", "/s/a/b"]
    assert set(chosen(options, lists={"l": b"a/b/x.py\nk\n"}).included) == {b"", b"a", b"k"}


def test_a_file_that_files_from_names_and_that_is_not_there_keeps_its_folder() -> None:
    options, lists = (
        ["--include", "/s/a/b/c", "--exclude", "/s/none", "--files-from", "l"],
        {"l": b"a/b/gone\nempty"},
    )
    assert set(chosen(options, lists=lists).included) == {b"", b"a", b"a/b", b"empty"}
    assert set(chosen(["--exclude", "/s/a", *options], lists=lists).included) == {b"", b"empty"}


def test_files_from_takes_nothing_of_a_source_that_looks_like_its_parent() -> None:
    options, lists = ["--files-from", "l"], {"l": b"k"}
    for release, taken in (("3.2.1", [b""]), ("3.0.6.1", [b"", b"k"])):
        rules = parse_rules("/s", options, Version(release), lists, twin=True)
        assert Selection(entries(), rules).included == taken


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--include", "/s/a"], 16),
        (["--exclude", "/b"], 14),
        (["--exclude", "s/a"], 14),
        (["--exclude", "/sx"], 14),
        (["--exclude", "/s/a//b"], 15),
        (["--exclude", "/s//[z-a]"], 30),
        (["--exclude", "//s"], 15),
        (["--filter-literal", "--exclude", "/"], 14),
        (["--exclude", "/s/[z-a]"], 30),
        (["--exclude-regexp", "("], 30),
        (["--exclude", "ignorecase:"], 30),
        (["--exclude", ""], 23),
        (["--exclude-regexp", ""], 23),
        (["--exclude"], 23),
        (["--exclude-regexp", "-foo"], 23),
        (["--exclude-older-than", "x"], 23),
        (["--exclude-older-than", "1970/1/1"], 23),
        (["--exclude-filelist", "none"], 23),
        (["--exclude-globbing-filelist", "none"], 23),
        (["--exclude-filelist-stdin"], 23),
        (["--include-if-present", "a"], 23),
        (["--exclude-device-files=1"], 23),
        (["--excl", "/s/a"], 2),
        (["--exclude", "/s/a", "--filter-literal"], 71),
        (["--filter-globbing", "--exclude", "/s/a"], 70),
        (["--filter-literal", "--exclude", "/t"], 14),
        (["--exclude-filelist", "bytes"], 30),
        (["--files-from", "bytes"], 30),
        (["--files-from", "empty"], 73),
        (["--files-from", "absolute"], 72),
        (["--files-from", "nul"], 30),
    ],
)
def test_bad_rules_end_with_duplicitys_exit_code_and_a_sentence(options: list[str], code: int) -> None:
    lists = {"bytes": b"/s/\xff", "empty": b"\n", "absolute": b"k\n/s/a\n", "nul": b"a\0k"}
    with pytest.raises(RuleError) as caught:
        chosen(options, lists=lists)
    assert caught.value.exit_code == code
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize("line", ["a/", "./a", "../s/a", "a/../k"])
def test_files_from_lines_that_duplicity_stores_under_another_name_are_no_answer(line: str) -> None:
    with pytest.raises(CannotRunError, match="write it without"):
        chosen(["--files-from", "l"], lists={"l": line.encode()})


@pytest.mark.parametrize(
    ("release", "options", "code"),
    [
        ("0.8.22", ["--exclude", ""], 30),
        ("3.0.0", ["--exclude", ""], 30),
        ("1.2.3", ["--exclude-older-than", "x"], 2),
        ("1.2.3", ["--exclude-filelist", "none"], 7),
        ("1.2.3", ["--exclude"], 2),
        ("1.2.3", ["--exclude-device-files=1"], 2),
        ("1.0.0", ["--files-from", "l"], 2),
        ("1.0.0", ["--filter-literal", "--exclude", "/s/a"], 2),
        ("2.1.5", ["--exclude-older-than", "1D"], 30),
        ("2.1.5", ["--exclude-older-than", "x"], 30),
        ("2.1.1", ["--exclude", "/s/a", "--filter-literal", "--exclude-device-files"], 71),
        ("0.8.22", ["--exclude", "ignorecase:/S/k"], 14),
    ],
)
def test_older_releases_refuse(release: str, options: list[str], code: int) -> None:
    with pytest.raises(RuleError) as caught:
        chosen(options, release=release, source="/S" if "ignorecase:/S/k" in options else "/s")
    assert caught.value.exit_code == code


def test_older_releases_accept() -> None:
    sharp = [Entry(b"", "dir"), Entry("\u00df".encode())]
    assert chosen(["--exclude", "ignorecase:/s/\u00df"], sharp, release="0.8.22").excluded == [sharp[1].path]
    assert left_out(["--exclude-regexp", "-foo"], release="1.2.3") == set()
    assert left_out(["--exclude-if-present", ""], release="3.0.0") == set()
    lists = {"l": b"/s/k", "-": b"/s/a/z"}
    options = ["--exclude-globbing-filelist", "l", "--exclude-filelist-stdin"]
    assert chosen(options, release="1.2.3", lists=lists).excluded == [b"a/z", b"k"]


def test_releases_around_2_0_ignore_two_options() -> None:
    listing = [Entry(b"", "dir", device=1), Entry(b"c", "char", device=2)]
    options = ["--exclude-device-files", "--exclude-other-filesystems"]
    assert chosen(options, listing, release="2.1.1").excluded == []
    assert chosen(options, listing, release="2.1.3").excluded == [b"c"]


@pytest.mark.parametrize(
    ("source", "path", "pattern"),
    [
        ("/", b"s", "/s"),
        ("/s//t/./", b"u", "/s/t/u"),
        (".", b"u", "./u"),
        ("s", b"u", "s/u"),
        ("/S", b"k", "ignorecase:/S/K"),
    ],
)
def test_rules_are_matched_against_the_source_as_duplicity_spells_it(source: str, path: bytes, pattern: str) -> None:
    assert chosen(["--exclude", pattern], [Entry(b"", "dir"), Entry(path)], source=source).excluded == [path]


@pytest.mark.parametrize(
    ("name", "pattern", "matches"),
    [
        ("a\n", "/s/a", True),
        ("a\nb", "/s/a", False),
        ("e\u0301", "/s/\u00e9", False),
        ("\u00e9", "ignorecase:/s/\u00c9", True),
        ("\u00df", "ignorecase:/s/\u00df", False),
        ("a*", "/s/a[*]", True),
        ("\udcff", "/s/?", True),
        ("]", "/s/[]]", True),
        ("[]", "/s/[]", True),
        ("b", "/s/[^]a]", True),
        ("\\", "/s/[\\]", True),
        ("X", "/s/[\\]", False),
        ("a[", "/s/a[[]", True),
    ],
)
def test_unusual_names(name: str, pattern: str, matches: bool) -> None:
    path = name.encode("utf-8", "surrogateescape")
    assert (path in chosen(["--exclude", pattern], [Entry(b"", "dir"), Entry(path)]).excluded) is matches


def test_a_listing_may_leave_folders_out_and_need_not_be_depth_first() -> None:
    listing = [Entry(b"a/b/x"), Entry(b"c.d"), Entry(b"c/e"), Entry(b"a/f")]
    selection = chosen(["--include", "/s/a/b", "--exclude", "**"], listing)
    assert selection.included == [b"a/b/x"]
    assert selection.excluded == [b"c.d", b"c/e", b"a/f"]


def test_a_folder_after_what_is_in_it_is_no_answer() -> None:
    with pytest.raises(CannotRunError, match="sort it"):
        chosen([], [Entry(b"a/b"), Entry(b"a", "dir")])


def test_rules_say_what_they_did() -> None:
    options = [
        "--exclude",
        "/s/data",
        "--exclude",
        "/s/data/runtime",
        "--exclude",
        "/s/none",
        "--exclude",
        "/s/k",
    ]
    uses = chosen(options).rules
    assert [(use.count, use.shadowed_by) for use in uses] == [(4, ()), (0, (0,)), (0, ()), (1, ())]


def test_a_selection_as_json() -> None:
    listing = [Entry(b"", "dir"), Entry(b"a\xff"), Entry(b"k")]
    assert chosen(["--exclude", "/s/k"], listing).as_json() == {
        "source": "/s",
        "release": "3.2.1",
        "included": ["a\\xff"],
        "excluded": ["k"],
        "rules": [
            {
                "index": 0,
                "rule": "--exclude /s/k",
                "include": False,
                "included": 0,
                "excluded": 1,
                "shadowed_by": [],
            }
        ],
    }


def test_explain_names_the_rule_and_the_folder() -> None:
    selection = chosen(["--include", "/s/a/z", "--exclude", "/s/data"])
    assert selection.explain(b"data/runtime2").splitlines() == [
        "data/runtime2 is not in the backup: it is in data, which is excluded: --exclude /s/data matches it.",
        "  0: --include /s/a/z: says nothing",
        "  1: --exclude /s/data: excludes it",
    ]
    assert "something in it is included" in selection.explain(b"a")
    assert "makes duplicity look below it" in selection.explain(b"a")
    assert "always included" in selection.explain(b"")
    with pytest.raises(CannotRunError, match="does not name"):
        selection.explain(b"nowhere")


PATTERNS = st.sampled_from(
    [
        "/s/a",
        "/s/a/b",
        "/s/*",
        "/s/**",
        "/s/a/",
        "**.py",
        "/s/**/",
        "/s/[!a]",
        "/s/data/r*",
        "/s/a/none",
        "**/z",
    ]
)
RULES = st.lists(st.tuples(st.sampled_from(["--include", "--exclude"]), PATTERNS), max_size=4).map(
    lambda pairs: [word for pair in pairs for word in pair]
)
LAST = ["--exclude", "/s/k"]


@given(RULES)
def test_every_path_of_the_listing_gets_one_decision(rules: list[str]) -> None:
    selection = chosen([*rules, *LAST])
    assert sorted([*selection.included, *selection.excluded]) == sorted(FOLDERS | FILES)


@given(RULES)
def test_what_is_taken_lies_in_folders_that_are_taken(rules: list[str]) -> None:
    taken = set(chosen([*rules, *LAST]).included)
    assert all(path.rpartition(b"/")[0] in taken for path in taken)


@given(RULES, RULES)
def test_rules_after_one_that_matches_all_change_nothing(rules: list[str], more: list[str]) -> None:
    first = chosen([*rules, "--exclude", "**"])
    assert set(chosen([*rules, "--exclude", "**", *more, *LAST]).included) == set(first.included)


@given(RULES)
def test_a_rule_given_twice_is_given_once(rules: list[str]) -> None:
    once = set(chosen([*rules, *LAST]).included)
    assert set(chosen([*rules, *rules, *LAST]).included) == once


@given(RULES, st.randoms(use_true_random=False))
def test_the_order_of_the_listing_does_not_matter_where_folders_come_first(rules: list[str], random: Random) -> None:
    listing = entries()
    shuffled = sorted(listing, key=lambda entry: (entry.path != b"", entry.path.count(b"/"), random.random()))
    assert set(chosen([*rules, *LAST], shuffled).included) == set(chosen([*rules, *LAST], listing).included)


@given(RULES)
def test_the_rules_that_count_are_those_that_decided(rules: list[str]) -> None:
    selection = chosen([*rules, *LAST])
    decided = [decision for decision in selection.decisions if decision.rule is not None]
    assert sum(use.count for use in selection.rules) == len(decided)
    assert all(use.count == 0 for use in selection.rules if use.shadowed_by)


def test_a_relative_pattern_is_outside_of_the_root() -> None:
    with pytest.raises(RuleError, match="cannot match anything in the source /"):
        chosen(["--exclude", "s/a"], [], source="/")


def test_a_name_to_look_for_may_be_no_text() -> None:
    listing = [Entry(b"", "dir"), Entry(b"a", "dir"), Entry(b"a/\xff"), Entry(b"b", "dir")]
    assert chosen(["--exclude-if-present", "\udcff"], listing).excluded == [b"a", b"a/\xff"]


def test_a_generator_is_enough_even_for_names_to_look_for() -> None:
    rules = parse_rules("/s", ["--exclude-if-present", "z"], Version(LATEST))
    out = {decision.path for decision in select(iter(entries()), rules) if not decision.included}
    assert out == {b"a", b"a/b", b"a/b/x.py", b"a/b/y.txt", b"a/z"}
