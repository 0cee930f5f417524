"""Whether all that a restore needs lies at the destination: by the manifests, and by what earlier drills saw."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from verify.archive.chains import Chains
from verify.archive.manifests import Manifest, Unread, Volume
from verify.archive.names import Span
from verify.archive.object_names import manifest_name, volume_name
from verify.archive.sets import Stored, StoredSet
from verify.archive.stakes import Points, points_of
from verify.checks import Finding, Severity
from verify.durations import DAY, HOUR, age_words, moment
from verify.plurals import counted

Manifests = Mapping[Span, Manifest | Unread]
Affected = Callable[[StoredSet, Volume], str]  # how many paths of the newest point lie in a volume, in words

NAMED = 3  # lost volumes of a set that have a finding each
READABLE = "a manifest that can be read"
OTHER_KEY = "what was made with another passphrase or key comes back with that one alone: keep it"
DAMAGED = "find out what changed it: duplicity never writes an object twice"
RUNNING = HOUR  # a set without a manifest whose newest object is younger is being written, as far as can be told
BEGUN = DAY  # the same, where nothing but its beginning is known


@dataclass(frozen=True)
class Lying:
    """What lies at a destination, what duplicity makes of it, and what is known of it; times are seconds.

    `remembered` are the sizes in bytes that objects had when an earlier drill looked.
    """

    stored: Stored
    chains: Chains
    manifests: Manifests
    remembered: Mapping[str, int]
    now: float

    def is_lost(self, each: StoredSet) -> bool:
        """Return whether a set without a manifest once had one."""
        if each.manifest or not each.is_listed:
            return False
        built_on = any(other.span.start == each.span.end for other in self.stored.points)
        return built_on or manifest_name(each, self.stored) in self.remembered

    def is_unfinished(self, each: StoredSet) -> bool:
        """Return whether a set was begun and not finished, or not yet."""
        return each.is_listed and not each.manifest and not self.is_lost(each)

    def is_running(self, each: StoredSet) -> bool:
        """Return whether an unfinished set is the newest, and being written."""
        return self.is_newest(each) and self.is_unfinished(each) and self._was_just_written(each)

    def _was_just_written(self, each: StoredSet) -> bool:
        """Return whether something was just added; whether it was begun not long ago, where no times are told."""
        return self.now - each.modified < RUNNING if each.modified else self.now - each.span.end < BEGUN

    def is_newest(self, each: StoredSet) -> bool:
        """Return whether no set is newer."""
        return self.stored.sets[-1] is each

    def harms(self, each: StoredSet) -> bool:
        """Return whether an unfinished set spoils restores: those of the newest point, by one archive or another."""
        return self.is_newest(each) or any(each is one for chain in self.chains.chains for one in chain.sets)


def chain_findings(lying: Lying, affected: Affected = lambda *_: "") -> list[Finding]:
    """Given what lies there, return a finding for each way in which a chain is broken: the causes, not what follows."""
    causes = [*lost_beginnings(lying), *_unread(lying), *_lost_volumes(lying, affected), *_sizes(lying, affected)]
    locked = list(_locked(lying))
    points = points_of(lying.stored, lying.chains, {span for span, _ in (*causes, *locked)})
    told = [_with_stake(each, span, points, lying.chains) for span, each in causes]
    told += [_with_stake(each, span, points, lying.chains, OTHER_KEY) for span, each in locked]
    return [*told, *_cold(lying), *_broken_off(lying, points)]


def lost_beginnings(lying: Lying) -> list[tuple[Span, Finding]]:
    """Given what lies there, return a finding for each set that is missing, or lacks its manifest, without stakes."""
    return [*_lost_bases(lying), *_lost_manifests(lying)]


def with_stakes(findings: Sequence[Finding], lying: Lying, affected: Affected) -> list[Finding]:
    """Given findings about objects that lie there, return them with what is at stake."""
    of = {stored.name: each for each in lying.stored.sets for stored in each.objects}
    points = points_of(lying.stored, lying.chains, {of[each.path].span for each in findings if each.path in of})
    told = list[Finding]()
    for each in findings:
        one = of.get(each.path)
        held = _with_what_it_holds(each, one, lying, affected) if one else each
        told.append(_with_stake(held, one.span, points, lying.chains) if one else held)
    return told


def _with_what_it_holds(found: Finding, each: StoredSet, lying: Lying, affected: Affected) -> Finding:
    """Return a finding about an object of a set, where that is a volume with how much of the newest point it holds."""
    number = next((number for number, stored in each.volumes.items() if stored.name == found.path), 0)
    manifest = lying.manifests.get(each.span)
    if not isinstance(manifest, Manifest) or number not in manifest.volumes:
        return found
    said = [found.hint, affected(each, manifest.volumes[number])]
    return replace(found, hint="; ".join(filter(None, said)))


def _with_stake(found: Finding, bad: Span, points: Points, chains: Chains, mend: str = "") -> Finding:
    """Return a finding of a bad set with what is at stake, and what mends it, where that is not said already."""
    lost = points.lost_by({bad, *_built_on(bad, points.every)}, chains)
    said = [found.hint, points.stake(lost), mend or points.mend(lost, chains)]
    severity = Severity.AT_RISK if points.is_behind(lost) else Severity.LOST
    return replace(found, hint="; ".join(filter(None, said)), severity=severity)


def _built_on(bad: Span, every: Iterable[StoredSet]) -> set[Span]:
    """Return the incrementals that lead back to a set, oldest first, where each starts at the end of one before."""
    ends, found = {bad.end}, set()
    for each in every:
        if each.span.start in ends:
            ends.add(each.span.end)
            found.add(each.span)
    return found


def unfinished(lying: Lying) -> list[str]:
    """Given what lies there, return a note for each set that a backup has begun and that harms nothing."""
    return [
        f"{each.span} is being written: {counted(len(each.volumes), 'volume')} so far"
        if lying.is_running(each)
        else f"{each.span} was not finished, and no restore needs it: `duplicity cleanup --force DST` removes it"
        for each in lying.stored.sets
        if lying.is_unfinished(each) and (lying.is_running(each) or not lying.harms(each))
    ]


def _broken_off(lying: Lying, points: Points) -> Iterator[Finding]:
    for each in lying.stored.sets:
        if lying.is_unfinished(each) and lying.harms(each) and not lying.is_running(each):
            age = age_words(lying.now - (each.modified or each.span.end))
            since = f"nothing was added for {age}" if each.modified else f"it was begun {age} ago"
            got = f"none, and {since}: the backup stopped midway"
            name, hint = manifest_name(each, lying.stored), _after_it(lying, each, points)
            what = f"the manifest of {each.span}"
            yield Finding("chain-complete", name, what, got, hint, severity=Severity.AT_RISK)


def _after_it(lying: Lying, each: StoredSet, points: Points) -> str:
    before = [point.span.end for point in points.good if point.span.end < each.span.end]
    refused = lying.chains.at(int(lying.now)).refusal
    now = (
        "a restore without --time is refused" if refused else "by the archive of the machine that began it, a restore "
    )
    now += "" if refused else "without --time ends with exit code 0 and cuts files short"
    time = f"; `duplicity restore --time {before[-1]} DST TARGET` gives the point before" if before else ""
    return (
        f"let the job run again, which goes on with it or removes it, or run `duplicity cleanup --force DST`; "
        f"until then {now}{time}"
    )


def _lost_bases(lying: Lying) -> Iterator[tuple[Span, Finding]]:
    """Yield, for each set that is missing altogether, the oldest that builds on it, and a finding."""
    ends = {each.span.end for each in lying.stored.sets if each.is_listed}
    seen = set[int | None]()
    for each in lying.chains.orphans:
        if each.span.start not in ends | seen and not goes_back(each):
            seen.add(each.span.start)
            got = f"nothing that ends at {moment(each.span.start or 0)}: {each.span} has no base"
            expected = "the set that it builds on"
            yield each.span, Finding("chain-complete", manifest_name(each, lying.stored), expected, got)


def goes_back(each: StoredSet) -> bool:
    """Return whether a set was made by a clock that was set back: it ends before it starts."""
    return each.span.start is not None and each.span.end <= each.span.start


def _lost_manifests(lying: Lying) -> Iterator[tuple[Span, Finding]]:
    for each in lying.stored.sets:
        if lying.is_lost(each):
            name = manifest_name(each, lying.stored)
            yield each.span, Finding("chain-complete", name, f"the manifest of {each.span}", "none")


def _unread(lying: Lying) -> Iterator[tuple[Span, Finding]]:
    for each in lying.stored.points:
        manifest = lying.manifests[each.span]
        if isinstance(manifest, Unread) and not manifest.hint:
            hint = "on a new machine no restore of its chain works while it lies there: move it away"
            hint = hint if manifest.stops else ""
            yield each.span, Finding("chain-complete", manifest_name(each), READABLE, manifest.why, hint)


def _locked(lying: Lying) -> Iterator[tuple[Span, Finding]]:
    """Yield, for each chain of which manifests open with another passphrase or key, the first set, and a finding."""
    told = set[Span]()
    for each in lying.stored.points:
        manifest = lying.manifests[each.span]
        if isinstance(manifest, Unread) and manifest.hint and each.span not in told:
            more = [span for span in _built_on(each.span, lying.stored.points) if lying.manifests.get(span) == manifest]
            told |= {each.span, *more}
            got = manifest.why + (f"; so it is with {len(more):,} that build on it" if more else "")
            yield each.span, Finding("chain-complete", manifest_name(each), READABLE, got, manifest.hint)


def _lost_volumes(lying: Lying, affected: Affected) -> Iterator[tuple[Span, Finding]]:
    for each, manifest in _read(lying):
        lost = sorted(manifest.volumes.keys() - each.volumes.keys())
        if len(lost) > NAMED:
            what = f"{len(manifest.volumes):,} volumes of {each.span}"
            got = f"{len(manifest.volumes) - len(lost):,}: this one and {len(lost) - 1:,} others are not there"
            yield each.span, Finding("chain-complete", volume_name(each, lost[0], lying.stored), what, got)
            continue
        for number in lost:
            what = f"volume {number} of {len(manifest.volumes)} of {each.span}"
            said = affected(each, manifest.volumes[number])
            yield each.span, Finding("chain-complete", volume_name(each, number, lying.stored), what, "none", said)


def _cold(lying: Lying) -> Iterator[Finding]:
    for each, _ in _read(lying):
        for stored in each.objects:
            if stored.is_cold:
                got = f"storage class {stored.storage_class}"
                hint = "keep the chain that a restore needs in a class that can be read at once"
                expected = "an object that can be read at once"
                yield Finding("chain-complete", stored.name, expected, got, hint, severity=Severity.AT_RISK)


def _read(lying: Lying) -> Sequence[tuple[StoredSet, Manifest]]:
    both = ((each, lying.manifests[each.span]) for each in lying.stored.points)
    return [(each, manifest) for each, manifest in both if isinstance(manifest, Manifest)]


def _sizes(lying: Lying, affected: Affected) -> Iterator[tuple[Span, Finding]]:
    """Yield the volumes and manifests that are empty or have another size than before, but for what is told already."""
    for one in lying.stored.sets:
        is_read = isinstance(lying.manifests.get(one.span), Manifest)
        read = [one.manifest] if one.manifest and is_read else []
        for each in [*one.volumes.values(), *read] if not lying.is_unfinished(one) else ():
            before = lying.remembered.get(each.name, each.size)
            if before != each.size:
                expected, got = f"{before} bytes, as before", f"{each.size} bytes"
            elif not each.size:
                expected, got = "an object with content", "0 bytes"
            else:
                continue
            found = Finding("chain-complete", each.name, expected, got, DAMAGED)
            yield one.span, _with_what_it_holds(found, one, lying, affected)
