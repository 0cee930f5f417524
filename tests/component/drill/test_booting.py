"""Restored PostgreSQL, real ones: data directories started, dumps loaded, and those that do not come up."""

import contextlib
import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.drill.contents.booting import Postgres
from verify.drill.contents.databases import Cluster, clusters_in, dump_at, dumps_in
from verify.drill.contents.sealed import sealed_host
from verify.errors import NotProvenError
from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import open_run
from verify.lab.hosts.runtime import engine
from verify.onsite.tree_files import wipe

ROWS = 500
TABLE = f"CREATE TABLE things AS SELECT generate_series(1, {ROWS}) AS number;"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """This machine where it has a PostgreSQL, else a container that has one."""
    # Not pytest's own folder, which only its user may enter, and the server is somebody else.
    with tempfile.TemporaryDirectory(prefix="dv-") as scratch:
        try:
            with (
                open_run() as run,
                contextlib.closing(local_host(f"{scratch}/here")) as here,
                sealed_host(run, here, "embedded") as found,
            ):
                yield found
        except NotProvenError as error:
            pytest.skip(str(error))
        wipe(f"{scratch}/here")


@pytest.fixture(scope="module")
def postgres(host: Host) -> Postgres:
    return Postgres(host)


@pytest.fixture(scope="module")
def made(postgres: Postgres, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data directory, and dumps of it."""
    root = tmp_path_factory.mktemp("made")
    programs = next(iter(postgres.programs.values()))
    with postgres._folder() as folder:
        assert postgres._run(f"{programs}/initdb", "-D", f"{folder}/data", "-U", "jack", "--locale=C").returncode == 0
        postgres._configure(folder)
        with postgres._server(programs, folder) as trouble:
            assert trouble == ""
            sql = f"CREATE DATABASE shop; \\c shop\n {TABLE} CHECKPOINT;"  # which the log does not reach behind
            reach = ("-h", folder, "-U", "jack")
            filled = postgres._run(f"{programs}/psql", "-X", "-q", *reach, "-d", "postgres", stdin=sql.encode())
            assert filled.returncode == 0, filled.stderr
            plain = postgres._run(f"{programs}/pg_dump", *reach, "shop").stdout
            custom = postgres._run(f"{programs}/pg_dump", *reach, "-Fc", "shop").stdout
            host.stream_out(f"{folder}/data", root / "running")  # as a backup of a running server's files
        host.stream_out(f"{folder}/data", root / "cluster")
    (root / "shop.sql").write_bytes(plain)
    (root / "shop.sql.gz").write_bytes(gzip.compress(plain))
    (root / "shop.dump").write_bytes(custom)
    return root


def test_data_directories_and_dumps_are_found(made: Path, postgres: Postgres) -> None:
    major = next(iter(postgres.programs))
    assert [each for each in clusters_in(made) if each.path.name == "cluster"] == [Cluster(made / "cluster", major)]
    found = {each.path.name: (each.custom, each.whole) for each in dumps_in(made)}
    assert found == {"shop.sql": (False, True), "shop.sql.gz": (False, True), "shop.dump": (True, True)}


def test_a_data_directory_starts_and_all_of_it_is_read(made: Path, postgres: Postgres) -> None:
    (cluster,) = (each for each in clusters_in(made) if each.path.name == "cluster")
    booted = postgres.boot(cluster, made)
    assert (booted.findings, booted.said) == ((), f"cluster: 2 databases, 1 tables and {ROWS} rows read")


def test_a_running_servers_files_are_recovered_and_left_as_they_were(made: Path, postgres: Postgres) -> None:
    (cluster,) = (each for each in clusters_in(made) if each.path.name == "running")
    before = sorted(str(path) for path in cluster.path.rglob("*"))
    assert (cluster.path / "postmaster.pid").exists()
    booted = postgres.boot(cluster, made)
    assert booted.findings == ()
    assert sorted(str(path) for path in cluster.path.rglob("*")) == before


def test_a_data_directorys_own_settings_do_not_count(made: Path, postgres: Postgres, tmp_path: Path) -> None:
    shutil.copytree(made / "cluster", tmp_path / "cluster", symlinks=True)
    for name in ("postgresql.conf", "postgresql.auto.conf"):
        (tmp_path / "cluster" / name).write_text("listen_addresses = '*'\nshared_preload_libraries = 'of_elsewhere'\n")
    assert postgres.boot(next(clusters_in(tmp_path)), tmp_path).findings == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="a network of one's own takes root")
def test_what_is_booted_has_a_network_of_its_own(postgres: Postgres) -> None:
    seen = postgres._run("cat", "/proc/net/dev").stdout.decode().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in seen] == ["lo"]


@pytest.mark.parametrize("damage", ["control", "table"])
def test_a_damaged_data_directory_does_not_come_up(made: Path, postgres: Postgres, tmp_path: Path, damage: str) -> None:
    shutil.copytree(made / "cluster", tmp_path / "cluster", symlinks=True)
    if damage == "control":
        control = tmp_path / "cluster/global/pg_control"
        control.write_bytes(bytes(len(control.read_bytes())))
    else:
        for table in (tmp_path / "cluster/base").rglob("*"):
            if table.is_file() and table.name.isdigit() and int(table.name) >= 16_384:
                table.write_bytes(b"\xff" * table.stat().st_size)
    (cluster,) = clusters_in(tmp_path)
    (finding,) = postgres.boot(cluster, tmp_path).findings
    assert (finding.check, finding.path) == ("database-boots", "cluster")


def test_a_version_that_is_not_here_proves_nothing(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(NotProvenError, match="PostgreSQL 3 is not here to boot it with"):
        postgres.boot(Cluster(tmp_path, "3"), tmp_path)


@pytest.mark.parametrize("name", ["shop.sql", "shop.sql.gz", "shop.dump"])
def test_a_dump_is_loaded_and_all_of_it_is_read(made: Path, postgres: Postgres, name: str) -> None:
    dump = dump_at(made / name)
    assert dump is not None
    booted = postgres.load(dump, made)
    assert booted.findings == ()
    assert f"1 tables and {ROWS} rows read" in booted.said


def test_a_dump_that_is_cut_short_is_a_finding(made: Path, postgres: Postgres, tmp_path: Path) -> None:
    whole = (made / "shop.sql").read_bytes()
    (tmp_path / "cut.sql").write_bytes(whole[: len(whole) - 200])
    dump = dump_at(tmp_path / "cut.sql")
    assert dump is not None
    (finding,) = postgres.load(dump, tmp_path).findings
    assert "cut short" in finding.got


def test_a_dump_that_does_not_load_is_a_finding(made: Path, postgres: Postgres, tmp_path: Path) -> None:
    broken = (made / "shop.sql").read_bytes().replace(b"CREATE TABLE", b"CREATE TABEL")
    (tmp_path / "broken.sql").write_bytes(broken)
    dump = dump_at(tmp_path / "broken.sql")
    assert dump is not None
    (finding,) = postgres.load(dump, tmp_path).findings
    assert "syntax error" in finding.got


def test_other_files_are_no_dumps(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE a (b int);\n")
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"-- PostgreSQL database dump"))
    assert list(dumps_in(tmp_path)) == []


@pytest.mark.skipif(not engine().ok, reason="no Docker engine answers")
def test_in_a_container_nothing_gets_out_and_a_dump_is_loaded(made: Path) -> None:
    dump = dump_at(made / "shop.sql")
    assert dump is not None
    with (
        open_run() as run,
        contextlib.closing(local_host(run.scratch / "here")) as here,
        sealed_host(run, here, "docker") as sealed,
    ):
        assert sealed.run(["ls", "/sys/class/net"]).stdout.split() == [b"lo"]
        booted = Postgres(sealed).load(dump, made)
    assert booted.findings == ()
    assert f"1 tables and {ROWS} rows read" in booted.said
