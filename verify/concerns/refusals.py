"""Commands that duplicity has to refuse, and whether it prints a sentence instead of a traceback."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from verify.checks import Finding
from verify.concerns.chain_copies import Copies
from verify.faults import kind_of
from verify.lab.client.results import Result

TRACEBACK = re.compile(r"^\s*Traceback \((most recent call|innermost) last\):", re.MULTILINE)  # Python's, duplicity's

Refused = Callable[[Copies], Result]


def _full(*words: str, url: str | None = None, source: str | None = None) -> Refused:
    def run(copies: Copies) -> Result:
        with copies.new(encrypted=False) as chain:
            client = replace(chain.duplicity, options=(*chain.duplicity.options, *words))
            return client.full(source or chain.source, url or chain.destination.url)

    return run


def _restore_without_a_volume(copies: Copies) -> Result:
    with copies.copy(encrypted=False) as chain:
        for stored in chain.destination.objects():
            if kind_of(stored.name) == ("full", "volume"):
                chain.destination.remove(stored.name)
        return chain.duplicity.restore(chain.destination.url, copies.lab.host.scratch_path("restored"))


def _restore_of_no_such_path(copies: Copies) -> Result:
    with copies.copy(encrypted=False) as chain:
        target = copies.lab.host.scratch_path("restored")
        return chain.duplicity.restore(chain.destination.url, target, path=b"no such path")


def _restore_of_nothing(copies: Copies) -> Result:
    with copies.new(encrypted=False) as chain:
        return chain.duplicity.restore(chain.destination.url, copies.lab.host.scratch_path("restored"))


REFUSALS: Mapping[str, Refused] = {
    "an empty --exclude": _full("--exclude", ""),
    "no number for --volsize": _full("--volsize=small"),
    "no interval for --full-if-older-than": _full("--full-if-older-than=often"),
    "no time for --exclude-older-than": _full("--exclude-older-than=once"),
    "an option that there is not": _full("--no-such-option"),
    "a scheme that there is not": _full(url="nothing://at/all"),
    "a source that there is not": _full(source="/no such folder"),
    "a restore of nothing": _restore_of_nothing,
    "a restore of no such path": _restore_of_no_such_path,
    "a restore without a volume": _restore_without_a_volume,
}


# What is known to be refused with a traceback, and how that was measured.
KNOWN: Mapping[str, str] = {
    "a restore of nothing": "measured with 0.8.22, 1.2.3, 2.2.4, 3.1.0, 3.2.1: CollectionsError, exit code 30",
}


def refusal_findings(copies: Copies, name: str) -> list[Finding]:
    """Run a command that has to be refused; return a finding if it is not, or with a traceback.

    If the traceback is known, the finding is that there is none any more.
    """
    result = copies.lab.ran(REFUSALS[name](copies))
    if name in KNOWN and not result.ok:
        gone = Finding("limitation-holds", "", f"{name}: a traceback", result.ending, "remove it from KNOWN")
        return [] if TRACEBACK.search(result.log) else [gone]
    wanted = "an error message, and no traceback"
    if result.ok:
        return [Finding("refused-without-traceback", "", wanted, result.ending, result.last_lines)]
    if TRACEBACK.search(result.log):
        return [Finding("refused-without-traceback", "", wanted, f"a traceback, {result.ending}", result.last_lines)]
    return []
