"""What drills remember of a destination: objects and their proofs, manifests, points, and what files held."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from verify.archive.manifests import Manifest
from verify.archive.sets import Object
from verify.drill.ledger.database import Database

KEPT = 400 * 86_400  # seconds that the content of a file is remembered after it was last met
ASKED = 300  # files that one query asks for, with three variables each: old SQLites take 999


class Content(NamedTuple):
    """What a file held: its path, modification time in seconds since the epoch, size in bytes, and digest."""

    path: bytes
    mtime: int
    size: int
    digest: bytes


class Memory(Database):
    """What is known of a destination from one drill to the next."""

    def note_objects(self, objects: Iterable[Object], seen: float) -> None:
        """Note what lies at the destination in finished sets, and forget what is gone.

        The size that an object was first seen with stays: duplicity never writes one twice, and a
        damage is to be found every night until it is repaired.
        """
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO objects (destination, name, size, seen) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET seen = excluded.seen",
                [(self.destination, each.name, each.size, seen) for each in objects],
            )
            db.execute("DELETE FROM objects WHERE destination = ? AND seen < ?", (self.destination, seen))

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes in bytes that objects were first seen with, by name."""
        rows = self._db.execute("SELECT name, size FROM objects WHERE destination = ?", (self.destination,))
        return dict(rows.fetchall())

    def note_proven(self, objects: Iterable[Object], when: float) -> None:
        """Note that volumes, as they lie there now, were downloaded and hash to what their manifest says."""
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO objects (destination, name, size, seen, proven, version) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET proven = excluded.proven, version = excluded.version",
                [(self.destination, each.name, each.size, when, when, each.version) for each in objects],
            )

    def note_bad(self, names: Iterable[str]) -> None:
        """Note that volumes are not what they were: what proved them before is void."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE objects SET proven = NULL WHERE destination = ? AND name = ?",
                [(self.destination, name) for name in names],
            )

    def proven(self, objects: Iterable[Object]) -> dict[str, float]:
        """Given volumes as they lie there now, return when each was proven last; one that never was is not in it."""
        rows = self._db.execute(
            "SELECT name, version, proven FROM objects WHERE destination = ? AND proven IS NOT NULL",
            (self.destination,),
        )
        known = {(name, version): proven for name, version, proven in rows}
        return {each.name: known[each.name, each.version] for each in objects if (each.name, each.version) in known}

    def note_manifest(self, stored: Object, manifest: Manifest) -> None:
        """Keep what a manifest says, so that it need not be read again."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO manifests VALUES (?, ?, ?, ?)",
                (self.destination, stored.name, stored.version, json.dumps(manifest.as_json())),
            )

    def manifest(self, stored: Object) -> Manifest | None:
        """Return what a manifest said when it was read, None where it was not, or has changed since."""
        row = self._db.execute(
            "SELECT volumes FROM manifests WHERE destination = ? AND name = ? AND version = ?",
            (self.destination, stored.name, stored.version),
        ).fetchone()
        return Manifest.from_json(json.loads(row[0])) if row and stored.version else None

    def note_point(self, time: int, paths: int) -> None:
        """Note how many paths a point holds."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO points VALUES (?, ?, ?)", (self.destination, time, paths))

    def paths_of(self, time: int) -> int | None:
        """Given a point's time, return how many paths it holds, None where that is not known."""
        row = self._db.execute(
            "SELECT paths FROM points WHERE destination = ? AND time = ?", (self.destination, time)
        ).fetchone()
        return int(row[0]) if row else None

    def note_contents(self, contents: Iterable[Content], when: float, *, proven: bool) -> None:
        """Note what files held: where they were restored (`proven`), or in the live source.

        What is known of the same file already stays. Of what was not met for long nothing is kept.
        """
        rows = ((self.destination, *each, when, when if proven else None) for each in contents)
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen = excluded.seen,"
                " proven = coalesce(CASE WHEN digest = excluded.digest THEN excluded.proven END, proven)"
                " WHERE seen < excluded.seen OR proven IS NOT excluded.proven",
                rows,
            )
            db.execute("DELETE FROM contents WHERE destination = ? AND seen < ?", (self.destination, when - KEPT))

    def digests_of(self, contents: Sequence[Content]) -> Iterator[tuple[Content, bytes]]:
        """Given what files hold, yield each that was known by its path, time and size, with its digest by then."""
        for start in range(0, len(contents), ASKED):
            some = {(each.path, each.mtime, each.size): each for each in contents[start : start + ASKED]}
            rows = self._db.execute(
                f"WITH asked (path, mtime, size) AS (VALUES {', '.join(['(?, ?, ?)'] * len(some))})"  # noqa: S608
                " SELECT path, mtime, size, digest FROM asked CROSS JOIN contents USING (path, mtime, size)"
                " WHERE destination = ?",
                (*chain.from_iterable(some), self.destination),
            )
            known = {tuple(key): digest for *key, digest in rows.fetchall()}
            yield from ((each, known[key]) for key, each in some.items() if key in known)

    def paths_proven(self, paths: Iterable[bytes]) -> dict[bytes, float]:
        """Given paths, return when each was restored last; one that never was is not in it."""
        found: dict[bytes, float] = {}
        for path in paths:
            row = self._db.execute(
                "SELECT max(proven) FROM contents WHERE destination = ? AND path = ?", (self.destination, path)
            ).fetchone()
            if row[0] is not None:
                found[path] = float(row[0])
        return found
