"""Points that lie there whole, and that duplicity does not restore: made at once with others, or by a wrong clock."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from verify.archive.chains import Chains, StoredChain
from verify.archive.completeness import goes_back
from verify.archive.names import stamp
from verify.archive.object_names import manifest_name
from verify.archive.sets import Stored, StoredSet
from verify.checks import Finding, Severity
from verify.durations import MINUTE, age_words, moment

AHEAD = 10 * MINUTE  # seconds that clocks of two machines may differ
CHECK = "duplicity-agrees"
ALONE = "let only one backup run at a time"


def unreachable_findings(stored: Stored, chains: Chains, now: float) -> list[Finding]:
    """Given what lies there, return a finding for each cause that keeps duplicity from points that lie there whole."""
    found = [*_overtaken(stored, chains), *_crossed(stored, chains, now), *_set_back(stored, chains)]
    return [replace(each, severity=Severity.AT_RISK) for each in found]  # the newest point comes back


def _overtaken(stored: Stored, chains: Chains) -> Iterator[Finding]:
    for earlier, later in chains.overtaken:
        if not earlier.manifest or not later.manifest:
            continue
        behind = [each for each in chains.orphans if each.span.start == earlier.span.end]
        more = f" (so are the {len(behind)} that build on it)" if behind else ""
        got = (
            f"out of reach{more}: two backups ran at once, and {later.span} starts at the same point, that of "
            f"{moment(earlier.span.start or 0)}; duplicity takes the later one"
        )
        yield Finding(CHECK, manifest_name(earlier, stored), _restorable(earlier), got, _hint_of(earlier, chains))


def _hint_of(earlier: StoredSet, chains: Chains) -> str:
    given = chains.at(earlier.span.end).gives
    instead = f"a restore of its time gives the point of {moment(given.span.end)} with exit code 0; " if given else ""
    signatures = "" if chains.goes_on else "; take a full backup now, `duplicity full SRC DST`: the next incremental "
    signatures += "" if chains.goes_on else "finds no signatures to go on with"
    away = f"move {_files(earlier)} away before any `cleanup`, which leaves it and may remove the newest signatures"
    return f"{instead}{ALONE}{signatures}; {away}"  # which of the two it removes goes by the order of the folder's list


def _files(each: StoredSet) -> str:
    start = "" if each.span.start is None else f"{stamp(each.span.start)}.to."
    return f"duplicity-*.{start}{stamp(each.span.end)}.*"


def _restorable(each: StoredSet) -> str:
    return f"{each.span} can be restored"


def _crossed(stored: Stored, chains: Chains, now: float) -> Iterator[Finding]:
    """Yield a finding for each two chains of the past that cover the same points."""
    past = [each for each in chains.chains if each.end <= now + AHEAD]
    for one, other in combinations(sorted(past, key=lambda chain: chain.start), 2):
        hidden = _hidden(one, other)
        if hidden:
            many = f"{len(hidden)} points, from {moment(hidden[0])} to {moment(hidden[-1])}"
            got = f"refused ({_TWO}) for {many if hidden[1:] else f'the point of {moment(hidden[0])}'}"
            expected = "one chain for each time"
            yield Finding(CHECK, manifest_name(other.sets[0], stored), expected, got, _apart(other))


_TWO = '"Two chains cover the given time"'


def _hidden(one: StoredChain, other: StoredChain) -> Sequence[int]:
    ends = (each.span.end for each in (*one.sets, *other.sets))
    return sorted(end for end in ends if one.covers(end) and other.covers(end))


def _apart(other: StoredChain) -> str:
    return (
        f"two jobs share this folder, or two backups ran at once: give each job its own folder or --file-prefix; to "
        f"restore these points, copy the files of one of the two chains (this one starts with {_files(other.sets[0])}) "
        f"to a folder of their own, and restore from there"
    )


def _set_back(stored: Stored, chains: Chains) -> Iterator[Finding]:
    for each in chains.orphans:
        if goes_back(each):
            got = (
                f"in no chain: it starts at {moment(each.span.start or 0)}, so the clock was set back when it was taken"
            )
            hint = (
                "set the clock right; `duplicity cleanup --force DST` removes it, and `duplicity full SRC DST` goes on"
            )
            yield Finding(CHECK, manifest_name(each, stored), _restorable(each), got, hint)


def future_points(stored: Stored, now: float) -> list[StoredSet]:
    """Given what lies there, return the points that are of the future."""
    return [each for each in stored.points if each.span.end > now + AHEAD]


def future_findings(stored: Stored, chains: Chains, now: float) -> list[Finding]:
    """Given what lies there, return a finding if a point is of the future: duplicity restores others for it."""
    future = future_points(stored, now)
    if not future:
        return []
    newest, given = _newest_of_the_past(stored, now), chains.at(int(now)).gives
    gives = f"a restore without --time gives the point of {moment(given.span.end)}" if given else "a restore is refused"
    wrong = " with exit code 0, which is not the newest; a new full does not change that"
    wrong = wrong if given and newest and given.span != newest.span else ""
    files = " and ".join(_files(each) for each in future[:3])
    found = future_finding(len(future), future[-1].span.end, now, f"{gives}{wrong}", files)
    severity = Severity.LOST if wrong else Severity.AT_RISK
    return [replace(found, path=manifest_name(future[0], stored), severity=severity)]


def future_finding(
    count: int,
    last: int,
    now: float,
    gives: str = "a restore without --time may give an old point",
    files: str = "them",
) -> Finding:
    """Given how many points are of the future, the last one's time, and what a restore gives, return the finding."""
    got = f"{count} of the future, the last of {moment(last)}, {age_words(last - now)} ahead of now"
    hint = f"{gives}; set the clock of the machine right, and move {files} away before the next backup"
    return Finding("fresh", "", "points of the past", got, hint)


def _newest_of_the_past(stored: Stored, now: float) -> StoredSet | None:
    return max(
        (each for each in stored.points if each.span.end <= now + AHEAD), key=lambda each: each.span.end, default=None
    )
