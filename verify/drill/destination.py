"""The real destination as a drill sees it: what lies there, and what its manifests say."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from packaging.version import Version

from verify import progress
from verify.archive.chains import Chains, chains_of
from verify.archive.completeness import Lying, lost_beginnings
from verify.archive.cut_manifests import cut_manifests
from verify.archive.manifests import Manifest, ManifestError, Unread
from verify.archive.names import Names, Span
from verify.archive.out_of_reach import AHEAD
from verify.archive.sets import Object, Stored, StoredSet, stored_of
from verify.archive.stakes import FULL_NOW
from verify.checks import Finding, FindingsError
from verify.destinations.multi import MultiView
from verify.destinations.view import NoView, OptionsRefusedError, RefusedError, View
from verify.drill.ledger.ledger import Ledger
from verify.drill.passphrases import does_not_open
from verify.drill.reported_once import reported_once
from verify.drill.unlocking import Unlocked, unlock
from verify.durations import age_words
from verify.errors import CannotRunError, NotProvenError
from verify.lab.hosts.host import Host
from verify.plurals import counted
from verify.secret import Secret

UNLOCKING = 600.0  # seconds that gpg has for all manifests of a drill
AT_ONCE = 50  # manifests that gpg is given at once
TRIED = 3  # newest manifests that are tried before the passphrase is blamed


class RealDestination:
    """A job's destination, looked at and never written to.

    `release` is of the duplicity that restores from it, `now` the time in seconds since the epoch.
    """

    def __init__(
        self, view: View | NoView, names: Names, ledger: Ledger, host: Host, environment: Mapping[str, str | Secret],
        *, release: Version, now: float, other_passphrases: Sequence[Secret] = (),
    ) -> None:  # fmt: skip
        self._view, self.names, self._ledger = view, names, ledger
        self._release, self.now = release, now
        self._host, self._environment = host, environment
        self._other_passphrases = other_passphrases

    @property
    def view(self) -> View:
        """The view of it. Raise `NotProvenError` where it can be looked at through duplicity only."""
        if isinstance(self._view, NoView):
            raise NotProvenError(self._view.why)
        return self._view

    @property
    def is_seen(self) -> bool:
        """Whether it can be looked at without duplicity."""
        return not isinstance(self._view, NoView)

    @property
    def several(self) -> MultiView | None:
        """The view of it where it is several stores, else None."""
        return self._view if isinstance(self._view, MultiView) else None

    @property
    def hides(self) -> bool:
        """Whether what duplicity lists of it may hide that something is lost."""
        return isinstance(self._view, NoView) and self._view.hides

    def must_be_seen_whole(self) -> None:
        """Raise `NotProvenError` where some of several stores cannot be looked at."""
        if self.several and self.several.unseen:
            raise NotProvenError("; ".join(self.several.unseen))

    @property
    def downloaded(self) -> int:
        """How many bytes were downloaded by the view, so far."""
        return 0 if isinstance(self._view, NoView) else self._view.downloaded

    @reported_once
    def objects(self) -> list[Object]:
        """The objects that lie there. Raise `FindingsError` (`destination-reachable`) where it refuses."""
        try:
            return self.view.objects()
        except RefusedError as refused:
            is_of_options = isinstance(refused, OptionsRefusedError)
            check = "duplicity-agrees" if is_of_options else "destination-reachable"
            finding = Finding(check, "", "the objects of the job", refused.got, refused.hint)
            raise FindingsError((finding,)) from None

    @cached_property
    def remembered_sizes(self) -> Mapping[str, int]:
        """The sizes in bytes that objects had when the last drill looked, by name; read before this one's are noted."""
        return self._ledger.sizes

    def remember(self, now: float) -> None:
        """Note what lies there for the next drill, unless it cannot be known."""
        with contextlib.suppress(NotProvenError, FindingsError, CannotRunError):
            there = [one for each in self.stored.points for one in each.objects]
            copies = [copy.stored for one in there for copy in (self.several.copies(one.name) if self.several else ())]
            self._ledger.note_objects([*there, *copies], now)

    def proven(self, objects: Iterable[Object]) -> Mapping[str, float]:
        """Given objects, return when each was proven last: see `Ledger.proven`."""
        return self._ledger.proven(objects)

    def note_proven(self, objects: Iterable[Object]) -> None:
        """Note that objects were downloaded and are what they should be."""
        self._ledger.note_proven(objects, self.now)

    @reported_once
    def stored(self) -> Stored:
        """The sets that lie there."""
        return stored_of(self.objects, self.names)

    @reported_once
    def chains(self) -> Chains:
        """What duplicity makes of the sets that lie there."""
        return chains_of(self.stored, self._release)

    @property
    def points(self) -> list[StoredSet]:
        """The points that duplicity restores when it is asked for them, oldest first; those of the future only alone.

        Whether all of their volumes lie there is not asked.
        """
        reached = [each for each in self.stored.points if self.chains.reaches(each)]
        return [each for each in reached if each.span.end <= self.now + AHEAD] or reached

    def still_there(self, times: Iterable[int]) -> list[int]:
        """Given points' times, look again, and return those that were not removed meanwhile."""
        there = {each.span.end for each in stored_of(self.view.objects(), self.names).points}
        return [each for each in times if each in there]

    @property
    def lying(self) -> Lying:
        """What lies there, and all that is known of it."""
        return Lying(self.stored, self.chains, self.manifests, self.remembered_sizes, self.now)

    @reported_once
    def newest(self) -> StoredSet:
        """The newest point. Raise `FindingsError` (`backup-exists`) where there is none."""
        if not self.points:
            raise FindingsError((self._no_backup(),))
        return self.points[-1]

    def _no_backup(self) -> Finding:
        sets, past = self.stored.sets, self._ledger.past
        points = [drill.figures["newest"] for drill in past if drill.figures.get("newest")]
        if points:
            hint = "there was one when the last drill looked: find out what removed it, and take a full backup"
            return Finding("backup-exists", "", "at least one point", "none any more", hint)
        if sets:
            return self._none_whole()
        foreign = f", but {self.stored.foreign} other objects" if self.stored.foreign else ""
        hint = "no backup yet: let the job run once; if it has, compare DST and the --file-prefix options"
        return Finding(
            "backup-exists", "", "at least one point", f"no duplicity files under this prefix{foreign}", hint
        )

    def _none_whole(self) -> Finding:
        """Return the finding of sets of which none is a point that duplicity restores."""
        lying = Lying(self.stored, self.chains, {}, self.remembered_sizes, self.now)
        causes = [found for _, found in lost_beginnings(lying)]
        if causes:
            cause, many = causes[0], counted(len(self.stored.sets), "backup")
            got = f"none that comes back, of {many}: {cause.expected} is lost" if cause.got == "none" else (
                f"none that comes back, of {many}: {cause.got}"
            )  # fmt: skip
            hint = f"bring back what is lost, if another copy is left; else {FULL_NOW}"
            return Finding("backup-exists", cause.path, "at least one point", got, hint)
        newest = self.stored.sets[-1]
        if lying.is_running(newest):
            got = f"{newest.span} is being written: {counted(len(newest.volumes), 'volume')} so far"
            return Finding("backup-exists", "", "at least one point", got, "let the job's first backup end")
        since = f"nothing was added for {age_words(self.now - newest.modified)}" if newest.modified else "it is old"
        got = f"{newest.span} stopped midway: it has no manifest, and {since}"
        return Finding("backup-exists", "", "at least one point", got, "let the job run again, and to its end")

    @reported_once
    def opened(self) -> StoredSet:
        """The newest point whose manifest can be decrypted, which is tried tonight.

        Raise `FindingsError` (`passphrase-opens`) where none of the newest can, and `NotProvenError` where nothing
        is encrypted.
        """
        points = sorted(self.stored.points, key=lambda each: each.span.end, reverse=True)
        locked = [each for each in points if each.encrypted]
        if not points:
            _ = self.newest  # raises: of nothing, it cannot be said that it is not encrypted
        if not locked:
            raise NotProvenError("the backup is not encrypted")
        refused: list[Unread] = []
        for each in locked[:TRIED]:
            answer = self._read([each])[each.span]
            if isinstance(answer, Manifest):
                return each
            refused.append(answer)
        found = does_not_open(refused, self._other_passphrases, lambda other: self._is_opened_by(locked[0], other))
        raise FindingsError((found,))

    def _is_opened_by(self, each: StoredSet, passphrase: Secret) -> bool:
        """Return whether another passphrase opens a set's manifest."""
        name = each.manifest.name if each.manifest else ""
        environment = {**self._environment, "PASSPHRASE": passphrase}
        data = self.view.read_all([name]).get(name, b"")
        return not unlock(self._host, {name: data}, environment, timeout=UNLOCKING)[name].refusal

    def must_be_readable(self) -> None:
        """Raise an error where we know, without asking duplicity, that duplicity cannot read it."""
        if self.is_seen and self.newest.encrypted:
            _ = self.opened

    @reported_once
    def manifests(self) -> Mapping[Span, Manifest | Unread]:
        """What each point's manifest says, or why it cannot be read; those that were read before are remembered.

        Where none of the newest can be decrypted, no other is tried: the passphrase is wrong.
        """
        self.must_be_readable()
        remembered = {each.span: self._remembered(each) for each in self.stored.points}
        unread = [each for each in self.stored.points if remembered[each.span] is None]
        found: dict[Span, Manifest | Unread] = {span: known for span, known in remembered.items() if known}
        for start in range(0, len(unread), AT_ONCE):
            progress.say(f"reading manifests: {start:,} of {len(unread):,} done")
            found |= self._read(unread[start : start + AT_ONCE])
        return found | cut_manifests(self.stored, found)

    def _remembered(self, each: StoredSet) -> Manifest | None:
        return self._ledger.manifest(each.manifest) if each.manifest else None

    def _read(self, sets: Iterable[StoredSet]) -> dict[Span, Manifest | Unread]:
        """Download and open the manifests of sets, and remember what they say."""
        there = [(each.span, each.manifest) for each in sets if each.manifest]
        read = self.view.read_all([stored.name for _, stored in there])
        data = {stored.name: read.get(stored.name, b"") for _, stored in there}  # empty: removed since it was listed
        locked = {name: text for name, text in data.items() if self._is_locked(name)}
        opened = unlock(self._host, locked, self._environment, timeout=UNLOCKING) if locked else {}
        found: dict[Span, Manifest | Unread] = {}
        for span, stored in there:
            found[span] = answer = _manifest(opened.get(stored.name) or Unlocked(data[stored.name]))
            if isinstance(answer, Manifest):
                self._ledger.note_manifest(stored, answer)
        return found

    def _is_locked(self, name: str) -> bool:
        named = self.names.read(name)
        return bool(named and named.encrypted)


def _manifest(opened: Unlocked) -> Manifest | Unread:
    if opened.refusal:
        return Unread(opened.refusal, opened.hint)
    try:
        return Manifest.read(opened.text)
    except ManifestError as error:
        return Unread(str(error))
