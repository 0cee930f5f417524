"""PostgreSQL servers of a host, started on data directories of their own, and out of everybody's reach."""

import contextlib
import posixpath
import re
from collections.abc import Iterator, Mapping

from verify.errors import NotProvenError
from verify.lab.hosts.host import Completed, Host

STARTING = 300.0  # seconds that a server has to recover and answer
QUERYING = 3600.0  # seconds that a dump has to load, or a query to be answered
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
PROGRAMS = ("postgres", "pg_ctl", "initdb", "psql", "pg_restore")
SERVER = 65534  # nobody, whom no server of the host runs as


class Servers:
    """The PostgreSQL programs of a host by major version, and servers that run on folders of their own."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._alone = _without_network(host)
        self.programs: Mapping[str, str] = dict(_programs(host))  # folder of the programs by major version

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
        return self._host.run(
            [*self._alone, *own, *words], env={"LC_ALL": "C", "HOME": "/nonexistent"}, timeout=timeout, stdin=stdin
        )

    @contextlib.contextmanager
    def _server(self, programs: str, folder: str) -> Iterator[str]:
        """Give why the server does not start, empty where it does; it ends afterwards."""
        control = (f"{programs}/pg_ctl", "-D", f"{folder}/data", "-w", "-t", f"{STARTING:.0f}")
        options = f"-c config_file={folder}/postgresql.conf"
        done = self._run(*control, "-l", f"{folder}/log", "-o", options, "start", timeout=STARTING + 10)
        try:
            yield (self._log(folder) or last_of(done)) if done.returncode else ""
        finally:
            self._run(*control, "-m", "immediate", "stop")

    def _log(self, folder: str) -> str:
        try:
            lines = self._host.get(f"{folder}/log").decode(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        telling = [line for line in lines if re.search(r"FATAL|PANIC|ERROR", line)] or lines
        return "; ".join(telling[-TOLD:])

    def _superuser(self, programs: str, folder: str) -> str:
        """Return who may read everything: who made the cluster, asked without a server, which recovers it, too."""
        own = ("-D", f"{folder}/data", "-c", f"config_file={folder}/postgresql.conf")
        done = self._run(
            f"{programs}/postgres",
            "--single",
            *own,
            "template1",
            stdin=b"SELECT rolname FROM pg_authid WHERE oid = 10\n",
        )
        found = re.search(rb'rolname = "([^"]+)"', done.stdout)
        return found[1].decode() if found else "postgres"

    def _query(self, programs: str, folder: str, user: str, database: str, sql: str) -> Completed:
        reach = ("-h", folder, "-U", user, "-d", database)
        bare = ("-X", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        return self._run(f"{programs}/psql", *reach, *bare, "-c", sql, timeout=QUERYING)


def _without_network(host: Host) -> tuple[str, ...]:
    """Return what to write before a command for a network of its own; nothing where that takes more than we may."""
    alone = ("unshare", "--net", "--")
    return () if host.run([*alone, "true"]).returncode else alone


def has_postgres(host: Host) -> bool:
    """Return whether a host has a PostgreSQL."""
    return next(_programs(host), None) is not None


def _programs(host: Host) -> Iterator[tuple[str, str]]:
    """Yield the major version and the folder of each PostgreSQL on a host."""
    looked = host.run(["sh", "-c", 'readlink -f /usr/lib/postgresql/*/bin/postgres "$(command -v postgres)"'])
    for path in dict.fromkeys(looked.stdout.decode(errors="replace").split()):
        folder = posixpath.dirname(path)
        said = host.run([f"{folder}/postgres", "--version"]).stdout.decode(errors="replace")
        found = re.search(r"(\d{2,}|\d\.\d)", said)  # until 9.6, two numbers made a major version
        if found and all(host.exists(f"{folder}/{program}") for program in PROGRAMS):
            yield found[1], folder


def last_of(done: Completed) -> str:
    """Return the last lines that a command printed."""
    lines = [line for line in (done.stdout + done.stderr).decode(errors="replace").splitlines() if line.strip()]
    return "; ".join(lines[-TOLD:]) or f"exit code {done.returncode}"
