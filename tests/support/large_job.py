"""A job as large as real ones: 30,000 files and more, over 1 GB, with a PostgreSQL that runs while it is backed up."""

import contextlib
import os
import shutil
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from planting import DAY, SETTLED, database, write
from sites import Site

from verify.drill.contents.booting import Postgres
from verify.drill.contents.sealed import sealed_host
from verify.lab.hosts.host import local_host
from verify.lab.hosts.runs import LabelledRun
from verify.onsite.wipe import wipe

FILES, BYTES = 30_000, 10**9
INCREMENTALS = 5
VOLUME = 25  # MiB
FILM = 10_000_000  # bytes
PREFIX = "large"
PLACES = (Path(sysconfig.get_path("stdlib")), Path("/usr/share"), Path("/usr/lib"))  # real files
EVERY = 100  # of so many files one is edited before each incremental


def take_points(
    site: Site, run: LabelledRun, files: int = FILES, size: int = BYTES, incrementals: int = INCREMENTALS
) -> None:
    """Fill a job's source, and take its points: one full backup, then incrementals, with edits before each."""
    fill(site.source, files, size)
    with postgres(run) as shop:
        now = time.time()
        for number in range(incrementals + 1):
            if number:
                edit(site.source, number)
            shop(site.source, number)
            newest = number == incrementals
            time.sleep(SETTLED if newest else 0)
            site.back_up(PREFIX, at=None if newest else now - (incrementals - number) * DAY)


def fill(source: Path, files: int, size: int) -> None:
    """Copy as many real files as there should be; add films up to as many bytes, and databases."""
    for path in real_files():
        if files <= 0:
            break
        target = source / path.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
        files, size = files - 1, size - path.stat().st_size
    assert files <= 0, f"this machine has {files:,} files less than a large job needs"
    for number in range(-(-size // FILM)):
        (source / f"film-{number}.bin").write_bytes(os.urandom(FILM))
    for number in range(20):
        database(source / f"{number}.sqlite", 5_000)


def real_files() -> Iterator[Path]:
    """Yield the regular files of this machine that may serve as somebody's data."""
    for place in PLACES:
        yield from (path for path in sorted(place.rglob("*")) if path.is_file() and not path.is_symlink())


def edit(source: Path, number: int) -> None:
    """Change, remove and add files, as a day does."""
    files = sorted(path for path in (source / "usr").rglob("*") if path.is_file())
    for path in files[number :: EVERY * INCREMENTALS]:
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[::-1] + b"edited")
    for path in files[number + 50 :: EVERY * INCREMENTALS]:
        path.unlink()
    write(source / f"new/{number}/letter.txt", f"Dear all,\n{number}\n" * 500)
    database(source / f"{number}.sqlite", 100)


@contextlib.contextmanager
def postgres(run: LabelledRun) -> Iterator[Callable[[Path, int], None]]:
    """Give what writes to a running PostgreSQL, and copies its files and a dump of it to a source."""
    with (
        tempfile.TemporaryDirectory(prefix="dv-") as scratch,
        contextlib.closing(local_host(f"{scratch}/here")) as here,
        sealed_host(run, here, "embedded") as host,
    ):
        server = Postgres(host)
        programs = next(iter(server.programs.values()))
        with server._folder() as folder:
            assert server._run(f"{programs}/initdb", "-D", f"{folder}/data", "-U", "jill", "--locale=C").returncode == 0
            server._configure(folder)
            reach = ("-h", folder, "-U", "jill")

            def query(sql: str, database: str = "shop") -> None:
                done = server._run(f"{programs}/psql", "-X", "-q", *reach, "-d", database, stdin=sql.encode())
                assert done.returncode == 0, done.stderr

            def take(source: Path, number: int) -> None:
                query(f"INSERT INTO rows VALUES ('the row of point {number}'); CHECKPOINT;")  # noqa: S608
                (source / "shop.sql").write_bytes(server._run(f"{programs}/pg_dump", *reach, "shop").stdout)
                shutil.rmtree(source / "postgres", ignore_errors=True)
                host.stream_out(f"{folder}/data", source / "postgres")

            with server._server(programs, folder) as trouble:
                assert trouble == ""
                query("CREATE DATABASE shop;", "postgres")
                query("CREATE TABLE rows AS SELECT 'row ' || generate_series(1, 20000) AS name;")
                yield take
        wipe(f"{scratch}/here")
