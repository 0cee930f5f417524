"""The flavours of the image: their defaults count, and each destination of the multi mode is a job of its own."""

from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.job import Job, findings_of, idle_days, read_job
from verify.job.flavours import FLAVOURS, flavour_env
from verify.lab.opening import tried
from verify.lab.settings import LabSettings
from verify.secret import Secret


def job_of(folder: Path, image: str, text: str, **how: str) -> Job:
    (folder / "duplicity.env").write_text(text)
    (folder / "stack.yml").write_text(
        f"services:\n  b:\n    image: {image}\n    env_file: duplicity.env\n    volumes: ['/a:/mnt/backup/src']\n"
    )
    return read_job(None, folder / "stack.yml", {}, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image", "flavour"),
    [
        ("ghcr.io/tecnativa/docker-duplicity-postgres-multi:v4.1.0", "postgres-multi"),
        ("tecnativa/duplicity:postgres-s3", "postgres-s3"),
        ("registry:5000/mine/docker-duplicity-s3@sha256:abc", "s3"),
        ("docker-duplicity-docker", "docker"),
        ("ghcr.io/tecnativa/docker-duplicity:latest", ""),
        ("tecnativa/duplicity", ""),
        ("mine/duplicity-viewer:s3", ""),
        ("postgres:s3", ""),
        (None, ""),
    ],
)
def test_a_flavour_is_told_by_the_images_name(image: str | None, flavour: str) -> None:
    assert flavour_env(image) == (FLAVOURS[flavour] if flavour else {})


def test_a_flavours_defaults_are_the_jobs(tmp_path: Path) -> None:
    text = "DST=s3:///bucket/x\nPASSPHRASE=p\n"
    job = job_of(tmp_path, "tecnativa/duplicity:s3", text)
    assert "--full-if-older-than" in job.options
    assert [(each.number, each.what) for each in job.entries] == [(300, "backup"), (500, "dup full $SRC $DST")]
    assert not idle_days(job)
    assert idle_days(job_of(tmp_path, "tecnativa/duplicity", text)) == ["Sunday"]
    assert job_of(tmp_path, "tecnativa/duplicity:s3", f"{text}OPTIONS_EXTRA=\n").options == ()


def test_each_destination_of_the_multi_flavour_is_a_job_of_its_own(tmp_path: Path) -> None:
    text = (
        "PASSPHRASE=p\nAWS_SECRET_ACCESS_KEY=shared\nDST_1=s3:///one/x\nDST_1_AWS_SECRET_ACCESS_KEY=first\n"
        "DST_2=sftp://h/two\nDST_2_PASSPHRASE=second\nDST_2_OPTIONS=--volsize 5\n"
    )
    image = "ghcr.io/tecnativa/docker-duplicity-postgres-multi"
    job = job_of(tmp_path, image, text)
    assert job.destinations == {"DST_1": "s3:///one/x", "DST_2": "sftp://h/two"}
    assert not [finding for finding in findings_of(job) if "DST" in str(finding)]
    first, second = (job_of(tmp_path, image, text, destination=name) for name in job.destinations)
    assert (first.destination, first.credentials["AWS_SECRET_ACCESS_KEY"]) == ("s3:///one/x", Secret("first"))
    assert (second.destination, second.passphrase, second.option("--volsize")) == (
        "sftp://h/two",
        Secret("second"),
        "5",
    )
    assert "AWS_SECRET_ACCESS_KEY" not in second.credentials  # `dup` takes it away with the first one's
    assert not [name for name in (*first.variables, *second.variables) if name.startswith("DST_")]


def test_each_destination_may_have_the_passphrase(tmp_path: Path) -> None:
    text = "DST=multi\nDST_1=file:///a\nDST_2=file:///b\nDST_1_PASSPHRASE=p\n"
    assert "PASSPHRASE" in str(findings_of(job_of(tmp_path, "x/duplicity", text)))
    assert "PASSPHRASE" not in str(findings_of(job_of(tmp_path, "x/duplicity", f"{text}DST_2_PASSPHRASE=q\n")))


def test_the_lab_tries_the_job_as_its_first_destination_has_it_and_the_options_of_the_others(tmp_path: Path) -> None:
    text = (
        "DST=multi\nDST_1=file:///a\nDST_2=file:///b\nDST_3=file:///c\nDST_1_PASSPHRASE=p\nOPTIONS=--volsize 5\n"
        "DST_2_PASSPHRASE=q\nDST_3_OPTIONS=--volsize 9\n"
    )
    job, settings = job_of(tmp_path, "x/duplicity", text), LabSettings(stack=tmp_path / "stack.yml")
    first, others = tried(settings, job, {})
    assert (first.passphrase, first.option("--volsize")) == (Secret("p"), "5")
    assert {name: each.option("--volsize") for name, each in others.items()} == {"DST_3": "9"}
    one = job_of(tmp_path, "x/duplicity", "DST=file:///a\n")
    assert tried(settings, one, {}) == (one, {})


def test_what_one_destination_has_of_its_own_is_not_the_shared_one_for_those_behind_it(tmp_path: Path) -> None:
    text = (
        "PASSPHRASE=p\nOPTIONS=--volsize 5\nFTP_PASSWORD=f\nDST_1=file:///a\nDST_2=file:///b\nDST_3=file:///c\n"
        "DST_1_OPTIONS=--volsize 9\nDST_1_PASSPHRASE=q\nDST_3_PASSPHRASE=r\n"
    )
    names = ("DST_1", "DST_2", "DST_3")
    each = [job_of(tmp_path, "x/duplicity", f"DST=multi\n{text}", destination=name) for name in names]
    assert [job.passphrase for job in each] == [Secret("q"), None, Secret("r")]
    assert [job.option("--volsize") for job in each] == ["9", "9", "9"]
    assert all(job.text_of("FTP_PASSWORD") == "f" for job in each)


@pytest.mark.parametrize("name", ["DST_3", "DST", "DST_1_OPTIONS"])
def test_a_destination_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotRunError, match=f"no destination {name}: --destination takes one of DST_1, DST_2"):
        job_of(tmp_path, "x/duplicity", "DST=multi\nDST_1=file:///a\nDST_2=file:///b\n", destination=name)
