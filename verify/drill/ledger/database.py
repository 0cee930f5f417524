"""The file that drills remember in: SQLite, beside the reports.

Times are seconds since the epoch; `destination` is its URL without secrets. Each method is one
transaction, so that a drill which is killed leaves a file that the next one goes on with.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verify.errors import CannotRunError

FILE = "ledger.sqlite"
VERSION = 1
FILE_FREE_WITHIN = 30.0  # seconds that another process may hold the file
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


class Database:
    """The database of one report folder, as one destination's drills see it."""

    def __init__(self, folder: Path, destination: str) -> None:
        """Open the ledger, made if absent. Raise `CannotRunError` where it cannot be, or is no ledger of ours."""
        self.destination = destination
        self._writing = threading.Lock()
        self._path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Several threads use it, which SQLite is built for; only transactions are for one at a time.
            self._db = sqlite3.connect(
                self._path, timeout=FILE_FREE_WITHIN, isolation_level=None, check_same_thread=False
            )
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
        with self._writing:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
