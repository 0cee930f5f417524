"""What is restored: compared, named where it differs, given to the owner's own tests, and proven night by night."""

import re
import shlex
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from sites import HEALTHY, Site

from verify.detection.catalogue import program
from verify.lab.client.provision import provision_duplicity


@pytest.mark.parametrize("saboteur", ["flip-a-bit", "drop-a-file", "lose-a-mode-bit"])
def test_a_restore_that_gives_something_else_names_the_path(site: Site, tmp_path: Path, saboteur: str) -> None:
    report = site.drill(
        site.env_file(HEALTHY), sabotaged(saboteur, tmp_path), "-k", "comes_back or opened", report=tmp_path / "report"
    )
    assert (report.code, report.failed) == (1, {"sample-restores"}), report.said
    hits = (tmp_path / "notes").read_text().splitlines()
    hit = unquote(hits[0].removeprefix("hit ")).rpartition("/newest/")[2]
    assert hit in {found["path"] for found in report.json["findings"]}


def test_a_full_restore_that_gives_something_else_is_told(site: Site, tmp_path: Path) -> None:
    command = sabotaged("flip-a-bit", tmp_path)
    report = site.drill(site.env_file(HEALTHY), command, "--full-restore", "-k", "comes_back", report=tmp_path)
    assert (report.code, "full-restore" in report.failed) == (1, True), report.said


def test_a_duplicity_that_sees_other_points_than_lie_there_is_told(site: Site, tmp_path: Path) -> None:
    command = sabotaged("list-the-newest-later", tmp_path)
    report = site.drill(site.env_file(HEALTHY), command, "-k", "points_that_lie_there", report=tmp_path)
    assert (report.code, "duplicity-agrees" in report.failed) == (1, True), report.said


def sabotaged(saboteur: str, folder: Path) -> str:
    """Given a saboteur of the catalogue, return the option that puts it in duplicity's place."""
    real = provision_duplicity().command
    words = [sys.executable, str(program()), "command", saboteur, str(folder / "notes"), str(folder), *real, "--"]
    return stand_in(folder, shlex.join(words) + ' "$@"')


def stand_in(folder: Path, script: str) -> str:
    """Return the option that has a shell script in duplicity's place."""
    program = folder / "duplicity"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"--duplicity-command={program}"


def test_what_must_be_restored_is_named_where_it_is_not_in_the_backup(site: Site, tmp_path: Path) -> None:
    policy = tmp_path / "duplicity-verify.toml"
    policy.write_text('must_restore = ["config/traefik/traefik.yml", "config/gone.yml"]\nrestore_samples = 1\n')
    for report in site.drills(site.env_file(HEALTHY), f"--policy={policy}", report=tmp_path):
        assert report.only_finding("sample-restores")["path"] == "config/gone.yml"


OWN_TESTS = """
def test_a_restored_file_says_what_it_should(restored):
    assert "entryPoints" in (restored / "config/traefik/traefik.yml").read_text()


def test_an_older_point_has_the_older_letter(backup):
    assert len(backup.points) == 4
    assert "documents/2026/letter.txt" in backup.listing
    assert "once more" not in backup.restore("documents/2026/letter.txt", at=backup.points[0]).read_text()


def test_what_does_not_hold(restored):
    assert (restored / "no such file").exists(), "it is not there"
"""


def test_the_owners_own_tests_run_on_what_was_restored(site: Site, tmp_path: Path) -> None:
    own = tmp_path / "test_own.py"
    own.write_text(OWN_TESTS)
    policy = tmp_path / "duplicity-verify.toml"
    policy.write_text('must_restore = ["config/traefik/traefik.yml"]\nrestore_samples = 1\n')
    options = (f"--policy={policy}", "--keep", str(own))
    for report in site.drills(site.env_file(HEALTHY), *options, report=tmp_path / "report"):
        found = report.only_finding("own-assertions")
        assert "test_what_does_not_hold passes" in found["expected"]
        assert found["got"].startswith("AssertionError: it is not there")
        assert str(own) in found["reproduce"]
    kept = [path / "config/traefik/traefik.yml" for path in (tmp_path / "report").glob("*/drill/kept-*")]
    assert kept
    assert all(path.is_file() for path in kept)


def test_night_by_night_all_volumes_are_proven_under_a_budget(site: Site, tmp_path: Path) -> None:
    env_file, nights = site.env_file(HEALTHY), []
    while not nights or nights[-1][0] < nights[-1][1]:
        report = site.drill(env_file, "-k", "volumes_hash", "--budget=4MB", report=tmp_path)
        report.must_be_proven()
        (check,) = (each for each in report.json["checks"] if each["id"] == "volumes-intact")
        nights.append(coverage_of(check["said"]))
        assert len(nights) < 10, nights
    assert len(nights) > 1, nights
    proven = [each for each, _ in nights]
    assert proven == sorted(set(proven)), nights  # more every night, and never one twice before all are proven once


def coverage_of(said: str) -> tuple[int, int]:
    """Return how many volumes are proven, of how many, by what the check says."""
    if found := re.search(r"([\d,]+) of ([\d,]+) volumes proven so far", said):
        return tuple(int(number.replace(",", "")) for number in found.groups())  # type: ignore[return-value]
    found = re.search(r"100 % of ([\d,]+) volumes proven within 1 day", said)
    assert found, said
    return (int(found[1]),) * 2
