"""What a policy demands of a selection: paths that must be in the backup, and paths that must not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from verify.checks import Finding
from verify.errors import CannotRunError
from verify.selection import Decision
from verify.selection.globs import Glob
from verify.selection.printing import printable
from verify.selection.survey.paths import PathGroup


@dataclass(slots=True)
class _Promise:
    """One pattern, and what was seen of it: how many paths, and those that break it, with why the first does.

    They are grouped by the rule that decided, or by the reason where none did.
    """

    pattern: str
    glob: Glob
    seen: int = 0
    broken: dict[int | str, tuple[str, PathGroup]] = field(default_factory=dict)

    def take(self, decision: Decision, *, kept: bool) -> None:
        """Given a decision on a path that the pattern stands for, and whether it keeps the promise, note it."""
        self.seen += 1
        if not kept:
            by = decision.why if decision.rule is None else decision.rule
            _, group = self.broken.setdefault(by, (decision.why, PathGroup()))
            group.add(decision.entry)


class Promises:
    """The patterns of `must_include` and `must_exclude`, held against each decision of a survey.

    A pattern is duplicity's own kind of glob, for a path relative to the source or its full name
    below it. It stands for what it matches and for all that is in that. Sockets are no part of it,
    for duplicity keeps none.
    """

    def __init__(self, source: str, must_include: Iterable[str], must_exclude: Iterable[str]) -> None:
        """Given the source's name and the patterns, prepare them. Raise `CannotRunError` for one that is none."""
        self.must_include = [_promise("must_include", source, pattern) for pattern in must_include]
        self.must_exclude = [_promise("must_exclude", source, pattern) for pattern in must_exclude]

    def __bool__(self) -> bool:
        return bool(self.must_include or self.must_exclude)

    def take(self, decision: Decision) -> None:
        """Given a decision, note the promises that it keeps or breaks."""
        path, kind = decision.path, decision.entry.kind
        if not path or kind == "socket":
            return
        name = "/" + path.decode("utf-8", "surrogateescape")
        for promises, kept in ((self.must_include, decision.included), (self.must_exclude, not decision.included)):
            for promise in promises:
                if promise.glob.matches(name, is_folder=kind == "dir"):
                    promise.take(decision, kept=kept)


def _promise(key: str, source: str, pattern: str) -> _Promise:
    text = pattern
    if pattern.startswith("/"):
        prefix = source.removesuffix("/") + "/"
        if not pattern.startswith(prefix):
            raise CannotRunError(f"{key}: {pattern} is not below the source {source}: name a path that is")
        text = pattern.removeprefix(prefix)
    try:
        return _Promise(pattern, Glob("/" + text.removeprefix("./"), ignore_case=False))
    except (ValueError, re.error):
        raise CannotRunError(f"{key}: {pattern} is no glob: mind two slashes in a row and reversed ranges") from None


def promise_findings(promises: Iterable[_Promise], check: str) -> Iterator[Finding]:
    """Given promises that have seen a whole listing, yield a finding for each way in which one is broken.

    `check` is "must-include" or "must-exclude".
    """
    include = check == "must-include"
    for promise in promises:
        if include and not promise.seen:
            hint = "is it spelt as the source has it? Else remove it from the policy"
            yield Finding(check, "", f"{promise.pattern} is in the backup", "nothing in the source matches it", hint)
        for why, group in promise.broken.values():
            for path, count in group.tops:
                yield _finding(check, promise, path, count, why)


def _finding(check: str, promise: _Promise, path: bytes, count: int, why: str) -> Finding:
    inside = f" with {count - 1:,} more in it" if count > 1 else ""
    wanted, state = ("in", "not in") if check == "must-include" else ("not in", "in")
    return Finding(
        check,
        printable(path),
        f"{wanted} the backup, for the policy says {check.replace('-', '_')} {promise.pattern}",
        f"{state} the backup{inside}: {printable(why)}",
        "correct OPTIONS, or the policy",
    )
