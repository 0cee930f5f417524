"""Each misfortune that a backup can meet gives a drill its own finding; a healthy one gives none."""

import json
import socket
import time
from pathlib import Path

import pytest
from planting import BUCKET, HEALTHY, READ_ONLY, SETTLED, Site

from verify.lab.servers import free_port

WRITES = ("Put", "Delete", "Post", "Copy", "Create", "Complete", "Abort", "Restore", "Upload")


def test_a_healthy_backup_gives_no_finding(site: Site, tmp_path: Path) -> None:
    report = site.drill(site.env_file(HEALTHY), report=tmp_path)
    assert report.failed == set(), report.said
    assert report.code == 0, report.said
    outcomes = {each["id"]: each["outcome"] for each in report.json["checks"]}
    assert outcomes.pop("job-ran") == "not-proven"
    assert set(outcomes.values()) == {"proven"}
    assert report.markdown.startswith("## ✓ PROVEN")


def test_a_stale_backup_is_not_fresh(site: Site, tmp_path: Path) -> None:
    names = site.copy("stale")
    newest = max(name.rpartition(".to.")[2][:16] for name in names if ".to." in name)
    for name in names:
        if f".to.{newest}" in name:
            site.remove("stale", name)
    report = site.drill(site.env_file("stale"), "--max-age=20h", report=tmp_path)
    assert (report.code, report.failed) == (1, {"fresh"}), report.said


@pytest.mark.parametrize("which", ["full.*vol2", "inc.*vol1"])
def test_a_lost_volume_is_named(site: Site, tmp_path: Path, which: str) -> None:
    begin, _, end = which.partition(".*")
    prefix = f"lost-{begin}"
    name = next(name for name in site.copy(prefix) if f"duplicity-{begin}" in name and end in name)
    site.remove(prefix, name)
    report = site.drill(site.env_file(prefix), report=tmp_path)
    assert report.code == 1
    assert [found["path"] for found in report.findings("chain-complete")] == [name]


def test_a_cut_volume_hashes_otherwise_and_has_another_size_than_the_last_drill_saw(site: Site, tmp_path: Path) -> None:
    name = next(name for name in site.copy("cut") if "vol1" in name)
    env_file = site.env_file("cut")
    assert site.drill(env_file, report=tmp_path).code == 0
    data = site.read("cut", name)
    site.write("cut", name, data[: len(data) // 2])
    report = site.drill(env_file, report=tmp_path)
    assert report.failed >= {"chain-complete", "volumes-intact"}, report.said
    assert {found["path"] for found in report.findings("volumes-intact")} == {name}
    assert {found["path"] for found in report.findings("chain-complete")} == {name}


def test_a_flipped_byte_is_found_without_the_passphrase(site: Site, tmp_path: Path) -> None:
    name = next(name for name in site.copy("flipped") if "vol2" in name)
    data = bytearray(site.read("flipped", name))
    data[len(data) // 2] ^= 1
    site.write("flipped", name, bytes(data))
    report = site.drill(site.env_file("flipped"), report=tmp_path)
    assert report.code == 1
    assert [found["path"] for found in report.findings("volumes-intact")] == [name]


def test_lost_signatures_are_named(site: Site, tmp_path: Path) -> None:
    name = next(name for name in reversed(site.copy("signatures")) if "signatures" in name)
    site.remove("signatures", name)
    report = site.drill(site.env_file("signatures"), report=tmp_path)
    assert report.code == 1
    assert len(report.findings("signatures-complete")) == 1


def test_a_wrong_passphrase_opens_nothing(site: Site, tmp_path: Path) -> None:
    site.copy("locked")
    report = site.drill(site.env_file("locked", PASSPHRASE="a wrong one"), report=tmp_path)
    assert (report.code, report.failed) == (1, {"passphrase-opens"}), report.said
    assert report.outcome("expected-paths") == "not-proven"


def test_a_folder_that_the_job_left_out_since_last_week_is_missing(site: Site, tmp_path: Path) -> None:
    site.copy("excluded")
    site.back_up("excluded", "--exclude", f"{site.source}/documents")
    report = site.drill(site.env_file("excluded"), report=tmp_path)
    assert (report.code, report.failed) == (1, {"expected-paths"}), report.said
    (found,) = report.findings("expected-paths")
    assert found["path"] == "documents"
    assert "3 paths in it" in found["got"]


def test_an_empty_mount_is_an_empty_point(site: Site, tmp_path: Path) -> None:
    site.copy("empty")
    with site.unmounted():
        site.back_up("empty")
    report = site.drill(site.env_file("empty"), report=tmp_path)
    assert report.code == 1
    assert report.failed == {"not-shrunken", "expected-paths"}
    (found,) = report.findings("not-shrunken")
    assert found["got"].startswith("none at all")


def test_a_dead_store_is_no_verdict(site: Site, tmp_path: Path) -> None:
    options = f"--s3-endpoint-url=http://127.0.0.1:{free_port()}"
    report = site.drill(site.env_file("dead", OPTIONS=options), report=tmp_path)
    assert report.code == 2, report.said
    assert "does not answer at 127.0.0.1" in report.json["sentence"]


def test_a_store_that_never_answers_is_no_verdict(site: Site, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        options = f"--s3-endpoint-url=http://127.0.0.1:{silent.getsockname()[1]}"
        report = site.drill(site.env_file("silent", OPTIONS=options), "-k", "answers", report=tmp_path)
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
def test_what_the_store_refuses_is_a_finding(site: Site, tmp_path: Path, changed: dict[str, str], said: str) -> None:
    report = site.drill(site.env_file("refused", **changed), report=tmp_path)
    assert (report.code, report.failed) == (1, {"destination-reachable"}), report.said
    (found,) = report.findings("destination-reachable")
    assert said in found["got"]
    assert "wrong" not in found["got"]


def test_no_backup_yet_is_told_apart_from_a_broken_one(site: Site, tmp_path: Path) -> None:
    report = site.drill(site.env_file("nothing"), report=tmp_path)
    assert (report.code, report.failed) == (1, {"backup-exists"}), report.said
    (found,) = report.findings("backup-exists")
    assert "no backup yet" in found["hint"]


def test_a_backup_that_is_gone_is_told_apart_from_none_yet(site: Site, tmp_path: Path) -> None:
    names = site.copy("gone")
    assert site.drill(site.env_file("gone"), report=tmp_path).code == 0
    for name in names:
        site.remove("gone", name)
    report = site.drill(site.env_file("gone"), report=tmp_path)
    assert report.failed == {"backup-exists"}
    (found,) = report.findings("backup-exists")
    assert "there was one when the last drill looked" in found["hint"]


def test_a_user_who_may_only_get_and_list_can_drill_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    site.admin.user_add("auditor", "a secret of the auditor")
    site.admin.policy_add("read-only", policy=READ_ONLY)
    site.admin.policy_set("read-only", user="auditor")
    keys = {"AWS_ACCESS_KEY_ID": "auditor", "AWS_SECRET_ACCESS_KEY": "a secret of the auditor"}
    before = {each.object_name: each.etag for each in site.client.list_objects(BUCKET, recursive=True)}

    report = site.drill(site.env_file(HEALTHY, **keys), report=tmp_path)

    assert report.code == 0, report.said
    asked = settled(site)
    assert {each["api"]["name"] for each in asked} <= {
        "HeadBucket",
        "HeadObject",
        "GetObject",
        "ListObjectsV1",
        "ListObjectsV2",
    }
    assert not [each for each in asked if each["api"]["name"].startswith(WRITES) or each["api"]["statusCode"] >= 400]
    assert {each.object_name: each.etag for each in site.client.list_objects(BUCKET, recursive=True)} == before


def settled(site: Site) -> list[dict[str, dict[str, object]]]:
    """Return the auditor's requests, once no more come."""
    seen = -1
    while len(asked := site.audit.of("auditor")) != seen:
        seen = len(asked)
        time.sleep(1)
    assert asked, "the MinIO told nothing: the test would prove nothing"
    return json.loads(json.dumps(asked))


def test_the_source_may_change_while_it_is_looked_at(site: Site, tmp_path: Path) -> None:
    path = site.source / "documents/2026/new since the backup.txt"
    path.write_text("later\n")
    try:
        report = site.drill(site.env_file(HEALTHY), report=tmp_path)
    finally:
        path.unlink()
        time.sleep(SETTLED)
    assert report.code == 0, report.said
