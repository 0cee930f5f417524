"""What a survey says of rules: which are mistakes, what a policy demands, and why a path is in or out."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from verify.checks import Finding
from verify.errors import CannotRunError
from verify.selection import Entry, RuleSet, parse_rules
from verify.selection.survey import (
    Explanation,
    Idle,
    PathGroup,
    Promises,
    Question,
    Survey,
    idle_findings,
    named_folders,
    promise_findings,
    remark_on,
)

TREE = (
    "config/ config/traefik/ config/traefik/traefik.yml config/app.sock= registry/ registry/blobs/ registry/blobs/b1 "
    "runtime/ runtime/pid runtime2/ runtime2/x notes.txt"
)


def entries(tree: str = TREE) -> list[Entry]:
    kinds = {"/": "dir", "=": "socket"}
    return [Entry(b"", "dir"), *(Entry(p.rstrip("/=").encode(), kinds.get(p[-1], "file"), 10) for p in tree.split())]


def rules(*options: str, lists: dict[str, bytes] | None = None) -> RuleSet:
    return parse_rules("/s", options, Version("3.2.1"), lists, now=0)


def surveyed(*options: str, lists: dict[str, bytes] | None = None) -> Survey:
    chosen = rules(*options, lists=lists)
    return Survey(entries(), chosen, named_folders(chosen)).run()


def remarks(survey: Survey) -> list[Idle | None]:
    return [remark.kind if (remark := remark_on(survey, use)) else None for use in survey.uses]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(["--exclude", "/s/registry"], [None], id="it leaves something out"),
        pytest.param(["--exclude", "/s/reg"], [Idle.NEVER], id="what it names is not there"),
        pytest.param(["--exclude", "/s/notes.txt/"], [Idle.NEVER], id="what it names is no folder"),
        pytest.param(["--exclude", "/s/reg["], [Idle.NEVER], id="a bracket that never closes"),
        pytest.param(["--exclude", "/s/**.tmp"], [Idle.WAITING], id="a pattern waits"),
        pytest.param(["--exclude-device-files"], [Idle.WAITING], id="a property waits"),
        pytest.param(["--exclude-regexp", "/reg$"], [Idle.WAITING], id="an expression waits"),
        pytest.param(
            ["--exclude", "/s/config", "--include", "/s/config/traefik", "--exclude", "/s/runtime"],
            [None, Idle.OVERRULED, None],
            id="an inclusion that comes too late",
        ),
        pytest.param(
            ["--include", "/s/config", "--exclude", "/s/config/**.yml"],
            [None, Idle.OVERRULED],
            id="an exclusion that comes too late",
        ),
        pytest.param(
            ["--exclude", "/s/config", "--exclude", "/s/config/traefik"], [None, Idle.REDUNDANT], id="said before"
        ),
        pytest.param(
            ["--include", "/s/config/none", "--exclude", "/s/config"],
            [Idle.NEVER, None],
            id="an inclusion that was only looked for",
        ),
        pytest.param(
            ["--include", "/s/config/traefik", "--exclude", "/s/config"],
            [None, Idle.WAITING],
            id="an exception that is all there is today",
        ),
        pytest.param(
            ["--include", "/s/config", "--exclude", "**.yml"],
            [None, Idle.WAITING],
            id="a pattern of which all is excepted today",
        ),
        pytest.param(["--exclude", "ignorecase:/S/REGISTRY"], [None], id="letters of either case"),
    ],
)
def test_a_rule_that_did_nothing_is_told_by_why(options: Sequence[str], expected: list[Idle | None]) -> None:
    assert remarks(surveyed(*options)) == expected


def test_a_remark_names_the_rule_that_decides_instead() -> None:
    survey = surveyed(
        "--include", "/s/config", "--exclude", "/s/config", "--exclude", "**.yml", "--exclude", "/s/registry",
        "--exclude", "/s/registry/blobs", "--exclude", "/s/none", "--exclude", "/s/*.o",
        "--exclude", "/s/config/traefik", "--exclude", "/s/*[gy]",
    )  # fmt: skip
    said = [str(remark) if (remark := remark_on(survey, use)) else "" for use in survey.uses]
    assert said == [
        "", "overruled by rule 0", "decides nothing here, rule 0 does", "", "made redundant by rule 3",
        "never matches", "decides nothing here", "overruled by rule 0", "decides nothing here, rules 0 and 3 do",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--exclude", "/s/regstry"], "did you mean /s/registry? Else remove the rule"),
        (["--exclude", "/s/reg"], "did you mean /s/registry? Else remove the rule"),
        (["--exclude", "/s/config/traefik/traefic.yml"], "did you mean /s/config/traefik/traefik.yml?"),
        (["--exclude", "/s/config/none/x"], "nothing is in config/none either"),
        (["--exclude", "/s/zzz"], "correct the path, or remove the rule"),
        (["--exclude", "/s/notes.txt/"], "it is no folder, and a rule with a slash at its end takes folders only"),
        (["--exclude", "/s/reg[i"], "its bracket is never closed"),
        (
            ["--exclude", "/s/config", "--include", "/s/config/traefik", "--exclude", "/s/runtime"],
            "write --include /s/config/traefik before --exclude /s/config, or remove it",
        ),
    ],
)
def test_a_mistake_is_a_finding_with_what_to_do(options: Sequence[str], said: str) -> None:
    (finding,) = idle_findings(surveyed(*options))
    assert finding.check == "rules-effective"
    assert said in finding.hint


def test_a_line_of_a_list_is_a_rule_like_any_other() -> None:
    (finding,) = idle_findings(surveyed("--exclude-filelist", "l", lists={"l": b"/s/runtime\n/s/regstry\n"}))
    assert finding.path == "regstry"
    assert finding.expected == "--exclude-filelist l, line 2: /s/regstry matches something"
    assert "/s/registry" in finding.hint


def test_rules_that_wait_or_repeat_are_no_findings() -> None:
    waiting = ["--exclude", "/s/**.tmp", "--exclude", "/s/config", "--exclude", "/s/config/traefik"]
    assert not list(idle_findings(surveyed(*waiting)))


def test_paths_that_are_no_text_are_counted() -> None:
    survey = Survey([Entry(b"", "dir"), Entry(b"\xff"), Entry("ü".encode()), Entry(b"a")], rules()).run()
    assert survey.undecodable == 1


def broken(include: Iterable[str], exclude: Iterable[str], *options: str) -> list[Finding]:
    promises = Promises("/s", include, exclude)
    Survey(entries(), rules(*options)).run([promises.take])
    return [
        *promise_findings(promises.must_include, "must-include"),
        *promise_findings(promises.must_exclude, "must-exclude"),
    ]


@pytest.mark.parametrize(
    ("include", "exclude", "options"),
    [
        pytest.param(["config"], [], ["--exclude", "/s/registry"], id="all of a folder but its sockets"),
        pytest.param(["/s/config", "notes.txt"], [], [], id="by full names"),
        pytest.param(["**.yml", "*/traefik"], [], ["--exclude", "/s/config/app.sock"], id="by globs"),
        pytest.param([], ["registry"], ["--exclude", "/s/registry"], id="a folder is out"),
        pytest.param([], ["none", "**.sql"], [], id="what is not there is out"),
        pytest.param([], ["runtime"], ["--exclude", "/s/runtime"], id="its namesake is none of it"),
    ],
)
def test_promises_that_are_kept(include: Iterable[str], exclude: Iterable[str], options: Sequence[str]) -> None:
    assert not broken(include, exclude, *options)


def test_what_must_be_in_and_is_out_is_a_finding_by_the_rule() -> None:
    (finding,) = broken(["config"], [], "--exclude", "/s/config/traefik")
    assert (finding.check, finding.path) == ("must-include", "config/traefik")
    assert finding.got == "not in the backup with 1 more in it: --exclude /s/config/traefik matches it"


def test_what_must_be_in_and_is_not_there_is_a_finding() -> None:
    (finding,) = broken(["config", "dumps/**.sql"], [])
    assert finding.got == "nothing in the source matches it"
    assert "dumps/**.sql" in finding.expected


def test_what_must_be_out_and_is_in_is_a_finding() -> None:
    (finding,) = broken([], ["registry"], "--exclude", "/s/reg")
    assert (finding.check, finding.path) == ("must-exclude", "registry")
    assert finding.got == "in the backup with 2 more in it: no rule matches it"


def test_promises_that_are_none_are_refused() -> None:
    with pytest.raises(CannotRunError, match=r"must_include: /etc is not below the source /s"):
        Promises("/s", ["/etc"], [])
    with pytest.raises(CannotRunError, match=r"must_exclude: a//b is no glob"):
        Promises("/s", [], ["a//b"])
    with pytest.raises(CannotRunError, match=r"must_exclude: \[z-a\] is no glob"):
        Promises("/s", [], ["[z-a]"])


def explained(asked: str, *options: str) -> Explanation:
    chosen = rules(*options)
    question = Question(chosen, asked)
    return question.answer(Survey(entries(), chosen).run([question.take]))


def test_an_explanation_names_the_rule_and_what_the_others_say() -> None:
    options = ["--include", "/s/config/traefik", "--exclude", "/s/config", "--exclude", "**.yml"]
    assert str(explained("config/traefik/traefik.yml", *options)).splitlines() == [
        "config/traefik/traefik.yml is in the backup: --include /s/config/traefik matches a folder that it is in.",
        "  0  --include /s/config/traefik: includes it",
        "  1  --exclude /s/config: would exclude it",
        "  2  --exclude **.yml: would exclude it",
    ]
    assert str(explained("/s/config", *options)).splitlines()[1:] == [
        "  0  --include /s/config/traefik: makes duplicity look below it",
        "  1  --exclude /s/config: would exclude it",
        "  2  --exclude **.yml: says nothing",
    ]
    assert explained("/s/registry/blobs/", "--exclude", "/s/registry").as_json() == {
        "path": "registry/blobs",
        "included": False,
        "rule": 0,
        "why": "it is in registry, which is excluded: --exclude /s/registry matches it",
        "rules": [{"index": 0, "rule": "--exclude /s/registry", "says": "excludes it"}],
    }
    for source in ("", ".", "/s", "/s/"):
        assert str(explained(source)) == ". is in the backup: the source itself is always included."


def test_a_question_about_what_is_not_there_is_refused() -> None:
    with pytest.raises(CannotRunError, match=r"--explain: the source has no 'none'"):
        explained("none")
    for outside in ("/etc", "/s2", "/"):
        with pytest.raises(CannotRunError, match=r"is not in the source /s: give a path that is"):
            explained(outside)


paths = st.lists(
    st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=4).map(b"/".join), min_size=1, unique=True
)


@given(paths)
def test_a_group_stands_for_all_of_its_paths_by_the_topmost_in_any_order(drawn: list[bytes]) -> None:
    group = PathGroup()
    for path in drawn:
        group.add(Entry(path, "file", 3))
    tops = dict(group.tops)
    assert sum(tops.values()) == group.count == len(drawn)
    assert group.size == 3 * len(drawn)
    assert not group.untold
    for path in drawn:
        assert sum(path == top or path.startswith(top + b"/") for top in tops) == 1
    assert set(tops) <= set(drawn)


def test_a_group_of_very_many_keeps_only_the_first() -> None:
    group = PathGroup()
    for number in range(1500):
        group.add(Entry(b"%d" % number))
    assert (group.count, len(group.tops), group.untold) == (1500, 1000, 500)
