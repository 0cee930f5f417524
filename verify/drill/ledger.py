"""What drills remember: SQLite, beside the reports.

Times are seconds since the epoch; `destination` is its URL without secrets. Each method is one
transaction, so that a drill which is killed leaves a ledger that the next one goes on with.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from verify.drill.manifests import Manifest
from verify.drill.stored import Object
from verify.errors import CannotRunError

FILE = "ledger.sqlite"
VERSION = 1
KEPT = 400 * 86_400  # seconds that the content of a file is remembered after it was last met
RESTORES = 200  # that a rate is made from
PATIENCE = 30.0  # seconds that another process may hold the file
SCHEMA = """
CREATE TABLE drills (
    id INTEGER PRIMARY KEY, destination TEXT NOT NULL, started REAL NOT NULL, ended REAL,
    verdict TEXT NOT NULL DEFAULT '', figures TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE objects (
    destination TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, seen REAL NOT NULL,
    proven REAL, version TEXT, PRIMARY KEY (destination, name)
) WITHOUT ROWID;
CREATE TABLE manifests (
    destination TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, volumes TEXT NOT NULL,
    PRIMARY KEY (destination, name)
) WITHOUT ROWID;
CREATE TABLE points (
    destination TEXT NOT NULL, time INTEGER NOT NULL, paths INTEGER NOT NULL, PRIMARY KEY (destination, time)
) WITHOUT ROWID;
CREATE TABLE contents (
    destination TEXT NOT NULL, path BLOB NOT NULL, mtime INTEGER NOT NULL, size INTEGER NOT NULL,
    digest BLOB NOT NULL, seen REAL NOT NULL, proven REAL, PRIMARY KEY (destination, path, mtime, size)
) WITHOUT ROWID;
CREATE TABLE restores (
    destination TEXT NOT NULL, ended REAL NOT NULL, bytes INTEGER NOT NULL, seconds REAL NOT NULL,
    everything INTEGER NOT NULL
);
"""
PAST = "SELECT destination, started, ended, verdict, figures FROM drills WHERE ended IS NOT NULL ORDER BY started"


@dataclass(frozen=True, slots=True)
class PastDrill:
    """A drill that has ended. `figures` are what it measured, by name."""

    started: float
    ended: float
    verdict: str
    figures: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the drill as a JSON object."""
        return {"started": self.started, "ended": self.ended, "verdict": self.verdict, **self.figures}


@dataclass(frozen=True, slots=True)
class PastRestore:
    """A restore: when it ended, how many bytes of volumes it downloaded, and in how many seconds."""

    ended: float
    bytes: int
    seconds: float
    everything: bool


class Content(NamedTuple):
    """What a file held: its path, modification time in seconds since the epoch, size in bytes, and digest."""

    path: bytes
    mtime: int
    size: int
    digest: bytes


def past_drills(folder: Path) -> dict[str, list[PastDrill]]:
    """Given a drill's folder, return the drills that have ended by destination, oldest first; nothing is written.

    Raise `CannotRunError` where there is no ledger, or one that cannot be read.
    """
    if not (folder / FILE).exists():
        raise CannotRunError(f"no drill was made with {folder.parent}: name the --report-dir of one")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(folder / FILE))}?mode=ro", uri=True)) as db:
            rows = list(map(_past, db.execute(PAST)))
    except sqlite3.Error as error:
        raise CannotRunError(f"the ledger {folder / FILE} cannot be read ({error}): move it away") from error
    found: dict[str, list[PastDrill]] = {}
    for destination, past in rows:
        found.setdefault(destination, []).append(past)
    return found


def _past(row: tuple[str, float, float, str, str]) -> tuple[str, PastDrill]:
    destination, started, ended, verdict, figures = row
    return destination, PastDrill(started, ended, verdict, json.loads(figures))


class Ledger:
    """The ledger of one report folder, as one destination's drills see it."""

    def __init__(self, folder: Path, destination: str) -> None:
        """Open the ledger, made if absent. Raise `CannotRunError` where it cannot be, or is no ledger of ours."""
        self.destination = destination
        self._path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise CannotRunError(
                f"the ledger {self._path} cannot be used ({error}): move it away, or name another --report-dir"
            ) from error

    def _prepare(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            self._db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        elif found != VERSION:
            raise sqlite3.DatabaseError(f"it is of version {found}, this program reads {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def begin(self, started: float) -> int:
        """Note that a drill begins; return its number. One that never ends counts for nothing."""
        with self._transaction() as db:
            made = db.execute("INSERT INTO drills (destination, started) VALUES (?, ?)", (self.destination, started))
            return int(made.lastrowid or 0)

    def note_figures(self, number: int, figures: Mapping[str, Any]) -> None:
        """Note what a drill measured."""
        with self._transaction() as db:
            db.execute("UPDATE drills SET figures = ? WHERE id = ?", (json.dumps(figures), number))

    def end(self, number: int, ended: float, verdict: str) -> None:
        """Note when a drill ended, and with which verdict."""
        with self._transaction() as db:
            db.execute("UPDATE drills SET ended = ?, verdict = ? WHERE id = ?", (ended, verdict, number))

    @property
    def past(self) -> list[PastDrill]:
        """The drills of this destination that have ended, oldest first."""
        return [past for destination, past in map(_past, self._db.execute(PAST)) if destination == self.destination]

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
                " proven = coalesce(CASE WHEN digest = excluded.digest THEN excluded.proven END, proven)",
                rows,
            )
            db.execute("DELETE FROM contents WHERE destination = ? AND seen < ?", (self.destination, when - KEPT))

    def digest_of(self, path: bytes, mtime: int, size: int) -> bytes | None:
        """Given a file's path, modification time (seconds) and size, return what its content's digest was."""
        row = self._db.execute(
            "SELECT digest FROM contents WHERE destination = ? AND path = ? AND mtime = ? AND size = ?",
            (self.destination, path, mtime, size),
        ).fetchone()
        return bytes(row[0]) if row else None

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

    def note_restore(self, ended: float, size: int, seconds: float, *, everything: bool) -> None:
        """Note how long a restore took that downloaded `size` bytes."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO restores VALUES (?, ?, ?, ?, ?)", (self.destination, ended, size, seconds, everything)
            )

    @property
    def restores(self) -> list[PastRestore]:
        """The newest restores, oldest first."""
        rows = self._db.execute(
            "SELECT ended, bytes, seconds, everything FROM restores WHERE destination = ? ORDER BY ended DESC LIMIT ?",
            (self.destination, RESTORES),
        )
        found = [PastRestore(ended, size, seconds, bool(everything)) for ended, size, seconds, everything in rows]
        return found[::-1]
