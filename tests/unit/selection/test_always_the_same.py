"""What is generated around rules is always the same, night after night, and here it is."""

import pytest
from packaging.version import Version

from verify.selection import parse_rules
from verify.selection.glob_samples import glob_instances, glob_misses
from verify.selection.regexp_samples import regexp_instances
from verify.selection.surroundings import FULL_WIDTH, LONGEST_NAME, MOST, USUAL, surroundings

ORDINARY = {
    "": "dir",
    "a file with blanks": "file",
    "a socket": "socket",
    "config": "dir",
    "config/traefik": "dir",
    "config/traefik/traefik.yml": "file",
    "empty folder": "dir",
}
AROUND_AB = {  # those of a rule about /s/ab
    "?b": "file",
    "AB": "dir",
    "AB/inside": "file",
    "[a]b": "file",
    "a": "file",
    "ab*": "file",
    "ab.d": "file",
    "ab2": "dir",
    "ab2/beside": "file",
    "ab[1]": "file",
    "b": "file",
    "beside": "file",
    "elsewhere": "dir",
    "elsewhere/ab": "dir",
    "elsewhere/ab/inside": "file",
    "\N{FULLWIDTH LATIN SMALL LETTER A}b": "file",
}
MARKED = {
    "by a folder": "dir",
    "by a folder/inside": "file",
    "by a folder/m": "dir",
    "marked": "dir",
    "marked/folder": "dir",
    "marked/folder/deep": "file",
    "marked/inside": "file",
    "marked/m": "file",
    "unmarked": "dir",
    "unmarked/below": "dir",
    "unmarked/below/inside": "file",
    "unmarked/below/m": "file",
    "unmarked/case": "dir",
    "unmarked/case/M": "file",
    "unmarked/inside": "file",
    "unmarked/m2": "file",
}
DEVICES = {
    "devices": "dir",
    "devices/block": "block",
    "devices/char": "char",
    "devices/fifo": "fifo",
    "devices/file": "file",
}
AGED = {
    "newer file": "file",
    "newer folder": "dir",
    "newer folder/newer": "file",
    "newer symlink": "symlink",
    "older file": "file",
    "older folder": "dir",
    "older folder/newer": "file",
    "older symlink": "symlink",
}


def kinds_around(*options: str, leaves: bool = False) -> dict[str, str]:
    entries = surroundings(parse_rules("/s", options, Version("3.2.1"), now=0), leaves=leaves).entries
    assert all(entry.device == 0 for entry in entries)
    return {entry.path.decode(): entry.kind for entry in entries}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--exclude", "/s/ab"], AROUND_AB | {"ab": "dir", "ab/folder": "dir"} | dict.fromkeys(
            ["ab/folder/deep", "ab/inside"], "file")),
        (["--exclude-if-present", "m"], MARKED),
        (["--exclude-device-files"], DEVICES),
        (["--exclude-older-than", "1000000"], AGED),
        ([], {}),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)  # fmt: skip
def test_what_lies_around_a_rule(options: list[str], expected: dict[str, str]) -> None:
    assert kinds_around(*options) == ORDINARY | expected


def test_as_leaves_files_and_symlinks_take_turns() -> None:
    assert kinds_around("--exclude", "/s/ab", leaves=True) == ORDINARY | AROUND_AB | {"ab": "file"}
    turns = kinds_around("--exclude", "/s/x?", leaves=True)
    assert [turns[name] for name in ("x?", "xq", "xé", "x ")] == ["file", "symlink", "file", "symlink"]


def test_each_moment_has_what_is_older_and_what_is_newer() -> None:
    rules = parse_rules("/s", ["--exclude-older-than", "1000000"], Version("3.2.1"))
    aged = {entry.path.decode(): entry.mtime for entry in surroundings(rules).entries}
    assert {name: mtime for name, mtime in aged.items() if name in AGED} == {
        name: 999_400 if name.startswith("older") and not name.endswith("newer") else 1_000_600 for name in AGED
    }
    assert {mtime for name, mtime in aged.items() if name not in AGED} == {USUAL}


def test_rules_without_a_path_are_met_in_folders_that_are_taken_too() -> None:
    around = kinds_around("--include", "/s/k", "--exclude-older-than", "1000000")
    assert AGED.items() <= around.items()
    assert {f"k/{name}": kind for name, kind in AGED.items()}.items() <= around.items()
    leaves = kinds_around("--include", "/s/k", "--exclude-older-than", "1000000", leaves=True)
    assert leaves["k"] == "file"
    assert "k/newer file" not in kinds_around("--exclude", "/s/k", "--exclude-older-than", "1000000")


def test_what_narrowly_misses_a_glob_lies_there_too() -> None:
    around = kinds_around("--exclude", "/s/x?")
    assert {"x", "xq", "xq/inside", "xqq"} <= around.keys()
    assert "xqq/inside" not in around  # only what a rule takes is gone around
    assert "xq" in kinds_around("--exclude-regexp", "xqz")


def test_what_cannot_be_a_name_is_left_out() -> None:
    longest = "n" * (LONGEST_NAME - 3)
    around = kinds_around("--exclude", f"/s/{longest}")
    assert longest in around
    assert f"{longest}.d" in around
    assert f"{longest}[1]" in around
    assert f"{longest}xxxx" not in kinds_around("--exclude", f"/s/{longest}xxxx")
    assert kinds_around("--exclude", "/s/../x") == ORDINARY
    around = kinds_around("--exclude", f"/s/{'n' * LONGEST_NAME}")
    assert max(len(part) for name in around for part in name.split("/")) == LONGEST_NAME
    one_character = kinds_around("--exclude", "/s/?")
    assert one_character.items() >= {"": "dir", "q": "dir", "é": "dir", "?": "dir", " ": "dir"}.items()


def test_of_many_paths_that_a_rule_takes_a_few_are_gone_around() -> None:
    around = kinds_around("--exclude-regexp", "ab|cd")
    hits = [name for name in around if name.endswith("/folder/deep")]
    assert 1 < len(hits) <= MOST


def test_a_rule_on_all_of_the_source_needs_no_path_of_its_own() -> None:
    for pattern in ("/s", "**", "/"):
        assert not surroundings(parse_rules("/s", ["--exclude", pattern], Version("3.2.1"))).left_out


def test_a_full_width_letter_is_a_letter() -> None:
    assert chr(ord("a") + FULL_WIDTH) == "\N{FULLWIDTH LATIN SMALL LETTER A}"
    assert not {name for name in kinds_around("--exclude", "/s/1x") if "\uff11" in name}


@pytest.mark.parametrize(
    ("glob", "hits", "misses"),
    [
        ("/s/a*", ["/s/ax", "/s/a", "/s/a.hidden", "/s/aa b"], ["/s/ax/y"]),
        (
            "/s/**/b?c",
            ["/s/any/where/bqc", "/s//béc", "/s/one/b?c", "/s/a b/c.d/e/b c"],
            ["/s/any/where/bc", "/s/any/where/bqqc", "/s/any/where/b/c"],
        ),
        ("[a-c]x[!0]", ["axa", "cxZ", "ax5", "cx_"], ["xa", "-xa", "Zxa", "ax", "ax0"]),
        ("[!a]", ["Z", "5", "_", "-"], ["", "a"]),
        ("[]x]", ["]", "x", "]", "x"], ["", "a", "Z"]),
        ("[/]", [], ["", "a", "Z"]),
    ],
)
def test_what_globs_match_and_narrowly_miss(glob: str, hits: list[str], misses: list[str]) -> None:
    assert list(glob_instances(glob)) == hits
    assert list(glob_misses(glob)) == misses


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        ("ab|cd", ["ab", "cd"]),
        (r"(ab|cd)+\1", ["ababab", "cdcd"]),
        ("^[0-9]{2,}x?$", ["555x", "55"]),
        (r"[^x]\.tmp$", ["5.tmp", "5.tmp"]),
        (r"[\d][\w][\s][\D][\W][\S]", ["5x x x", "5x x x"]),
        ("a*?b{3}c++", ["abbbcc", "bbbc"]),
        ("(?=a)b", []),
        ("(?!b)a", ["a", "a"]),
        ("(?>ab).", ["abx", "abx"]),
        ("[e-g]", ["e", "e"]),
        ("[^x5]", ["_", "_"]),
        ("(?i:A)", ["A", "A"]),
        ("é", ["é", "é"]),
    ],
)
def test_what_expressions_are_found_in(expression: str, texts: list[str]) -> None:
    assert list(regexp_instances(expression)) == texts
