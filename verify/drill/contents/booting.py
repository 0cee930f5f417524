"""Booting a restored PostgreSQL: a data directory started, a dump loaded, and all of it read.

A copy is booted: a server writes to its data directory, and other checks look at what was restored, too.
"""

import gzip
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from verify import progress
from verify.checks import Finding
from verify.drill.contents.databases import Cluster, Dump
from verify.drill.contents.serving import QUERYING, Servers, last_of
from verify.errors import NotProvenError
from verify.trees import printable

CHECK = "database-boots"
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
# Counts the rows of each table, and so reads all of them.
ROWS = (
    "SELECT coalesce(sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname,"
    " tablename), false, true, '')))[1]::text::bigint), 0), count(*) FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)
# Errors for want of what only the original server has: they say nothing about the dump.
_OF_THE_SERVER = re.compile(
    r'role "[^"]*" (does not exist|already exists)|extension "[^"]*" is not available|must be owner'
)
_OTHER_MACHINE = re.compile(r"locale|collation|encoding .* is not", re.IGNORECASE)


@dataclass(frozen=True)
class Booted:
    """What came of booting a database: a few words for the report, and findings."""

    said: str
    findings: tuple[Finding, ...] = ()


class Postgres(Servers):
    """The PostgreSQL servers of a host, which boot what was restored."""

    def boot(self, cluster: Cluster, root: Path) -> Booted:
        """Given a restored data directory below `root`, start a copy of it and read all of its tables.

        Raise `NotProvenError` where no server of its version is here.
        """
        programs = self._of(cluster.major)
        where = printable(bytes(cluster.path.relative_to(root)))
        progress.say(f"starting the database in {where}")
        with self._folder() as folder:
            self._host.stream_in(cluster.path, f"{folder}/data")
            self._host.remove(f"{folder}/data/postmaster.pid")  # of the server that it was copied from
            for name in ("postgresql.auto.conf", "recovery.conf", "standby.signal", "recovery.signal"):
                self._host.remove(f"{folder}/data/{name}")
            self._configure(folder)
            return self._started(programs, folder, where, f"PostgreSQL {cluster.major} starts and answers")

    def load(self, dump: Dump, root: Path) -> Booted:
        """Given a restored dump below `root`, load it into a new server and read all of its tables.

        Raise `NotProvenError` where no server is here.
        """
        where = printable(bytes(dump.path.relative_to(root)))
        if not dump.whole:
            hint = "the program that wrote it ended early: see its log, and do not back up what it left"
            return Booted(
                "", (Finding(CHECK, where, "a whole dump", "its last line is missing: it is cut short", hint),)
            )
        programs = self._of(max(self.programs, key=float, default=""))
        with self._folder() as folder:
            made = self._run(f"{programs}/initdb", "-D", f"{folder}/data", "-U", "postgres", "-E", "UTF8", "--locale=C")
            if made.returncode:
                raise NotProvenError(f"no new server can be made here: {last_of(made)}")
            self._configure(folder)
            file = self._brought(dump, folder)
            with self._server(programs, folder) as trouble:
                if trouble:
                    raise NotProvenError(f"no new server starts here: {trouble}")
                return self._loaded(programs, folder, file, where, dump)

    def _started(self, programs: str, folder: str, where: str, expected: str) -> Booted:
        user = self._superuser(programs, folder)
        with self._server(programs, folder) as trouble:
            if trouble and _OTHER_MACHINE.search(trouble):
                raise NotProvenError(f"{where} needs what this host has not: {trouble}")
            if trouble:
                hint = "files of a running server are no backup of it: back up a dump, or a base backup with its log"
                return Booted("", (Finding(CHECK, where, expected, trouble, hint),))
            return self._queried(programs, folder, where, user)

    def _queried(self, programs: str, folder: str, where: str, user: str = "postgres") -> Booted:
        names = self._query(programs, folder, user, "template1", DATABASES)
        if names.returncode:
            return Booted("", (Finding(CHECK, where, "a list of its databases", last_of(names)),))
        tables = rows = 0
        databases = names.stdout.decode().split("\n")[:-1]
        for name in databases:
            counted = self._query(programs, folder, user, name, ROWS)
            if counted.returncode and _OTHER_MACHINE.search(last_of(counted)):
                raise NotProvenError(f"{where} needs what this host has not: {last_of(counted)}")
            if counted.returncode:
                return Booted("", (Finding(CHECK, where, f"all tables of {name} can be read", last_of(counted)),))
            some_rows, some_tables = counted.stdout.decode().strip().split("|")
            rows, tables = rows + int(some_rows), tables + int(some_tables)
        return Booted(f"{where}: {len(databases):,} databases, {tables:,} tables and {rows:,} rows read")

    def _brought(self, dump: Dump, folder: str) -> str:
        """Bring a dump to the host, unpacked; return where it is there."""
        with tempfile.TemporaryDirectory(prefix="dv-") as here:
            opened = gzip.open if dump.path.read_bytes()[:2] == b"\x1f\x8b" else open
            with opened(dump.path, "rb") as packed, Path(here, "dump").open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            self._host.stream_in(here, f"{folder}/brought")
        self._own(folder)
        return f"{folder}/brought/dump"

    def _loaded(self, programs: str, folder: str, file: str, where: str, dump: Dump) -> Booted:
        reach = ("-h", folder, "-U", "postgres")
        if dump.custom:
            own = ("--no-owner", "--no-privileges", "--create", "--dbname=postgres")
            done = self._run(f"{programs}/pg_restore", *reach, *own, file, timeout=QUERYING)
        else:
            done = self._run(f"{programs}/psql", "-X", "-q", *reach, "-d", "postgres", "-f", file, timeout=QUERYING)
        said = done.stderr.decode(errors="replace").splitlines()
        wrong = [line for line in said if re.search(r"ERROR|FATAL|error:", line) and not _OF_THE_SERVER.search(line)]
        if wrong or done.timed_out:
            hint = f"{len(wrong)} statements were refused"
            return Booted("", (Finding(CHECK, where, "a dump that loads", wrong[0] if wrong else "no end", hint),))
        return self._queried(programs, folder, where)
