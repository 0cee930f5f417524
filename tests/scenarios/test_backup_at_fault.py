"""Each misfortune that a backup can meet gives a drill its own finding, and no other; a healthy one gives none."""

import time
from pathlib import Path

import pytest
from misfortunes import WITHOUT_VOLUMES, damaged, must_say_that_there_is_none_yet, newest_is_lost
from planting import DAY, SETTLED, remembered
from sites import HEALTHY, Site

POLICY = """
must_restore = ["config/traefik/traefik.yml"]
max_restore_time = "1h"
price_per_gb = 0.02
"""
ALL = ("--full", "--full-restore")
FEW = ("--restore-samples=4",)  # where a damage keeps a restore from giving all at once
READING = "volumes_hash or every_volume or put_together or changed_since"
METADATA = ("-k", WITHOUT_VOLUMES)  # where the volumes are those of the healthy backup, which others prove


def test_a_healthy_backup_gives_no_finding(site: Site, tmp_path: Path, runtime: str) -> None:
    remembered(site, tmp_path, HEALTHY, newest=time.time() - 3 * DAY)
    policy = tmp_path / "duplicity-verify.toml"
    policy.write_text(POLICY)
    report = site.drill(site.env_file(HEALTHY), f"--policy={policy}", *ALL, report=tmp_path, runtime=runtime)
    report.must_be_proven()
    assert report.outcomes.pop("database-boots") == "not-proven"  # there is none: see test_large_job.py
    assert {id_ for id_, outcome in report.outcomes.items() if outcome != "proven"} == {"database-boots"}
    assert report.markdown.startswith("## ✓ PROVEN: this backup comes back")
    assert not list(tmp_path.rglob("*-aside"))  # the archive that other points were listed by


def test_a_stale_backup_is_not_fresh(site: Site, tmp_path: Path) -> None:
    newest_is_lost(site, "stale")
    for report in site.drills(site.env_file("stale"), "--max-age=20h", *METADATA, report=tmp_path):
        assert "a point of the last 20.0 h" in report.only_finding("fresh")["expected"]


def test_a_job_that_did_not_run_since_the_last_drill_is_found(site: Site, tmp_path: Path) -> None:
    newest_is_lost(site, "idle")
    env_file = site.env_file("idle")
    remembered(site, tmp_path, "idle", newest=time.time())
    report = site.drill(env_file, *METADATA, report=tmp_path)
    assert "none since" in report.only_finding("job-ran")["got"]


@pytest.mark.parametrize(("of", "volume"), [("full", "vol2"), ("inc", "vol1")])
def test_a_lost_volume_is_named(site: Site, tmp_path: Path, of: str, volume: str) -> None:
    prefix = f"lost-{of}"
    name = damaged(site, prefix, "lost", volume=f"duplicity-{of}*.{volume}.*")
    for report in site.drills(site.env_file(prefix), *FEW, report=tmp_path):
        assert report.only_finding("chain-complete")["path"] == name


def test_a_backup_in_a_folder_is_looked_at_as_one_in_a_store(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in site.names(HEALTHY):
        (folder / name).write_bytes(site.read(HEALTHY, name))
    lost = next(path for path in folder.glob("duplicity-full*.vol1.*"))
    lost.unlink()
    for report in site.drills(site.env_file("folder", DST=f"file://{folder}"), *FEW, report=tmp_path):
        assert report.only_finding("chain-complete")["path"] == lost.name


def test_a_cut_volume_hashes_otherwise(site: Site, tmp_path: Path) -> None:
    name = damaged(site, "cut", "cut")
    for report in site.drills(site.env_file("cut"), *FEW, report=tmp_path):
        assert report.only_finding("volumes-intact")["path"] == name


def test_a_cut_volume_has_another_size_than_the_last_drill_saw(site: Site, tmp_path: Path) -> None:
    site.copy("shorter")
    env_file = site.env_file("shorter")
    for report in site.drills(env_file, "-k", "answers", report=tmp_path):
        report.must_be_proven()
    name = damaged(site, "shorter", "cut")
    for report in site.drills(env_file, *FEW, report=tmp_path):
        assert report.only_finding("chain-complete")["path"] == name


def test_a_flipped_bit_is_found(site: Site, tmp_path: Path) -> None:
    name = damaged(site, "flipped", "flipped")
    for report in site.drills(site.env_file("flipped"), *FEW, report=tmp_path):
        assert report.only_finding("volumes-intact")["path"] == name


def test_a_flipped_bit_that_no_sample_reaches_is_found_by_reading_every_byte(site: Site, tmp_path: Path) -> None:
    name = damaged(site, "deep", "flipped", volume="duplicity-full*.vol2.*")
    for report in site.drills(site.env_file("deep"), "--full", "--budget=1kB", "-k", READING, report=tmp_path):
        found = report.only_finding("every-byte")
        assert (found["path"], "where its manifest says" in found["got"]) == (name, True)
        assert {report.outcomes[id_] for id_ in ("points-whole", "content-as-source")} == {"not-proven"}


@pytest.mark.parametrize("of", ["full", "new"])
def test_lost_signatures_are_named(site: Site, tmp_path: Path, of: str) -> None:
    prefix = f"signatures-{of}"
    name = next(name for name in reversed(site.copy(prefix)) if f"duplicity-{of}-signatures" in name)
    site.remove(prefix, name)
    for report in site.drills(site.env_file(prefix), *METADATA, report=tmp_path):
        assert report.only_finding("signatures-complete")["path"] == name


def test_a_wrong_passphrase_opens_nothing(site: Site, tmp_path: Path) -> None:
    site.copy("locked")
    for report in site.drills(site.env_file("locked", PASSPHRASE="a wrong one"), report=tmp_path):
        assert "find the passphrase" in report.only_finding("passphrase-opens")["hint"]
        assert {report.outcomes[id_] for id_ in ("expected-paths", "chain-complete")} == {"not-proven"}
        assert "a wrong one" not in report.said + report.markdown


def test_a_folder_that_the_job_left_out_since_last_week_is_missing(site: Site, tmp_path: Path) -> None:
    site.copy("excluded")
    site.back_up("excluded", "--exclude", f"{site.source}/documents")
    for report in site.drills(site.env_file("excluded"), *METADATA, report=tmp_path):
        found = report.only_finding("expected-paths")
        assert found["path"] == "documents"
        assert "3 paths in it" in found["got"]


def test_an_empty_mount_is_an_empty_point(site: Site, tmp_path: Path) -> None:
    site.copy("empty")
    (tmp_path / "mount").mkdir()
    site.back_up("empty", source=tmp_path / "mount")
    for report in site.drills(site.env_file("empty"), *METADATA, report=tmp_path):
        assert report.only_finding("not-shrunken")["got"].startswith("none at all")


def test_no_backup_yet_is_told_apart_from_a_broken_one(site: Site, tmp_path: Path) -> None:
    must_say_that_there_is_none_yet(site, report=tmp_path)


def test_a_backup_that_is_gone_is_told_apart_from_none_yet(site: Site, tmp_path: Path) -> None:
    names = site.copy("gone")
    for report in site.drills(site.env_file("gone"), "-k", "there_is_a", report=tmp_path):
        report.must_be_proven()
    for name in names:
        site.remove("gone", name)
    for report in site.drills(site.env_file("gone"), report=tmp_path):
        assert "there was one when the last drill looked" in report.only_finding("backup-exists")["hint"]


def test_a_torn_database_is_found_by_opening_it(site: Site, tmp_path: Path) -> None:
    site.copy("torn")
    whole = (site.source / "app.sqlite").read_bytes()
    with site.workbench() as folder:
        (folder / "torn.sqlite").write_bytes(whole[:4096] + bytes(4096) + whole[8192:])
        time.sleep(SETTLED)
        site.back_up("torn")
        for report in site.drills(site.env_file("torn"), "--full-restore", report=tmp_path):
            assert report.only_finding("contents-usable")["path"] == "workbench/torn.sqlite"
