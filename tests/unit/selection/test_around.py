import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from verify.selection import RuleSet, Selection, parse_rules
from verify.selection.glob_samples import glob_instances, glob_misses
from verify.selection.globs import compiled, translate
from verify.selection.regexp_samples import NotGeneratedError, regexp_instances
from verify.selection.surroundings import surroundings

SOURCE = "/var/data"
RECIPE = "--exclude /var/data/runtime --exclude /var/data/registry --exclude /var/data/duplicity"
EACH_KIND = [
    "--exclude /var/data/runtime",
    "--exclude /var/data/a/b/",
    "--exclude '/var/data/*.py'",
    "--exclude '/var/data/?x'",
    "--exclude '/var/data/[a-c]x[!0]'",
    "--exclude '**/cache'",
    "--exclude '/var/data/**/cache/*'",
    "--exclude ignorecase:/VAR/data/Caf\u00e9",
    "--include /var/data/keep --exclude '**'",
    r"--exclude-regexp '\.tmp$'",
    r"--exclude-regexp '^/var/data/(a|b)+/[0-9]{2,}'",
    "--exclude-if-present .nobackup",
    "--exclude-older-than 2020-01-01",
    "--exclude-device-files",
    "--exclude-filelist list --exclude /var/data/z",
    "--filter-literal --exclude '/var/data/*'",
]


def rules_of(options: str) -> RuleSet:
    return parse_rules(
        SOURCE, shlex.split(options), Version("3.2.1"), {"list": b"+ /var/data/x/y\n- /var/data/x\n"}, now=1_700_000_000
    )


@pytest.mark.parametrize("leaves", [False, True])
@pytest.mark.parametrize("options", EACH_KIND)
def test_each_rule_is_met_and_narrowly_missed(options: str, leaves: bool) -> None:
    rules = rules_of(options)
    around = surroundings(rules, leaves=leaves)
    selection = Selection(around.entries, rules)
    assert not around.left_out
    assert all(use.count for use in selection.rules if use.rule.origin != "--exclude /var/data/a/b/" or not leaves)
    for rule in rules.rules:
        assert any(decision.rule != rule.index for decision in selection.decisions if decision.path)


@pytest.mark.parametrize("leaves", [False, True])
def test_the_recipes_rules_have_all_that_is_easily_mistaken_around_them(leaves: bool) -> None:
    selection = Selection(surroundings(rules_of(RECIPE), leaves=leaves).entries, rules_of(RECIPE))
    near = {b"runtime2/beside", b"runtime.d", b"runtim", b"RUNTIME/inside", b"elsewhere/runtime/inside", b"runtime[1]"}
    near |= {"\N{FULLWIDTH LATIN SMALL LETTER R}untime".encode(), b"beside", b"config/traefik/traefik.yml"}
    assert near <= set(selection.included)
    out = {b"runtime", b"registry", b"duplicity"}
    assert out <= set(selection.excluded)
    assert (b"runtime/folder/deep" in selection.excluded) != leaves


def test_a_name_has_its_other_unicode_form_beside_it() -> None:
    paths = {entry.path for entry in surroundings(rules_of("--exclude /var/data/caf\u00e9")).entries}
    assert {"caf\u00e9".encode(), "cafe\u0301".encode()} <= paths


def test_entries_are_in_path_order_and_complete() -> None:
    for options in EACH_KIND:
        paths = [entry.path for entry in surroundings(rules_of(options)).entries]
        assert paths == sorted(paths, key=lambda path: path.split(b"/"))
        assert len(set(paths)) == len(paths)
        assert all(path.rpartition(b"/")[0] in paths for path in paths if path)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--exclude-other-filesystems", "no file system is mounted"),
        ("--exclude-regexp '(x)?(?(1)y|z)'", "one of its parts depends on another"),
        ("--exclude-regexp '(?=a)b'", "no path was found"),
    ],
)
def test_what_nothing_is_generated_for_is_told(options: str, why: str) -> None:
    (told,) = surroundings(rules_of(options)).left_out
    assert told.startswith(options.split(maxsplit=1)[0])
    assert why in told


@given(glob=st.text("ab/*?[]!-", min_size=1, max_size=10).filter(lambda glob: _compiles(translate(glob))))
def test_a_globs_instances_match_it(glob: str) -> None:
    for text in glob_instances(glob):
        assert compiled(translate(glob), re.DOTALL).fullmatch(text)


@pytest.mark.parametrize("glob", ["a*b", "a?b", "a[xy]b", "a[!xy]b"])
def test_a_glob_has_instances_and_misses(glob: str) -> None:
    assert list(glob_instances(glob))
    misses = list(glob_misses(glob))
    assert misses
    assert not any(compiled(translate(glob)).fullmatch(text) for text in misses)


@given(expression=st.from_regex(r"(?:[ab.]|\\d|\\w|\[[^a]\]|\(a\|b\)[*+?]?|[xy]\{1,2\}|\^|\$){1,6}", fullmatch=True))
def test_an_expressions_instances_hold_a_match(expression: str) -> None:
    if not _compiles(expression):
        return
    for text in regexp_instances(expression):
        assert compiled(expression).search(text)


def test_an_expression_with_a_condition_is_refused() -> None:
    with pytest.raises(NotGeneratedError):
        list(regexp_instances("(a)?(?(1)b|c)"))


def _compiles(expression: str) -> bool:
    try:
        compiled(expression)
    except re.error:
        return False
    return True
