"""Rules that did nothing in a listing: which of them are mistakes, and which only wait for their day."""

import difflib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from verify.checks import Finding
from verify.selection import Entry, Rule, RuleSet, RuleUse
from verify.selection.conditions import ByGlob, ByLiteral, Scene
from verify.selection.printing import printable
from verify.selection.survey.survey import Survey

_GLOB = re.compile(r"[*?\[]")
_OPEN_BRACKET = re.compile(r"\[[^\]]*$")


class Idle(StrEnum):
    """Why a rule did nothing."""

    NEVER = "never matches"  # it names one path, and that is not there
    OVERRULED = "overruled"  # another rule decides the contrary on all that it can match
    WAITING = "decides nothing here"  # it may tomorrow: a pattern, an exception from another rule
    REDUNDANT = "made redundant"  # another rule decided the same


@dataclass(frozen=True, slots=True)
class Remark:
    """A rule that did nothing, and why. `by` are the rules that decided in its place, in their order."""

    kind: Idle
    rule: Rule
    by: tuple[Rule, ...] = ()

    @property
    def is_mistake(self) -> bool:
        """Whether the rule cannot be what its owner meant, rather than one that waits or repeats."""
        return self.kind in {Idle.NEVER, Idle.OVERRULED}

    def __str__(self) -> str:
        if not self.by:
            return str(self.kind)
        many = len(self.by) > 1
        rules = f"{'rules' if many else 'rule'} {' and '.join(str(rule.index) for rule in self.by)}"
        if self.kind is Idle.WAITING:
            return f"{self.kind}, {rules} {'do' if many else 'does'}"
        return f"{self.kind} by {rules}"


def named_folders(rules: RuleSet) -> set[bytes]:
    """Given rules, return the folders of the paths that they name, for whose names a mistake is looked up."""
    return {posixpath.dirname(path) for rule in rules.rules if (path := named_path(rules, rule)) is not None}


def named_path(rules: RuleSet, rule: Rule) -> bytes | None:
    """Given a rule, return the one path below the source that it names; None where it names none, or many."""
    if not isinstance(rule.condition, ByGlob | ByLiteral):
        return None
    below = rule.condition.pattern.removesuffix("/")
    prefix = rules.source.removesuffix("/") + "/"
    if not below.startswith(prefix) or _GLOB.search(_OPEN_BRACKET.sub("", below)):
        return None
    return below.removeprefix(prefix).encode("utf-8", "surrogateescape")


def remark_on(survey: Survey, use: RuleUse) -> Remark | None:
    """Given a survey and what a rule did in it, return what there is to remark; None of a rule that did something.

    An inclusion that only made duplicity look for what it never found did nothing.
    """
    if use.included if use.rule.include else use.excluded:
        return None
    if use.shadowed_by:
        by = tuple(survey.rules.rules[index] for index in use.shadowed_by)
        return Remark(_beside(use.rule, by), use.rule, by)
    names_one = named_path(survey.rules, use.rule) is not None
    return Remark(Idle.NEVER if names_one else Idle.WAITING, use.rule)


def _beside(rule: Rule, by: tuple[Rule, ...]) -> Idle:
    """Given a rule and those that are asked before it and decided on what it matches, return what the rule is."""
    same = [each.include is rule.include for each in by]
    if all(same):
        return Idle.REDUNDANT
    if any(same) or not isinstance(rule.condition, ByGlob | ByLiteral):
        return Idle.WAITING
    text = rule.condition.pattern
    fixed, *globbed = _GLOB.split(text, maxsplit=1)
    # What holds all that the rule can match.
    domain = posixpath.dirname(fixed) if globbed else text.removesuffix("/")
    covered = bool(domain) and any(each.condition.matches(domain, Entry(b"", "dir"), Scene()) for each in by)
    return Idle.OVERRULED if covered else Idle.WAITING


def idle_findings(survey: Survey) -> Iterator[Finding]:
    """Given a survey, yield a finding for each rule that did nothing by mistake."""
    for use in survey.uses:
        remark = remark_on(survey, use)
        if remark and remark.is_mistake:
            yield _finding(survey, remark)


def _finding(survey: Survey, remark: Remark) -> Finding:
    path = named_path(survey.rules, remark.rule) or b""
    if remark.by:
        first = remark.by[0]
        says = "takes" if first.include else "leaves out"
        return Finding(
            "rules-effective",
            printable(path),
            f"{printable(remark.rule.origin)} decides on what it matches",
            " and ".join(f"{printable(each.origin)} is asked first and {says} it" for each in remark.by),
            f"write {printable(remark.rule.origin)} before {printable(first.origin)}, or remove it",
        )
    return Finding(
        "rules-effective",
        printable(path),
        f"{printable(remark.rule.origin)} matches something",
        "nothing in the source has that name",
        _hint(survey, path),
    )


def _hint(survey: Survey, path: bytes) -> str:
    if _OPEN_BRACKET.search(printable(path)):
        return "its bracket is never closed, so duplicity takes it as a character: close it, or remove the rule"
    folder, name = posixpath.split(path)
    names = survey.names.get(folder, set())
    if name in names:
        return "it is no folder, and a rule with a slash at its end takes folders only: remove the slash"
    if folder and not names:
        return f"nothing is in {printable(folder)} either: correct the path, or remove the rule"
    near = _nearest(printable(name), sorted(map(printable, names)))
    prefix = survey.rules.source.removesuffix("/") + "/"
    if near:
        return f"did you mean {prefix}{posixpath.join(printable(folder), near)}? Else remove the rule"
    return "correct the path, or remove the rule"


def _nearest(name: str, names: list[str]) -> str:
    """Given a name, return the one of the others that it was probably meant to be; empty if there is none."""
    begun = [each for each in names if each.startswith(name) or name.startswith(each)]
    return next(iter(difflib.get_close_matches(name, names, n=1) or begun), "")
