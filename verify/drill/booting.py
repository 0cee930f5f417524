"""Booting a restored PostgreSQL, on a host without a way out: a data directory started, a dump loaded, and queried.

What is booted is a copy: a server writes to its data directory, and what was restored is for others to
look at, too.
"""

import contextlib
import gzip
import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verify.checks import Finding
from verify.drill.databases import Cluster, Dump
from verify.errors import NotProvenError
from verify.lab.host import Completed, Host
from verify.trees import printable

CHECK = "database-boots"
STARTING = 300.0  # seconds that a server has to recover and answer
LOADING = 3600.0  # seconds that a dump has to load
TOLD = 3  # lines of what a server printed
# The data directory's own settings may name libraries, files and addresses of another machine.
CONFIG = """listen_addresses = ''
unix_socket_directories = '{folder}'
hba_file = '{folder}/pg_hba.conf'
ident_file = '{folder}/pg_ident.conf'
max_connections = 200
max_prepared_transactions = 100
shared_buffers = 16MB
"""
TRUST = "local all all trust\n"
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
# Counts the rows of each table, and so reads all of them.
ROWS = (
    "SELECT coalesce(sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname,"
    " tablename), false, true, '')))[1]::text::bigint), 0), count(*) FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)
# What a dump expects of the server that it is loaded into, and says nothing about the dump.
_OF_THE_SERVER = re.compile(
    r'role "[^"]*" (does not exist|already exists)|extension "[^"]*" is not available|must be owner'
)
_OTHER_MACHINE = re.compile(r"locale|collation|encoding .* is not", re.IGNORECASE)


@dataclass(frozen=True)
class Booted:
    """What a restored database told: a few words, and findings."""

    said: str
    findings: tuple[Finding, ...] = ()


class Postgres:
    """The PostgreSQL servers of a host, by major version."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.programs: Mapping[str, str] = dict(_programs(host))  # folder of the programs by major version

    def boot(self, cluster: Cluster, root: Path) -> Booted:
        """Given a restored data directory below `root`, start a copy of it and read all of its tables.

        Raise `NotProvenError` where no server of its version is here.
        """
        programs = self._of(cluster.major)
        where = printable(bytes(cluster.path.relative_to(root)))
        with self._folder() as folder:
            self._host.stream_in(cluster.path, f"{folder}/data")
            self._host.remove(f"{folder}/data/postmaster.pid")  # of the server that it was copied from
            for name in ("recovery.conf", "standby.signal", "recovery.signal"):
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
            return Booted("", (Finding(CHECK, where, "a dump with its last line", "none: it is cut short", hint),))
        programs = self._of(max(self.programs, key=float, default=""))
        with self._folder() as folder:
            made = self._run(f"{programs}/initdb", "-D", f"{folder}/data", "-U", "postgres", "-E", "UTF8", "--locale=C")
            if made.returncode:
                raise NotProvenError(f"no new server can be made here: {_last(made)}")
            self._configure(folder)
            file = self._brought(dump, folder)
            with self._server(programs, folder) as trouble:
                if trouble:
                    raise NotProvenError(f"no new server starts here: {trouble}")
                return self._loaded(programs, folder, file, where, dump)

    def _of(self, major: str) -> str:
        if major not in self.programs:
            there = ", ".join(self.programs) or "none"
            raise NotProvenError(f"PostgreSQL {major or ''} is not here to boot it with (there is: {there})")
        return self.programs[major]

    @contextlib.contextmanager
    def _folder(self) -> Iterator[str]:
        folder = self._host.scratch_path("pg")
        self._host.mkdir(folder, 0o700)
        # Who the server runs as has to get there.
        self._host.run(["chmod", "a+x", self._host.scratch, posixpath.dirname(self._host.scratch)])
        self._own(folder)
        try:
            if self._run("test", "-w", folder).returncode:
                raise NotProvenError(
                    f"{folder} cannot be reached by a user who is not root: set TMPDIR to another folder"
                )
            yield folder
        finally:
            self._host.remove(folder)

    def _configure(self, folder: str) -> None:
        self._host.put(f"{folder}/postgresql.conf", CONFIG.format(folder=folder).encode(), 0o644)
        self._host.put(f"{folder}/pg_hba.conf", TRUST.encode(), 0o644)
        self._host.put(f"{folder}/pg_ident.conf", b"", 0o644)
        self._own(folder)

    def _own(self, folder: str) -> None:
        """Give a folder to whom the server runs as: it refuses to be root's."""
        if self._host.euid == 0:
            self._host.run(["chown", "-R", f"{SERVER}:{SERVER}", folder])
        self._host.run(["chmod", "-R", "u=rwX,go=", folder])

    def _run(self, *words: str, timeout: float = STARTING, stdin: bytes = b"") -> Completed:
        own = ("setpriv", f"--reuid={SERVER}", f"--regid={SERVER}", "--clear-groups") if self._host.euid == 0 else ()
        return self._host.run([*own, *words], env={"LC_ALL": "C", "HOME": "/nonexistent"}, timeout=timeout, stdin=stdin)

    @contextlib.contextmanager
    def _server(self, programs: str, folder: str) -> Iterator[str]:
        """Give why the server does not start, empty where it does; it ends afterwards."""
        control = (f"{programs}/pg_ctl", "-D", f"{folder}/data", "-w", "-t", f"{STARTING:.0f}")
        options = f"-c config_file={folder}/postgresql.conf"
        done = self._run(*control, "-l", f"{folder}/log", "-o", options, "start", timeout=STARTING + 10)
        try:
            yield (self._log(folder) or _last(done)) if done.returncode else ""
        finally:
            self._run(*control, "-m", "immediate", "stop")

    def _log(self, folder: str) -> str:
        try:
            lines = self._host.get(f"{folder}/log").decode(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        telling = [line for line in lines if re.search(r"FATAL|PANIC|ERROR", line)] or lines
        return "; ".join(telling[-TOLD:])

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
            return Booted("", (Finding(CHECK, where, "a list of its databases", _last(names)),))
        tables = rows = 0
        databases = names.stdout.decode().split("\n")[:-1]
        for name in databases:
            counted = self._query(programs, folder, user, name, ROWS)
            if counted.returncode and _OTHER_MACHINE.search(_last(counted)):
                raise NotProvenError(f"{where} needs what this host has not: {_last(counted)}")
            if counted.returncode:
                return Booted("", (Finding(CHECK, where, f"all tables of {name} can be read", _last(counted)),))
            some_rows, some_tables = counted.stdout.decode().strip().split("|")
            rows, tables = rows + int(some_rows), tables + int(some_tables)
        return Booted(f"{where}: {len(databases):,} databases, {tables:,} tables and {rows:,} rows read")

    def _superuser(self, programs: str, folder: str) -> str:
        """Return who may read everything: who made the cluster, asked without a server, which recovers it, too."""
        single = (
            f"{programs}/postgres",
            "--single",
            "-D",
            f"{folder}/data",
            "-c",
            f"config_file={folder}/postgresql.conf",
        )
        done = self._run(*single, "template1", stdin=b"SELECT rolname FROM pg_authid WHERE oid = 10\n")
        found = re.search(rb'rolname = "([^"]+)"', done.stdout)
        return found[1].decode() if found else "postgres"

    def _query(self, programs: str, folder: str, user: str, database: str, sql: str) -> Completed:
        words = (
            f"{programs}/psql",
            "-X",
            "-A",
            "-t",
            "-h",
            folder,
            "-U",
            user,
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
        )
        return self._run(*words, "-c", sql, timeout=LOADING)

    def _brought(self, dump: Dump, folder: str) -> str:
        """Bring a dump to the host, unpacked; return where it is there."""
        with tempfile.TemporaryDirectory(prefix="dv-") as here:
            opened = gzip.open if dump.path.read_bytes()[:2] == b"\x1f\x8b" else open
            with opened(dump.path, "rb") as packed, Path(here, "dump").open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            self._host.stream_in(here, f"{folder}/brought")
        if self._host.euid == 0:
            self._host.run(["chown", "-R", f"{SERVER}:{SERVER}", f"{folder}/brought"])
        return f"{folder}/brought/dump"

    def _loaded(self, programs: str, folder: str, file: str, where: str, dump: Dump) -> Booted:
        reach = ("-h", folder, "-U", "postgres")
        if dump.custom:
            own = ("--no-owner", "--no-privileges", "--create", "--dbname=postgres")
            done = self._run(f"{programs}/pg_restore", *reach, *own, file, timeout=LOADING)
        else:
            done = self._run(f"{programs}/psql", "-X", "-q", *reach, "-d", "postgres", "-f", file, timeout=LOADING)
        said = done.stderr.decode(errors="replace").splitlines()
        wrong = [line for line in said if re.search(r"ERROR|FATAL|error:", line) and not _OF_THE_SERVER.search(line)]
        if wrong or done.timed_out:
            hint = f"{len(wrong)} statements were refused"
            return Booted("", (Finding(CHECK, where, "a dump that loads", wrong[0] if wrong else "no end", hint),))
        return self._queried(programs, folder, where)


PROGRAMS = ("postgres", "pg_ctl", "initdb", "psql", "pg_restore")
SERVER = 65534  # nobody, whom no server of the host runs as


def _programs(host: Host) -> Iterator[tuple[str, str]]:
    """Yield the major version and the folder of each PostgreSQL on a host."""
    looked = host.run(["sh", "-c", 'readlink -f /usr/lib/postgresql/*/bin/postgres "$(command -v postgres)"'])
    for path in dict.fromkeys(looked.stdout.decode(errors="replace").split()):
        folder = posixpath.dirname(path)
        said = host.run([f"{folder}/postgres", "--version"]).stdout.decode(errors="replace")
        found = re.search(r"(\d{2,}|\d\.\d)", said)  # until 9.6, two numbers made a major version
        if found and all(host.exists(f"{folder}/{program}") for program in PROGRAMS):
            yield found[1], folder


def _last(done: Completed) -> str:
    lines = [line for line in (done.stdout + done.stderr).decode(errors="replace").splitlines() if line.strip()]
    return "; ".join(lines[-TOLD:]) or f"exit code {done.returncode}"


def has_postgres(host: Host) -> bool:
    """Return whether a host has a PostgreSQL."""
    return next(_programs(host), None) is not None
