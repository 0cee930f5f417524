"""Each of several stores behind one URL is looked at alone; what a mirror lost or changed is named with the mirror."""

import contextlib
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kind_bench import cannot_serve, served
from packaging.version import Version
from several import RELEASE, Several, only_finding, outcomes_of

from verify.lab.client.provision import minio_binary, provision_duplicity
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.hosts.runtime import engine
from verify.lab.stores.minio import start_minio
from verify.lab.stores.store import Store
from verify.secret import Secret

LOOKED_AT = ("destination-reachable", "chain-complete", "volumes-intact", "signatures-complete", "sample-restores")


def stores_below(folder: Path, number: int = 2) -> list[Path]:
    stores = [folder / f"store-{each}" for each in range(1, number + 1)]
    for each in stores:
        each.mkdir(parents=True)
    return stores


def over(folder: Path, stores: list[Path], mode: str = "mirror") -> Several:
    return Several(folder, [(f"file://{each}", {}) for each in stores], mode)


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Several:
    """Two mirrors, each a folder, with a full and an incremental of two volumes."""
    folder = tmp_path_factory.mktemp("mirrored")
    several = over(folder, stores_below(folder))
    several.back_up()
    return several


@pytest.fixture
def mirrors(mirrored: Several) -> Iterator[list[Path]]:
    """The mirrors, which a test may change."""
    stores = [Path(url.removeprefix("file://")) for url, _ in mirrored.stores]
    for each in stores:
        shutil.copytree(each, f"{each}.before")
    yield stores
    for each in stores:
        shutil.rmtree(each, ignore_errors=True)
        Path(f"{each}.before").rename(each)


def volume_in(folder: Path, name: str = "full.*.vol1") -> Path:
    (found,) = folder.glob(f"duplicity-{name}.difftar*")
    return found


def lose(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


NIGHTLY = pytest.mark.nightly(reason="by day one harm is tried: what is said of the others comes from the same code")
BY_NIGHT = (pytest.param(lose, marks=NIGHTLY), pytest.param(cut, marks=NIGHTLY))


def test_whole_mirrors_are_proven_each(mirrored: Several, tmp_path: Path) -> None:
    code, report, said = mirrored.drilled(tmp_path)
    assert code == 0, said
    assert {id_: outcomes_of(report)[id_] for id_ in LOOKED_AT} == dict.fromkeys(LOOKED_AT, "proven"), said
    assert "a look at each of 2 mirrors" in said
    assert "100 % of 8 volumes" in said


@pytest.mark.parametrize("harm", [flip, *BY_NIGHT])
def test_what_is_wrong_in_a_mirror_that_duplicity_does_not_read_is_named(
    mirrored: Several, mirrors: list[Path], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    volume = volume_in(mirrors[1])
    harm(volume)
    code, report, said = mirrored.drilled(tmp_path)
    found = only_finding(code, report, said)
    check = "volumes-intact" if harm is flip else "chain-complete"
    assert (found["check"], found["path"], found["severity"]) == (check, volume.name, "at-risk")
    assert f"mirror 2 (file://{mirrors[1]})" in found["expected"] + found["got"]
    assert f"from mirror 1 (file://{mirrors[0]})" in found["hint"]
    assert outcomes_of(report)["sample-restores"] == "proven"


@pytest.mark.parametrize("harm", [flip, *BY_NIGHT])
def test_what_is_wrong_in_the_mirror_that_duplicity_reads_is_named(
    mirrored: Several, mirrors: list[Path], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    volume = volume_in(mirrors[0])
    harm(volume)
    found = only_finding(*mirrored.drilled(tmp_path))
    check = "volumes-intact" if harm is flip else "chain-complete"
    assert (found["check"], found["path"]) == (check, volume.name)
    assert f"mirror 1 (file://{mirrors[0]})" in found["expected"] + found["got"]
    assert f"from mirror 2 (file://{mirrors[1]})" in found["hint"]
    restored = mirrored.duplicity("restore", mirrored.destination, str(tmp_path / "restored"))
    comes_back = restored.returncode == 0
    assert found["severity"] == ("at-risk" if comes_back else "lost")
    assert comes_back == (harm is lose)


@NIGHTLY
def test_a_volume_that_every_mirror_lost_is_lost(mirrored: Several, mirrors: list[Path], tmp_path: Path) -> None:
    for each in mirrors:
        volume_in(each).unlink()
    found = only_finding(*mirrored.drilled(tmp_path))
    assert (found["check"], found["severity"]) == ("chain-complete", "lost")
    assert "no mirror has it" in found["hint"]


@NIGHTLY
def test_a_mirror_that_is_empty_is_one_finding(mirrored: Several, mirrors: list[Path], tmp_path: Path) -> None:
    for each in mirrors[1].iterdir():
        each.unlink()
    found = only_finding(*mirrored.drilled(tmp_path))
    assert (found["check"], found["severity"]) == ("chain-complete", "at-risk")
    assert "8 of them missing" in found["got"]


@pytest.mark.parametrize("number", [pytest.param(0, marks=NIGHTLY), 1])
def test_a_mirror_that_is_gone_is_one_finding_and_is_not_made(
    mirrored: Several, mirrors: list[Path], tmp_path: Path, number: int
) -> None:
    shutil.rmtree(mirrors[number])
    found = only_finding(*mirrored.drilled(tmp_path))
    assert found["check"] == "destination-reachable"
    assert found["got"].startswith(f"mirror {number + 1} (file://{mirrors[number]})")
    assert not mirrors[number].exists()


@NIGHTLY
def test_a_manifest_that_differs_between_mirrors_is_named(
    mirrored: Several, mirrors: list[Path], tmp_path: Path
) -> None:
    (manifest,) = mirrors[1].glob("duplicity-full.*.manifest*")
    flip(manifest)
    found = only_finding(*mirrored.drilled(tmp_path))
    assert (found["check"], found["path"]) == ("chain-complete", manifest.name)
    assert "mirror 2" in found["got"]


@pytest.fixture
def closed(mirrored: Several, tmp_path: Path) -> Callable[[list[str]], Several]:
    """Give what makes a job with mirrors that nobody can look at: its duplicity is no Python script."""
    if shutil.which("rclone") is None:
        pytest.skip("rclone is not installed: ci/prepare-host does")
    script = tmp_path / "duplicity"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(provision_duplicity(RELEASE).command)} "$@"\n')
    script.chmod(0o755)
    alias = {"RCLONE_CONFIG_LAB_TYPE": "alias", "RCLONE_CONFIG_LAB_REMOTE": "/"}

    def made(urls: list[str]) -> Several:
        stores = [(url, alias if url.startswith("rclone:") else {}) for url in urls]
        return replace(mirrored, folder=tmp_path, stores=stores, command=str(script))

    (tmp_path / "source").symlink_to(mirrored.folder / "source")
    return made


def test_a_mirror_that_nobody_can_look_at_is_not_proven_and_told(
    mirrored: Several, closed: Callable[[list[str]], Several], tmp_path: Path
) -> None:
    (tmp_path / "third").mkdir()
    third = f"rclone://lab:{tmp_path}/third"
    code, report, said = closed([*(url for url, _ in mirrored.stores), third]).drilled(tmp_path / "report")
    assert code == 0, said
    outcomes = outcomes_of(report)
    for id_ in ("destination-reachable", "chain-complete", "volumes-intact"):
        assert outcomes[id_] == "not-proven", said
    assert f"mirror 3 ({third}): rclone:// is looked at through duplicity only" in said


@NIGHTLY
def test_mirrors_that_nobody_can_look_at_prove_no_chain(
    mirrors: list[Path], closed: Callable[[list[str]], Several], tmp_path: Path
) -> None:
    volume_in(mirrors[1]).unlink()
    _, report, said = closed([f"rclone://lab:{each}" for each in mirrors]).drilled(tmp_path / "report")
    assert outcomes_of(report)["chain-complete"] == "not-proven", said
    assert "what one mirror has lost, duplicity lists from another" in said


def test_stripes_are_one_chain_and_the_one_that_lost_a_volume_is_named(tmp_path: Path) -> None:
    stores = stores_below(tmp_path)
    several = over(tmp_path, stores, "stripe")
    several.back_up()
    assert all(len(list(each.iterdir())) == 4 for each in stores)
    code, report, said = several.drilled(tmp_path / "whole", "--full")
    assert code == 0, said
    proven = (*LOOKED_AT, "every-byte", "points-whole")
    assert {id_: outcomes_of(report)[id_] for id_ in proven} == dict.fromkeys(proven, "proven"), said
    lost = next(each for each in stores[1].iterdir() if "full" in each.name and "vol" in each.name)
    lost.unlink()
    found = only_finding(*several.drilled(tmp_path / "lost"))
    assert (found["check"], found["path"], found["severity"]) == ("chain-complete", lost.name, "lost")
    assert f"it lay in stripe 2 (file://{stores[1]})" in found["hint"]


@NIGHTLY
def test_in_a_container_the_stores_and_their_file_are_mounted(
    mirrored: Several, mirrors: list[Path], tmp_path: Path
) -> None:
    if not engine().ok:
        pytest.skip(engine().why)
    volume = volume_in(mirrors[1])
    lose(volume)
    found = only_finding(*mirrored.drilled(tmp_path, runtime="docker"))
    assert (found["check"], found["path"]) == ("chain-complete", volume.name)


def test_the_file_that_names_the_stores_is_read_where_duplicity_runs(mirrored: Several, tmp_path: Path) -> None:
    missing = mirrored.env_file(DST="multi:///no/such/file.json?mode=mirror")
    code, _, said = mirrored.drilled(tmp_path, env_file=missing)
    mirrored.env_file()
    assert code == 2, said
    assert "the stores of DST=multi:///no/such/file.json?mode=mirror cannot be read (No such file or directory)" in said


def other_kind(kind: str, run: LabelledRun, host: Host) -> Store:
    if kind == "minio":
        return start_minio(
            minio_binary() or pytest.skip("there is no MinIO on PATH, nor in the cache"), run, Version(RELEASE)
        )
    if why := cannot_serve(kind):
        pytest.skip(why)
    return served(kind, run, host)


@pytest.mark.parametrize(
    "kind", ["minio", *(pytest.param(each, marks=pytest.mark.nightly(reason="by day S3")) for each in ("ftp", "sftp"))]
)
def test_a_mirror_of_another_kind_is_looked_at_with_its_own_variables(
    kind: str, run: LabelledRun, host: Host, tmp_path: Path
) -> None:
    with contextlib.closing(other_kind(kind, run, host)) as store:
        at = store.new_destination()
        own = {name: value.reveal() if isinstance(value, Secret) else value for name, value in at.env.items()}
        (folder,) = stores_below(tmp_path, 1)
        several = Several(tmp_path, [(f"file://{folder}", {}), (at.url, own)], options=tuple(at.options))
        several.back_up()
        code, report, said = several.drilled(tmp_path / "whole")
        assert code == 0, said
        assert {id_: outcomes_of(report)[id_] for id_ in LOOKED_AT} == dict.fromkeys(LOOKED_AT, "proven"), said
        lost = next(each.name for each in at.objects() if "full" in each.name and "vol1" in each.name)
        at.remove(lost)
        found = only_finding(*several.drilled(tmp_path / "lost"))
        assert (found["check"], found["path"]) == ("chain-complete", lost)
        assert f"mirror 2 ({at.url})" in found["expected"]
    written = "".join(path.read_text() for path in (tmp_path / "lost").rglob("*.json")) + said
    secrets = [value.reveal() for value in at.env.values() if isinstance(value, Secret)]
    assert [secret for secret in secrets if secret in written] == []
