"""What happens to backups happens to those of a job as large as real ones, with a PostgreSQL that ran meanwhile."""

import dataclasses
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from large_job import BYTES, FILES, INCREMENTALS, PREFIX, VOLUME, take_points
from misfortunes import (
    WITHOUT_VOLUMES,
    damaged,
    must_only_read,
    must_say_that_it_is_dead,
    must_say_that_there_is_none_yet,
    newest_is_lost,
)
from planting import DAY, remembered
from sites import Report, Site

from verify.lab.hosts.runs import LabelledRun

SMALL = (500, 15_000_000, 2)  # files, bytes and incrementals by day
by_night = pytest.mark.nightly(reason="the job has 30,000 files; by day the same happens to a small one")
POLICY = """
must_restore = ["shop.sql", "postgres/PG_VERSION", "0.sqlite"]
max_restore_time = "2h"
price_per_gb = 0.02
"""
OWN_TESTS = """
def test_the_newest_rows_are_in_the_dump(restored):
    assert "the row of point {newest}" in (restored / "shop.sql").read_text()


def test_every_point_is_there(backup):
    assert len(backup.points) == {newest} + 1
"""


@pytest.fixture(scope="module")
def large(
    site: Site, run: LabelledRun, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A large job on the same MinIO; by day a small one, with a PostgreSQL all the same."""
    by_night = request.config.option.profile == "nightly"
    made = dataclasses.replace(site, folder=tmp_path_factory.mktemp("large"), volume_size=VOLUME if by_night else 2)
    take_points(made, run, *((FILES, BYTES, INCREMENTALS) if by_night else SMALL))
    yield made
    shutil.rmtree(made.folder)


def test_everything_comes_back_and_all_of_it_is_told(large: Site, tmp_path: Path) -> None:
    for runtime in large.runtimes:
        remembered(large, tmp_path / "report" / runtime, PREFIX, newest=time.time() - 3 * DAY)
    (tmp_path / "duplicity-verify.toml").write_text(POLICY)
    (tmp_path / "test_own.py").write_text(OWN_TESTS.format(newest=INCREMENTALS if large.by_night else SMALL[2]))
    options = (
        f"--policy={tmp_path}/duplicity-verify.toml",
        "--budget=10GB",
        "--full",
        "--full-restore",
        str(tmp_path / "test_own.py"),
    )
    for report in large.drills(large.env_file(PREFIX), *options, report=tmp_path / "report"):
        report.must_be_proven()
        assert set(report.outcomes.values()) == {"proven"}, report.said


@by_night
@pytest.mark.parametrize("damage", ["lost", "cut", "flipped"])
def test_damage_to_one_of_its_volumes_is_named(large: Site, tmp_path: Path, damage: str) -> None:
    name = damaged(large, damage, damage, of=PREFIX, volume="duplicity-full*.vol3.*")
    check = "chain-complete" if damage == "lost" else "volumes-intact"
    options = ("--budget=3GB", "--restore-samples=4")
    for report in large.drills(large.env_file(damage), *options, report=tmp_path):
        assert report.only_finding(check)["path"] == name


@by_night
def test_a_day_without_a_backup_is_not_fresh(large: Site, tmp_path: Path) -> None:
    newest_is_lost(large, "late", of=PREFIX)
    for report in without_volumes(large, "late", "--max-age=20h", report=tmp_path):
        assert report.only_finding("fresh")


@by_night
def test_lost_signatures_are_named(large: Site, tmp_path: Path) -> None:
    name = next(name for name in reversed(large.copy("unsigned", of=PREFIX)) if "new-signatures" in name)
    large.remove("unsigned", name)
    for report in without_volumes(large, "unsigned", report=tmp_path):
        assert report.only_finding("signatures-complete")["path"] == name


@by_night
def test_a_wrong_passphrase_opens_nothing(large: Site, tmp_path: Path) -> None:
    for report in without_volumes(large, PREFIX, report=tmp_path, PASSPHRASE="a wrong one"):
        assert report.only_finding("passphrase-opens")


@by_night
def test_a_folder_that_the_job_left_out_is_missing(large: Site, tmp_path: Path) -> None:
    large.copy("without", of=PREFIX)
    large.back_up("without", "--exclude", f"{large.source}/new")
    for report in without_volumes(large, "without", report=tmp_path):
        assert report.only_finding("expected-paths")["path"] == "new"


@by_night
def test_an_empty_mount_is_an_empty_point(large: Site, tmp_path: Path) -> None:
    large.copy("unmounted", of=PREFIX)
    (tmp_path / "mount").mkdir()
    large.back_up("unmounted", source=tmp_path / "mount")
    for report in without_volumes(large, "unmounted", report=tmp_path):
        assert report.only_finding("not-shrunken")["got"].startswith("none at all")


@by_night
def test_a_user_who_may_only_get_and_list_can_drill_and_nothing_is_written(large: Site, tmp_path: Path) -> None:
    must_only_read(large, PREFIX, "--budget=3GB", "--restore-samples=4", report=tmp_path)


@by_night
def test_a_dead_store_is_no_verdict(large: Site, tmp_path: Path) -> None:
    must_say_that_it_is_dead(large, report=tmp_path)


@by_night
def test_no_backup_yet_is_told_apart_from_a_broken_one(large: Site, tmp_path: Path) -> None:
    must_say_that_there_is_none_yet(large, report=tmp_path)


def without_volumes(large: Site, prefix: str, *options: str, report: Path, **changed: str) -> Iterator[Report]:
    """Run the checks that download no volume, in each runtime."""
    return large.drills(large.env_file(prefix, **changed), "-k", WITHOUT_VOLUMES, *options, report=report)
