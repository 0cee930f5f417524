"""A job as large as real ones: 30,000 files and more, over 1 GB, with a PostgreSQL that runs while it is backed up.

It takes minutes, so that it is run by name: `uv run pytest tests/scenarios/large_job.py`, as ci/check does.
"""

import contextlib
import dataclasses
import os
import shutil
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from planting import DAY, SETTLED, database, remembered, write
from sites import Report, Site
from test_backup_at_fault import WITHOUT_VOLUMES, damaged, must_say_that_there_is_none_yet, newest_is_lost
from test_reading_only import must_only_read
from test_store_at_fault import must_say_that_it_is_dead

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
POLICY = """
must_restore = ["shop.sql", "postgres/PG_VERSION", "0.sqlite"]
max_restore_time = "2h"
price_per_gb = 0.02
"""
OWN_TESTS = """
def test_the_newest_rows_are_in_the_dump(restored):
    assert "the row of point 5" in (restored / "shop.sql").read_text()


def test_there_are_six_points(backup):
    assert len(backup.points) == 6
"""


@pytest.fixture(scope="module")
def large(site: Site, run: LabelledRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A large job on the same MinIO."""
    made = dataclasses.replace(site, folder=tmp_path_factory.mktemp("large"), volume_size=VOLUME)
    take_points(made, run)
    yield made
    shutil.rmtree(made.folder)


def take_points(site: Site, run: LabelledRun, files: int = FILES, size: int = BYTES) -> None:
    """Fill a job's source, and take its points: one full backup, then incrementals, with edits before each."""
    fill(site.source, files, size)
    with postgres(run) as shop:
        now = time.time()
        for number in range(INCREMENTALS + 1):
            if number:
                edit(site.source, number)
            shop(site.source, number)
            newest = number == INCREMENTALS
            time.sleep(SETTLED if newest else 0)
            site.back_up(PREFIX, at=None if newest else now - (INCREMENTALS - number) * DAY)


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


def test_everything_comes_back_and_all_of_it_is_told(large: Site, tmp_path: Path) -> None:
    for runtime in large.runtimes:
        remembered(tmp_path / "report" / runtime, PREFIX, newest=time.time() - 3 * DAY)
    (tmp_path / "duplicity-verify.toml").write_text(POLICY)
    (tmp_path / "test_own.py").write_text(OWN_TESTS)
    options = (f"--policy={tmp_path}/duplicity-verify.toml", "--budget=10GB", "--full", str(tmp_path / "test_own.py"))
    for report in large.drills(large.env_file(PREFIX), *options, report=tmp_path / "report"):
        report.must_be_proven()
        assert set(report.outcomes.values()) == {"proven"}, report.said


@pytest.mark.parametrize("damage", ["lost", "cut", "flipped"])
def test_damage_to_one_of_its_volumes_is_named(large: Site, tmp_path: Path, damage: str) -> None:
    name = damaged(large, damage, damage, of=PREFIX, volume="duplicity-full*.vol3.*")
    check = "chain-complete" if damage == "lost" else "volumes-intact"
    options = ("--budget=3GB", "--restore-samples=4")
    for report in large.drills(large.env_file(damage), *options, report=tmp_path):
        assert report.only_finding(check)["path"] == name


def test_a_day_without_a_backup_is_not_fresh(large: Site, tmp_path: Path) -> None:
    newest_is_lost(large, "late", of=PREFIX)
    for report in without_volumes(large, "late", "--max-age=20h", report=tmp_path):
        assert report.only_finding("fresh")


def test_lost_signatures_are_named(large: Site, tmp_path: Path) -> None:
    name = next(name for name in reversed(large.copy("unsigned", of=PREFIX)) if "new-signatures" in name)
    large.remove("unsigned", name)
    for report in without_volumes(large, "unsigned", report=tmp_path):
        assert report.only_finding("signatures-complete")["path"] == name


def test_a_wrong_passphrase_opens_nothing(large: Site, tmp_path: Path) -> None:
    for report in without_volumes(large, PREFIX, report=tmp_path, PASSPHRASE="a wrong one"):
        assert report.only_finding("passphrase-opens")


def test_a_folder_that_the_job_left_out_is_missing(large: Site, tmp_path: Path) -> None:
    large.copy("without", of=PREFIX)
    large.back_up("without", "--exclude", f"{large.source}/new")
    for report in without_volumes(large, "without", report=tmp_path):
        assert report.only_finding("expected-paths")["path"] == "new"


def test_an_empty_mount_is_an_empty_point(large: Site, tmp_path: Path) -> None:
    large.copy("unmounted", of=PREFIX)
    (tmp_path / "mount").mkdir()
    large.back_up("unmounted", source=tmp_path / "mount")
    for report in without_volumes(large, "unmounted", report=tmp_path):
        assert report.only_finding("not-shrunken")["got"].startswith("none at all")


def test_a_user_who_may_only_get_and_list_can_drill_and_nothing_is_written(large: Site, tmp_path: Path) -> None:
    must_only_read(large, PREFIX, "--budget=3GB", "--restore-samples=4", report=tmp_path)


def test_a_dead_store_is_no_verdict(large: Site, tmp_path: Path) -> None:
    must_say_that_it_is_dead(large, report=tmp_path)


def test_no_backup_yet_is_told_apart_from_a_broken_one(large: Site, tmp_path: Path) -> None:
    must_say_that_there_is_none_yet(large, report=tmp_path)


def without_volumes(large: Site, prefix: str, *options: str, report: Path, **changed: str) -> Iterator[Report]:
    """Run the checks that download no volume, in each runtime."""
    return large.drills(large.env_file(prefix, **changed), "-k", WITHOUT_VOLUMES, *options, report=report)
