"""S3 with a server in its URL: older releases go there, and a drill looks there; newer ones misread it, as is told."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version
from several import Several, only_finding, outcomes_of

from verify.lab.client.provision import minio_binary
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.minio import start_minio
from verify.lab.stores.s3 import BUCKET, Prefix, S3Store

OF_THE_FILES = {"job-complete", "encryption-on", "container-replaced", "backup-outside-source"}  # what takes no look
OLD, NEW = "0.8.22", "3.2.1"
LOOKED_AT = ("destination-reachable", "backup-exists", "chain-complete", "volumes-intact", "sample-restores")


@pytest.fixture(scope="module")
def store(run: LabelledRun) -> Iterator[S3Store]:
    binary = minio_binary() or pytest.skip("there is no MinIO on PATH, nor in the cache")
    with contextlib.closing(start_minio(binary, run, Version(OLD))) as opened:
        yield opened


@pytest.fixture(scope="module")
def at(store: S3Store) -> Prefix:
    return store.destination("old")


@pytest.fixture(scope="module")
def old(store: S3Store, at: Prefix, tmp_path_factory: pytest.TempPathFactory) -> Several:
    """A job of an old release, with a backup."""
    keys = {name: at.env[name].reveal() for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}  # type: ignore[union-attr]
    job = Several(
        tmp_path_factory.mktemp("old"), (), options=("--s3-unencrypted-connection",), variables=keys, release=OLD,
        url=f"s3://{store.address}/{BUCKET}/old",
    )  # fmt: skip
    job.back_up()
    return job


def test_an_old_release_is_followed_to_the_server_that_the_url_names(old: Several, at: Prefix, tmp_path: Path) -> None:
    code, report, said = old.drilled(tmp_path / "whole")
    assert code == 0, said
    assert {id_: outcomes_of(report)[id_] for id_ in LOOKED_AT} == dict.fromkeys(LOOKED_AT, "proven"), said
    name = next(each.name for each in at.objects() if "inc" in each.name and "vol1" in each.name)
    at.remove(name)
    found = only_finding(*old.drilled(tmp_path / "lost"))
    assert (found["check"], found["path"]) == ("chain-complete", name)


def test_a_new_release_misreads_it_which_is_the_one_finding(old: Several, store: S3Store, tmp_path: Path) -> None:
    code, report, said = old.drilled(tmp_path, release=NEW)
    found = only_finding(code, report, said)
    assert found["check"] == "scheme-supported"
    assert f"--s3-endpoint-url=http://{store.address}" in found["hint"]
    assert f"DST=s3:///{BUCKET}/old" in found["hint"]
    assert "through duplicity only" not in said
    proven = {check for check, outcome in outcomes_of(report).items() if outcome == "proven"}
    assert proven <= OF_THE_FILES, said
