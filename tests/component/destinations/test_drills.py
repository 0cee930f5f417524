"""A drill at each kind of destination proves what it proves on S3, and names what is lost or changed there."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bridge import bridge
from kind_bench import Bench, planted
from kinds import needed, rsyncd
from sites import CANNOT_RUN

from verify.lab.hosts.runs import LabelledRun
from verify.lab.hosts.runtime import engine

PROVEN = {
    "scheme-supported", "destination-reachable", "backup-exists", "passphrase-opens", "duplicity-agrees", "fresh",
    "chain-complete", "signatures-complete", "volumes-intact", "sample-restores",
}  # fmt: skip
BY_DAY = "sftp"  # the kind that the damage is tried on by day


@pytest.fixture
def by_night(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.option.profile == "nightly")


def drilled(env_file: Path, folder: Path, runtime: str = "embedded") -> tuple[int, dict[str, Any], str]:
    """Drill; return the exit code, the report, and what was printed."""
    words = ["drill", "--env-file", str(env_file), f"--runtime={runtime}", "--report-dir", str(folder)]
    argv = [sys.executable, "-m", "verify.cli", *words, "--max-age=100000d"]  # the bench has chosen when it was taken
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    said = done.stdout + done.stderr
    return done.returncode, json.loads((folder / "report.json").read_text()), said


def only_finding(code: int, report: dict[str, Any], said: str) -> dict[str, Any]:
    assert code == 1, said
    (found,) = report["findings"]
    assert isinstance(found, dict)
    return found


def first_volume(folder: Path) -> Path:
    return min(path for path in folder.iterdir() if "difftar" in path.name)


def lose(folder: Path) -> Path:
    volume = first_volume(folder)
    volume.unlink()
    return volume


def cut(folder: Path) -> Path:
    volume = first_volume(folder)
    volume.write_bytes(volume.read_bytes()[:-1])
    return volume


def flip(folder: Path) -> Path:
    volume = first_volume(folder)
    data = bytearray(volume.read_bytes())
    data[len(data) // 2] ^= 1
    volume.write_bytes(data)
    return volume


def test_a_healthy_backup_is_proven(bench: Bench, tmp_path: Path) -> None:
    code, report, said = drilled(bench.env_file("healthy"), tmp_path)
    assert code == 0, said
    outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
    assert {each for each in PROVEN if outcomes[each] != "proven"} == set(), said


@pytest.mark.parametrize("harm", [lose, cut, flip])
def test_a_volume_that_is_lost_or_changed_is_named(
    bench: Bench, copy: Callable[[str], Path], tmp_path: Path, harm: Callable[[Path], Path], by_night: bool
) -> None:
    if bench.served.kind != BY_DAY and not by_night:
        pytest.skip(f"by night: by day the damage is tried on {BY_DAY}")
    harmed = harm(copy("harmed"))
    found = only_finding(*drilled(bench.env_file("harmed"), tmp_path))
    check = "chain-complete" if harm is lose else "volumes-intact"
    assert (found["check"], found["path"]) == (check, harmed.name)


def test_in_a_container_both_the_look_and_the_restore_are_made_from_there(run: LabelledRun, tmp_path: Path) -> None:
    if why := needed("rsync") or ("" if engine().ok else engine().why):
        pytest.skip(why)
    with rsyncd(run, tmp_path / "server", bridge()) as served:
        bench = planted(Bench(served, tmp_path, run))
        code, report, said = drilled(bench.env_file("healthy"), tmp_path, "docker")
    assert code == 0, said
    outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
    assert (outcomes["destination-reachable"], outcomes["sample-restores"]) == ("proven", "proven")


def test_a_mistyped_destination_is_found_and_stays_missing(bench: Bench, tmp_path: Path, by_night: bool) -> None:
    if bench.served.kind != BY_DAY and not by_night:
        pytest.skip(f"by night: by day it is tried on {BY_DAY}, and what looks on each kind")
    found = only_finding(*drilled(bench.env_file("mistyped"), tmp_path))
    assert found["check"] == "destination-reachable"
    assert not bench.served.place("mistyped").exists()


def test_a_program_that_is_missing_is_no_verdict(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = {"ftp": "lftp", "rsync": "rsync", "rclone": "rclone"}
    if bench.served.kind not in programs:
        pytest.skip(f"{bench.served.kind} needs no program")
    without = tmp_path / "bin"
    without.mkdir()
    for name in ("gpg", "gpg-agent", "gpgconf", "sh", "python3", "env", "cp", "rm", "head", "cat"):
        there = subprocess.run(["which", name], check=False, capture_output=True, text=True).stdout.strip()
        if there:
            (without / name).symlink_to(there)
    monkeypatch.setenv("PATH", str(without))
    code, report, said = drilled(bench.env_file("healthy"), tmp_path)
    assert code == CANNOT_RUN, said
    assert f"needs the program {programs[bench.served.kind]}" in report["sentence"]
