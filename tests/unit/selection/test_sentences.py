"""Every sentence that the oracle says: why rules are refused, and why a path is in or out."""

import pytest
from packaging.version import Version

from verify.errors import CannotRunError
from verify.selection import Entry, RuleError, Selection, parse_rules

LISTS = {
    "bytes": b"/s/\xff",
    "empty": b"\n",
    "absolute": b"k\n/s/a\n",
    "nul": b"a\0k",
    "line": b"/s/a\n\n+ /b\n",
    "inclusion": b"+ /s/a",
    "windows": b"/s/a\r\n/b\r\n",
    "dots": b"a/../k",
}


@pytest.mark.parametrize(
    ("release", "options", "sentence"),
    [
        (
            "3.2.1",
            ["--include", "/s/a"],
            "The last rule, --include /s/a, only includes; everything is included anyway.",
        ),
        (
            "3.2.1",
            ["--exclude-filelist", "inclusion"],
            "The last rule, --exclude-filelist inclusion, line 1: /s/a, only includes; everything is included anyway.",
        ),
        ("3.2.1", ["--exclude", "/b"], "--exclude /b cannot match anything in the source /s."),
        (
            "3.2.1",
            ["--exclude-filelist", "line"],
            "--exclude-filelist line, line 3: /b cannot match anything in the source /s.",
        ),
        (
            "3.2.1",
            ["--exclude-filelist", "windows"],
            "--exclude-filelist windows, line 2: /b cannot match anything in the source /s.",
        ),
        ("3.2.1", ["--filter-literal", "--exclude", "/b"], "--exclude /b cannot match anything in the source /s."),
        ("3.2.1", ["--exclude", "/s/a//b"], "--exclude /s/a//b has two slashes in a row."),
        (
            "3.2.1",
            ["--exclude", "/s/[z-a]"],
            "--exclude /s/[z-a] has a set that is none: bad character range z-a at position 8.",
        ),
        (
            "3.2.1",
            ["--exclude-regexp", "("],
            "--exclude-regexp ( is no regular expression: missing ), unterminated subpattern at position 0.",
        ),
        (
            "3.2.1",
            ["--filter-regexp", "--exclude", "("],
            "--exclude ( is no regular expression: missing ), unterminated subpattern at position 0.",
        ),
        (
            "3.2.1",
            ["--exclude", "ignorecase:"],
            "--exclude ignorecase: is an empty pattern, on which duplicity crashes.",
        ),
        (
            "3.0.0",
            ["--filter-literal", "--exclude", ""],
            "--exclude is an empty pattern, on which duplicity crashes.",
        ),
        ("3.2.1", ["--exclude", ""], "The option --exclude has an empty value."),
        ("3.2.1", ["--exclude"], "The option --exclude has no value."),
        ("3.2.1", ["--exclude-device-files=1"], "The option --exclude-device-files takes no value, and '1' is given."),
        ("3.2.1", ["--exclude-older-than", "x"], "--exclude-older-than x is no time."),
        ("2.1.5", ["--exclude-older-than", "1D"], "duplicity 2.1.5 crashes on --exclude-older-than."),
        ("3.2.1", ["--exclude-filelist", "none"], "The list that --exclude-filelist none names cannot be read."),
        ("3.2.1", ["--files-from", "none"], "The list that --files-from none names cannot be read."),
        ("1.2.3", ["--exclude-filelist-stdin"], "The list that --exclude-filelist-stdin names cannot be read."),
        (
            "3.2.1",
            ["--exclude-filelist-stdin"],
            "duplicity 3.2.1 refuses --exclude-filelist-stdin: only other releases have it.",
        ),
        ("3.2.1", ["--exclude-x"], "duplicity 3.2.1 refuses --exclude-x: there is no such option."),
        (
            "3.2.1",
            ["--exclude-f", "none", "--include-f", "x"],
            "The list that --exclude-filelist none names cannot be read.",
        ),
        (
            "3.2.1",
            ["--filter-li", "--filter-", "x"],
            (
                "The option --filter- is ambiguous: --filter-globbing, --filter-literal, --filter-regexp,"
                " --filter-ignorecase, --filter-strictcase."
            ),
        ),
        (
            "1.2.3",
            ["--include-f", "x"],
            "The option --include-f is ambiguous: --include-filelist, --include-filelist-stdin.",
        ),
        (
            "3.2.1",
            ["--exclude", "/s/a", "--exclude", "/s/b", "--filter-literal"],
            "--filter-literal is the last selection option and changes nothing.",
        ),
        (
            "3.2.1",
            ["--filter-strictcase", "--filter-globbing", "--exclude", "/s/a"],
            "--filter-globbing, --filter-strictcase only repeats the default.",
        ),
        ("3.2.1", ["--exclude-filelist", "bytes"], "The list bytes is not UTF-8 at byte 3."),
        ("3.2.1", ["--files-from", "bytes"], "The list bytes is not UTF-8 at byte 3."),
        ("3.2.1", ["--files-from", "empty"], "The list empty names no files."),
        ("3.2.1", ["--files-from", "absolute"], "The list absolute holds the absolute path /s/a."),
        ("3.2.1", ["--files-from", "nul"], "The list nul holds a NUL, and --null-separator is not given."),
    ],
)
def test_why_rules_are_refused(release: str, options: list[str], sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules("/s", options, Version(release), LISTS)
    assert caught.value.sentence == str(caught.value) == sentence


def test_why_a_list_of_files_is_no_answer() -> None:
    with pytest.raises(CannotRunError) as caught:
        parse_rules("/s", ["--files-from", "dots"], Version("3.2.1"), LISTS)
    assert str(caught.value) == (
        "The list dots names 'a/../k'; write it without '.', '..' and a slash at its end,"
        " as duplicity would store it under exactly that name."
    )


LISTING = [
    Entry(b"", "dir", device=1),
    Entry(b"a", "dir", device=1),
    Entry(b"a/z", device=1),
    Entry(b"b", "dir", device=1),
    Entry(b"b/z", device=1),
    Entry(b"d\xff", "dir", device=1),
    Entry(b"d\xff/f", device=1),
    Entry(b"e", "dir", device=1),
    Entry(b"k", device=1),
    Entry(b"locked", device=1, readable=False),
    Entry(b"s", "socket", device=1),
]
OPTIONS = ["--include", "/s/a/z", "--include", "/s/e/none", "--include", "/s/k/none"]
OPTIONS += ["--exclude", "/s/a", "--exclude", "/s/d?", "--include", "/s/b", "--exclude", "/s/none"]


def test_why_each_path_is_in_or_out() -> None:
    decisions = Selection(LISTING, parse_rules("/s", OPTIONS, Version("3.2.1"))).decisions
    assert {each.path: (each.included, each.rule, each.why) for each in decisions} == {
        b"": (True, None, "the source itself is always included"),
        b"a": (True, 0, "--include /s/a/z may match below it, and something in it is included"),
        b"a/z": (True, 0, "--include /s/a/z matches it"),
        b"b": (True, 5, "--include /s/b matches it"),
        b"b/z": (True, 5, "--include /s/b matches a folder that it is in"),
        b"d\xff": (False, 4, "--exclude /s/d? matches it"),
        b"d\xff/f": (False, 4, "it is in d\\xff, which is excluded: --exclude /s/d? matches it"),
        b"e": (False, 1, "--include /s/e/none may match below it; nothing in it is included"),
        b"k": (False, 2, "--include /s/k/none may match below it, but it is no folder"),
        b"locked": (False, None, "the user that duplicity runs as cannot read it"),
        b"s": (False, None, "duplicity backs up no sockets"),
    }
    assert all(each.included in {True, False} and each.included is not None for each in decisions)


def test_what_no_rule_matches_is_in_and_what_no_list_names_is_out() -> None:
    rules = parse_rules("/s", ["--files-from", "l"], Version("3.2.1"), {"l": b"k\n"})
    decisions = Selection([Entry(b"", "dir"), Entry(b"a"), Entry(b"k")], rules).decisions
    assert [(each.included, each.why) for each in decisions[1:]] == [
        (False, "--files-from does not name it"),
        (True, "no rule matches it"),
    ]


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (
            b"a",
            [
                "a is in the backup: --include /s/a/z may match below it, and something in it is included.",
                "  0: --include /s/a/z: makes duplicity look below it",
                "  1: --include /s/e/none: says nothing",
                "  2: --include /s/k/none: says nothing",
                "  3: --exclude /s/a: excludes it",
                "  4: --exclude /s/d?: says nothing",
                "  5: --include /s/b: says nothing",
                "  6: --exclude /s/none: says nothing",
            ],
        ),
        (
            b"d\xff/f",
            [
                "d\\xff/f is not in the backup: it is in d\\xff, which is excluded: --exclude /s/d? matches it.",
                "  0: --include /s/a/z: says nothing",
                "  1: --include /s/e/none: says nothing",
                "  2: --include /s/k/none: says nothing",
                "  3: --exclude /s/a: says nothing",
                "  4: --exclude /s/d?: excludes it",
                "  5: --include /s/b: says nothing",
                "  6: --exclude /s/none: says nothing",
            ],
        ),
        (b"", [". is in the backup: the source itself is always included."]),
    ],
)
def test_explanations(path: bytes, lines: list[str]) -> None:
    selection = Selection(LISTING, parse_rules("/s", OPTIONS, Version("3.2.1")))
    assert selection.explain(path).splitlines() == lines


def test_explanations_know_the_listing() -> None:
    options = ["--exclude-if-present", "z", "--include", "/s/b", "--exclude-other-filesystems"]
    selection = Selection(LISTING, parse_rules("/s", options, Version("3.2.1")))
    assert "  0: --exclude-if-present z: excludes it" in selection.explain(b"a")
    assert "  1: --include /s/b: includes it" in selection.explain(b"b")
    assert "  2: --exclude-other-filesystems: says nothing" in selection.explain(b"k")


def test_sentences_on_listings_that_are_no_answer() -> None:
    plain = parse_rules("/s", [], Version("3.2.1"))
    with pytest.raises(CannotRunError) as caught:
        Selection([Entry(b"d\xff/f"), Entry(b"d\xff", "dir")], plain)
    assert str(caught.value) == "The listing names the folder 'd\\\\xff' twice, or after a path in it; sort it."
    with pytest.raises(CannotRunError) as caught:
        Selection(LISTING, plain).explain(b"no\xff")
    assert str(caught.value) == "The listing does not name 'no\\\\xff'; give a path relative to the source."
    elsewhere = parse_rules("/s", ["--exclude-other-filesystems"], Version("3.2.1"))
    with pytest.raises(CannotRunError) as caught:
        Selection([Entry(b"", "dir"), Entry(b"a", device=1)], elsewhere)
    assert str(caught.value) == (
        "The listing does not say on which file system the source and its paths are, which"
        " --exclude-other-filesystems needs; list the source itself instead."
    )
