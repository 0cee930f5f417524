"""Each misfortune that a backup can meet gives a drill its own finding; a healthy one gives none."""

import itertools
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from planting import BUCKET, HEALTHY, READ_ONLY, SETTLED, Site

from verify.drill.ledger import Ledger
from verify.drill.lock import only_one
from verify.lab.provision import provision_duplicity
from verify.lab.servers import free_port

WRITES = ("Put", "Delete", "Post", "Copy", "Create", "Complete", "Abort", "Restore", "Upload")


def test_a_healthy_backup_gives_no_finding(site: Site, tmp_path: Path, runtime: str) -> None:
    report = site.drill(site.env_file(HEALTHY), report=tmp_path, runtime=runtime)
    assert report.failed == set(), report.said
    assert report.code == 0, report.said
    outcomes = {each["id"]: each["outcome"] for each in report.json["checks"]}
    assert outcomes.pop("job-ran") == "not-proven"
    assert outcomes.pop("full-restore") == "not-proven"
    assert set(outcomes.values()) == {"proven"}
    assert report.markdown.startswith("## ✓ PROVEN")


def test_a_stale_backup_is_not_fresh(site: Site, tmp_path: Path, runtime: str) -> None:
    names = site.copy("stale")
    newest = max(name.rpartition(".to.")[2][:16] for name in names if ".to." in name)
    for name in names:
        if f".to.{newest}" in name:
            site.remove("stale", name)
    report = site.drill(site.env_file("stale"), "--max-age=20h", report=tmp_path, runtime=runtime)
    assert (report.code, report.failed) == (1, {"fresh"}), report.said


@pytest.mark.parametrize("which", ["full.*vol2", "inc.*vol1"])
def test_a_lost_volume_is_named(site: Site, tmp_path: Path, runtime: str, which: str) -> None:
    begin, _, end = which.partition(".*")
    prefix = f"lost-{begin}"
    name = next(name for name in site.copy(prefix) if f"duplicity-{begin}" in name and end in name)
    site.remove(prefix, name)
    report = site.drill(site.env_file(prefix), report=tmp_path, runtime=runtime)
    assert report.code == 1
    assert [found["path"] for found in report.findings("chain-complete")] == [name]


def test_a_cut_volume_hashes_otherwise_and_has_another_size_than_the_last_drill_saw(
    site: Site, tmp_path: Path, runtime: str
) -> None:
    name = next(name for name in site.copy("cut") if "vol1" in name)
    env_file = site.env_file("cut")
    assert site.drill(env_file, report=tmp_path, runtime=runtime).code == 0
    data = site.read("cut", name)
    site.write("cut", name, data[: len(data) // 2])
    report = site.drill(env_file, report=tmp_path, runtime=runtime)
    assert report.failed >= {"chain-complete", "volumes-intact"}, report.said
    assert {found["path"] for found in report.findings("volumes-intact")} == {name}
    assert {found["path"] for found in report.findings("chain-complete")} == {name}


def test_a_flipped_byte_is_found_without_the_passphrase(site: Site, tmp_path: Path, runtime: str) -> None:
    name = next(name for name in site.copy("flipped") if "vol2" in name)
    data = bytearray(site.read("flipped", name))
    data[len(data) // 2] ^= 1
    site.write("flipped", name, bytes(data))
    report = site.drill(site.env_file("flipped"), report=tmp_path, runtime=runtime)
    assert report.code == 1
    assert [found["path"] for found in report.findings("volumes-intact")] == [name]


def test_lost_signatures_are_named(site: Site, tmp_path: Path, runtime: str) -> None:
    name = next(name for name in reversed(site.copy("signatures")) if "signatures" in name)
    site.remove("signatures", name)
    report = site.drill(site.env_file("signatures"), report=tmp_path, runtime=runtime)
    assert report.code == 1
    assert len(report.findings("signatures-complete")) == 1


def test_a_wrong_passphrase_opens_nothing(site: Site, tmp_path: Path, runtime: str) -> None:
    site.copy("locked")
    report = site.drill(site.env_file("locked", PASSPHRASE="a wrong one"), report=tmp_path, runtime=runtime)
    assert (report.code, report.failed) == (1, {"passphrase-opens"}), report.said
    assert report.outcome("expected-paths") == "not-proven"


def test_a_folder_that_the_job_left_out_since_last_week_is_missing(site: Site, tmp_path: Path, runtime: str) -> None:
    site.copy("excluded")
    site.back_up("excluded", "--exclude", f"{site.source}/documents")
    report = site.drill(site.env_file("excluded"), report=tmp_path, runtime=runtime)
    assert (report.code, report.failed) == (1, {"expected-paths"}), report.said
    (found,) = report.findings("expected-paths")
    assert found["path"] == "documents"
    assert "3 paths in it" in found["got"]


def test_an_empty_mount_is_an_empty_point(site: Site, tmp_path: Path, runtime: str) -> None:
    site.copy("empty")
    with site.unmounted():
        site.back_up("empty")
    report = site.drill(site.env_file("empty"), report=tmp_path, runtime=runtime)
    assert report.code == 1
    assert report.failed == {"not-shrunken", "expected-paths"}
    (found,) = report.findings("not-shrunken")
    assert found["got"].startswith("none at all")


def test_a_dead_store_is_no_verdict(site: Site, tmp_path: Path, runtime: str) -> None:
    options = f"--s3-endpoint-url=http://127.0.0.1:{free_port()}"
    report = site.drill(site.env_file("dead", OPTIONS=options), report=tmp_path, runtime=runtime)
    assert report.code == 2, report.said
    assert "does not answer at 127.0.0.1" in report.json["sentence"]


def test_a_store_that_never_answers_is_no_verdict(site: Site, tmp_path: Path, runtime: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        options = f"--s3-endpoint-url=http://127.0.0.1:{silent.getsockname()[1]}"
        report = site.drill(site.env_file("silent", OPTIONS=options), "-k", "answers", report=tmp_path, runtime=runtime)
    assert report.code == 2, report.said
    assert "does not answer at 127.0.0.1" in report.json["sentence"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "unknown"}, "InvalidAccessKeyId"),
        ({"DST": "s3:///no-such-bucket/prefix"}, "NoSuchBucket"),
    ],
    ids=["secret", "key", "bucket"],
)
def test_what_the_store_refuses_is_a_finding(
    site: Site, tmp_path: Path, runtime: str, changed: dict[str, str], said: str
) -> None:
    report = site.drill(site.env_file("refused", **changed), report=tmp_path, runtime=runtime)
    assert (report.code, report.failed) == (1, {"destination-reachable"}), report.said
    (found,) = report.findings("destination-reachable")
    assert said in found["got"]
    assert "wrong" not in found["got"]


def test_no_backup_yet_is_told_apart_from_a_broken_one(site: Site, tmp_path: Path, runtime: str) -> None:
    report = site.drill(site.env_file("nothing"), report=tmp_path, runtime=runtime)
    assert (report.code, report.failed) == (1, {"backup-exists"}), report.said
    (found,) = report.findings("backup-exists")
    assert "no backup yet" in found["hint"]


def test_a_backup_that_is_gone_is_told_apart_from_none_yet(site: Site, tmp_path: Path, runtime: str) -> None:
    names = site.copy("gone")
    assert site.drill(site.env_file("gone"), report=tmp_path, runtime=runtime).code == 0
    for name in names:
        site.remove("gone", name)
    report = site.drill(site.env_file("gone"), report=tmp_path, runtime=runtime)
    assert report.failed == {"backup-exists"}
    (found,) = report.findings("backup-exists")
    assert "there was one when the last drill looked" in found["hint"]


def test_a_user_who_may_only_get_and_list_can_drill_and_nothing_is_written(
    site: Site, tmp_path: Path, runtime: str
) -> None:
    site.admin.user_add("auditor", "a secret of the auditor")
    site.admin.policy_add("read-only", policy=READ_ONLY)
    site.admin.policy_set("read-only", user="auditor")
    keys = {"AWS_ACCESS_KEY_ID": "auditor", "AWS_SECRET_ACCESS_KEY": "a secret of the auditor"}
    before = {each.object_name: each.etag for each in site.client.list_objects(BUCKET, recursive=True)}

    since = len(site.audit.entries)
    report = site.drill(site.env_file(HEALTHY, **keys), report=tmp_path, runtime=runtime)

    assert report.code == 0, report.said
    asked = settled(site, since)
    assert {each["api"]["name"] for each in asked} <= {
        "HeadBucket",
        "HeadObject",
        "GetObject",
        "ListObjectsV1",
        "ListObjectsV2",
    }
    assert not [each for each in asked if each["api"]["name"].startswith(WRITES) or each["api"]["statusCode"] >= 400]
    assert {each.object_name: each.etag for each in site.client.list_objects(BUCKET, recursive=True)} == before


def settled(site: Site, since: int) -> list[dict[str, Any]]:
    """Return the auditor's requests after the first few of all, once no more come."""
    seen = -1
    while len(site.audit.entries) != seen:
        seen = len(site.audit.entries)
        time.sleep(1)
    asked = [each for each in site.audit.entries[since:] if each.get("accessKey") == "auditor"]
    assert asked, "the MinIO told nothing: the test would prove nothing"
    return asked


def test_the_source_may_change_while_it_is_looked_at(site: Site, tmp_path: Path, runtime: str) -> None:
    busy, stop = site.source / "busy", threading.Event()

    def churn() -> None:
        for number in itertools.count():
            path = busy / f"{number % 7}/{number % 50}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{number}\n" * (number % 100))
            if number % 3 == 0:
                shutil.rmtree(busy / f"{number % 5}", ignore_errors=True)
            if stop.wait(0.001):
                return

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        report = site.drill(site.env_file(HEALTHY), "--full", report=tmp_path, runtime=runtime)
    finally:
        stop.set()
        thread.join()
        shutil.rmtree(busy)
        time.sleep(SETTLED)
    assert report.code == 0, report.said


@pytest.mark.parametrize("saboteur", ["flip-a-byte", "drop-a-file", "lose-a-mode-bit"])
def test_a_restore_that_gives_something_else_names_the_path(site: Site, tmp_path: Path, saboteur: str) -> None:
    script = Path(__file__).parents[1] / "sabotage" / "broken_restores.py"
    victims = tmp_path / "victims"
    real = provision_duplicity().command
    command = stand_in(tmp_path, shlex.join([sys.executable, str(script), saboteur, str(victims), *real]) + ' -- "$@"')
    report = site.drill(site.env_file(HEALTHY), command, report=tmp_path / "report", runtime="embedded")
    assert (report.code, report.failed) == (1, {"sample-restores"}), report.said
    hit = victims.read_bytes().split(b"\0")[0].decode().rpartition("/newest/")[2]
    assert hit in {found["path"] for found in report.findings("sample-restores")}


def stand_in(folder: Path, script: str) -> str:
    """Return the option that has a shell script in duplicity's place."""
    program = folder / "duplicity"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"--duplicity-command={program}"


def test_what_must_be_restored_is_named_where_it_is_not_in_the_backup(site: Site, tmp_path: Path, runtime: str) -> None:
    policy = tmp_path / "duplicity-verify.toml"
    policy.write_text('must_restore = ["config/traefik/traefik.yml", "config/gone.yml"]\nrestore_samples = 1\n')
    report = site.drill(site.env_file(HEALTHY), f"--policy={policy}", report=tmp_path, runtime=runtime)
    assert (report.code, report.failed) == (1, {"sample-restores"}), report.said
    assert [found["path"] for found in report.findings("sample-restores")] == ["config/gone.yml"]


def test_two_drills_at_once_are_refused_in_one_sentence(site: Site, tmp_path: Path) -> None:
    with only_one(tmp_path / "drill", time.time()):
        report = site.drill(site.env_file(HEALTHY), report=tmp_path, runtime="embedded")
    assert report.code == 2
    assert "another drill is at work" in report.json["sentence"]


def test_an_interrupted_drill_leaves_nothing_and_the_next_one_goes_on(site: Site, tmp_path: Path, runtime: str) -> None:
    words = site.words(site.env_file(HEALTHY), report=tmp_path, runtime=runtime)
    scratch = Path(tempfile.mkdtemp(prefix="dv-"))
    drill = subprocess.Popen(words, env={**os.environ, "TMPDIR": str(scratch)}, stdout=subprocess.PIPE, text=True)
    assert drill.stdout is not None
    for line in drill.stdout:
        if "not-shrunken" in line:  # the next are volumes and restores
            break
    drill.send_signal(signal.SIGINT)
    said, _ = drill.communicate(timeout=300)
    assert drill.returncode == 2, said
    scratch.rmdir()  # there is nothing in it
    ledger = Ledger(tmp_path / "drill", f"s3:///{BUCKET}/{HEALTHY}")
    assert [each.verdict for each in ledger.past] == ["could-not-run"]
    ledger.close()
    assert site.drill(site.env_file(HEALTHY), report=tmp_path, runtime=runtime).code == 0


def test_a_scratch_folder_that_is_too_deep_for_gpg_is_said(site: Site, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    words = site.words(site.env_file(HEALTHY), report=tmp_path, runtime="embedded")
    done = subprocess.run(words, env={**os.environ, "TMPDIR": str(deep)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout
    assert "set TMPDIR to a shorter path" in done.stdout
    assert list(deep.iterdir()) == []


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


def test_the_owners_own_tests_run_on_what_was_restored(site: Site, tmp_path: Path, runtime: str) -> None:
    own = tmp_path / "test_own.py"
    own.write_text(OWN_TESTS)
    report = site.drill(site.env_file(HEALTHY), str(own), report=tmp_path / "report", runtime=runtime)
    assert (report.code, report.failed) == (1, {"own-assertions"}), report.said
    (found,) = report.findings("own-assertions")
    assert "test_what_does_not_hold passes" in found["expected"]
    assert found["got"].startswith("AssertionError: it is not there")
    assert str(own) in found["reproduce"]


def test_a_torn_database_is_found_by_opening_it(site: Site, tmp_path: Path) -> None:
    site.copy("torn")
    database = site.source / "app.sqlite"
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + bytes(4096) + whole[8192:])
    time.sleep(SETTLED)
    site.back_up("torn")
    database.write_bytes(whole)
    report = site.drill(site.env_file("torn"), report=tmp_path, runtime="embedded")
    assert (report.code, report.failed) == (1, {"contents-usable"}), report.said
    assert [found["path"] for found in report.findings("contents-usable")] == ["app.sqlite"]
