"""A drill at each kind of destination proves what it proves on S3, and names what is lost or changed there."""

import contextlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from bridge import bridge
from commands import Command
from kind_bench import Bench, cannot_serve, planted, served
from sites import CANNOT_RUN
from vendors.stores import OURS

from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.hosts.runtime import engine
from verify.lab.stores import openssh
from verify.lab.stores.destination import Destination
from verify.lab.stores.starting import start_served

PROVEN = {
    "scheme-supported", "destination-reachable", "backup-exists", "passphrase-opens", "duplicity-agrees", "fresh",
    "chain-complete", "signatures-complete", "volumes-intact", "sample-restores",
}  # fmt: skip
OF_HASHES = "by day a changed volume is found by its hash, too"
BY_DAY = ("sftp", "b2")  # the kinds that the damage is tried on by day


def drilled(env_file: Path, folder: Path, runtime: str = "embedded", *more: str) -> tuple[int, dict[str, Any], str]:
    """Drill; return the exit code, the report, and what was printed."""
    words = ["drill", f"--env-file={env_file}", f"--runtime={runtime}", f"--report-dir={folder}", *more]
    done = Command(
        *words, "--max-age=100000d", folder=env_file.parent
    ).ended()  # the bench has chosen when it was taken
    return done.code, json.loads((folder / "report.json").read_text()), done.out


def only_finding(code: int, report: dict[str, Any], said: str) -> dict[str, Any]:
    assert code == 1, said
    (found,) = report["findings"]
    assert isinstance(found, dict)
    return found


def first_volume(at: Destination) -> str:
    return min(each.name for each in at.objects() if "difftar" in each.name)


def lose(at: Destination) -> str:
    name = first_volume(at)
    at.remove(name)
    return name


def cut(at: Destination) -> str:
    name = first_volume(at)
    at.put(name, at.read(name)[:-1])
    return name


def flip(at: Destination) -> str:
    name = first_volume(at)
    data = bytearray(at.read(name))
    data[len(data) // 2] ^= 1
    at.put(name, bytes(data))
    return name


def swap(at: Destination) -> str:
    """Put the second volume in the place of the first."""
    name = first_volume(at)
    at.put(name, at.read(name.replace(".vol1.", ".vol2.")))
    return name


def test_a_healthy_backup_is_proven(bench: Bench, tmp_path: Path) -> None:
    code, report, said = drilled(bench.env_file(bench.healthy), tmp_path)
    assert code == 0, said
    outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
    assert {each for each in PROVEN if outcomes[each] != "proven"} == set(), said
    told = said + json.dumps(report)
    assert [each for each in (OURS, quote(OURS, safe="")) if each in told] == []  # a vendor's key, in DST or a variable


@pytest.mark.parametrize("harm", [lose, cut, flip, pytest.param(swap, marks=pytest.mark.nightly(reason=OF_HASHES))])
def test_a_volume_that_is_lost_or_changed_is_named(
    bench: Bench,
    copy: Callable[[], Destination],
    tmp_path: Path,
    harm: Callable[[Destination], str],
    by_night: bool,
) -> None:
    if bench.store.kind not in BY_DAY and not by_night:
        pytest.skip(f"by night: by day the damage is tried on {' and '.join(BY_DAY)}")
    at = copy()
    name = harm(at)
    found = only_finding(*drilled(bench.env_file(at), tmp_path))
    check = "chain-complete" if harm is lose else "volumes-intact"
    assert (found["check"], found["path"]) == (check, name)


@pytest.mark.nightly(reason="a backup that is killed is tried on S3 by day, at each of its uploads")
def test_a_backup_that_was_killed_is_made_good_by_the_next(bench: Bench, tmp_path: Path) -> None:
    at = bench.store.new_destination()
    bench.cut_short(at, 1_790_000_000)
    bench.back_up(at, 1_790_003_600)
    code, report, said = drilled(bench.env_file(at), tmp_path)
    assert code == 0, said
    outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
    assert {each for each in PROVEN if outcomes[each] != "proven"} == set(), said


@pytest.mark.nightly(reason="by day the newest release is tried")
@pytest.mark.parametrize("release", ["2.2.4", "0.8.23"])
@pytest.mark.parametrize("kind", ["s3", "sftp", "webdav", "ftp"])
def test_what_an_older_release_backs_up_is_looked_at_and_restored_by_it(
    kind: str, release: str, run: LabelledRun, host: Host, tmp_path: Path
) -> None:
    if why := cannot_serve(kind):
        pytest.skip(why)
    with contextlib.closing(served(kind, run, host, release)) as store:
        bench = planted(Bench(store, tmp_path, run, release))
        asked = f"--duplicity-release={release}"
        code, report, said = drilled(bench.env_file(bench.healthy), tmp_path / "sound", "embedded", asked)
        assert code == 0, said
        outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
        assert {each for each in PROVEN if outcomes[each] != "proven"} == set(), said
        name = flip(bench.healthy)
        found = only_finding(*drilled(bench.env_file(bench.healthy), tmp_path / "flipped", "embedded", asked))
    assert (found["check"], found["path"]) == ("volumes-intact", name)


def test_in_a_container_both_the_look_and_the_restore_are_made_from_there(
    run: LabelledRun, host: Host, tmp_path: Path
) -> None:
    if why := cannot_serve("rsync") or ("" if engine().ok else engine().why):
        pytest.skip(why)
    with contextlib.closing(start_served("rsync", run, host, "", here=bridge())) as store:
        bench = planted(Bench(store, tmp_path, run))
        code, report, said = drilled(bench.env_file(bench.healthy), tmp_path, "docker")
    assert code == 0, said
    outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
    assert (outcomes["destination-reachable"], outcomes["sample-restores"]) == ("proven", "proven")


def test_a_mistyped_destination_is_found_and_stays_missing(bench: Bench, tmp_path: Path, by_night: bool) -> None:
    if bench.store.kind != BY_DAY[0] and not by_night:
        pytest.skip(f"by night: by day it is tried on {BY_DAY[0]}, and what looks on each kind")
    before = bench.store.everything()
    found = only_finding(*drilled(bench.env_file(bench.store.destination("mistyped")), tmp_path))
    assert found["check"] == "destination-reachable"
    assert bench.store.everything() == before


def test_a_program_that_is_missing_is_no_verdict(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = {"ftp": "lftp", "rsync": "rsync", "rclone": "rclone"}
    if bench.store.kind not in programs:
        pytest.skip(f"{bench.store.kind} needs no program")
    without = tmp_path / "bin"
    without.mkdir()
    for name in ("gpg", "gpg-agent", "gpgconf", "sh", "python3", "env", "cp", "rm", "head", "cat"):
        there = subprocess.run(["which", name], check=False, capture_output=True, text=True).stdout.strip()
        if there:
            (without / name).symlink_to(there)
    monkeypatch.setenv("PATH", str(without))
    code, report, said = drilled(bench.env_file(bench.healthy), tmp_path)
    assert code == CANNOT_RUN, said
    assert f"needs the program {programs[bench.store.kind]}" in report["sentence"]


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(True, id="a shell"),
        pytest.param(False, id="sftp alone", marks=pytest.mark.nightly(reason="by day b2 has its volumes downloaded")),
    ],
)
def test_volumes_are_hashed_by_the_server_where_it_lets_us(
    run: LabelledRun, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: bool
) -> None:
    if why := cannot_serve("sftp"):
        pytest.skip(why)
    monkeypatch.setattr(openssh, "LIMITS", "" if shell else "ForceCommand internal-sftp\n")
    with contextlib.closing(start_served("sftp", run, host, "")) as store:
        bench = planted(Bench(store, tmp_path, run))
        code, report, said = drilled(bench.env_file(bench.healthy), tmp_path / "sound")
        assert code == 0, said
        flip(bench.healthy)
        found = only_finding(*drilled(bench.env_file(bench.healthy), tmp_path / "flipped"))
    (volumes,) = [each for each in report["checks"] if each["id"] == "volumes-intact"]
    assert (volumes["bytes_downloaded"] == 0) is shell
    assert ("as the server itself hashes them" in said) is shell
    assert found["check"] == "volumes-intact"
