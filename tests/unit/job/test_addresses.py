"""What is said of destinations that duplicity reads otherwise than their writer meant them."""

from pathlib import Path

import pytest
from packaging.version import Version

from verify.job import Job, read_job, scheme_finding
from verify.job.destination.addresses import doubtful_bucket
from verify.job.destination.schemes import no_way_there

SCHEMES = {"s3", "boto3+s3", "file", "sftp", "rsync", "b2", "rclone", "multi", "webdavs"}
NEW, OLD = Version("3.2.1"), Version("0.8.22")


def job_of(tmp_path: Path, destination: str, options: str = "") -> Job:
    (tmp_path / "e").write_text(f"SRC=/a\nDST={destination}\nPASSPHRASE=p\nOPTIONS={options}\n")
    return read_job(tmp_path / "e", None, {})


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/prefix", "s3:///bucket/prefix", "boto3+s3://bucket/prefix", "s3:////bucket", "s3:///my.bucket/x",
        "s3:///Bucket_1/a b", "file:///mnt/x", "sftp://user:p%23w@host:22//x", "sftp://u:p@w@host/x", "sftp://host",
        "sftp://[::1]/x", "rsync://u@host::module/dir", "b2://id:key@bucket/dir", "rclone://remote:/path",
        "multi:///a.json?mode=mirror", "par2+sftp://host/x",
    ],
)  # fmt: skip
def test_what_duplicity_reads_as_it_is_meant_is_no_finding(tmp_path: Path, url: str) -> None:
    job = job_of(tmp_path, url)
    assert not scheme_finding(job, {*SCHEMES, "par2"}, NEW)
    assert not doubtful_bucket(job, NEW)


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("s3://s3.amazonaws.com/b/p", ["DST=s3:///b/p"]),
        ("boto3+s3:///s3.amazonaws.com/b/p", ["DST=s3:///b/p"]),
        ("s3://s3-eu-west-1.amazonaws.com/b", ["DST=s3:///b", "OPTIONS=--s3-region-name=eu-west-1 -v3"]),
        ("s3://b.s3.eu-west-1.amazonaws.com/p", ["DST=s3:///b/p", "OPTIONS=--s3-region-name=eu-west-1 -v3"]),
        ("s3://minio:9000/b/p", ["DST=s3:///b/p", "OPTIONS=--s3-endpoint-url=https://minio:9000 -v3"]),
        ("s3://storage.googleapis.com", ["DST=s3:///bucket/prefix", "--s3-endpoint-url=https://storage.googleapis"]),
        ("s3://key:geheim@host.example/b", ["DST=s3:///b", "AWS_ACCESS_KEY_ID=(", "AWS_SECRET_ACCESS_KEY=("]),
        ("s3://key:ge/heim@host.example/b", ["DST=s3:///bucket/prefix", "AWS_SECRET_ACCESS_KEY"]),
        ("s3:///", ["DST=s3:///bucket/prefix"]),
        ("s3:///no bucket/p", ["DST=s3:///bucket/prefix"]),
        ("sftp://me:ge#heim@host/x", ["`#` as %23"]),
        ("sftp:///x", ["duplicity --help-urls"]),
    ],
)
def test_a_destination_that_duplicity_would_never_find_is_one_finding_with_the_lines_to_write(
    tmp_path: Path, url: str, lines: list[str]
) -> None:
    (finding,) = no_way_there(job_of(tmp_path, url, "-v3"), SCHEMES, NEW)
    assert all(line in finding.hint for line in lines), finding
    assert "heim" not in str(finding)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file://mnt/x", "DST=file:///mnt/x"),
        ("file://localhost/mnt/x", "DST=file:///mnt/x"),
        ("s3:///b/p#x", "%23"),
        ("s3:///b/p?x=1", "%3F"),
        ("sftp://u:1#x@h/p", "%23"),
    ],
)
def test_a_destination_that_is_elsewhere_than_it_says_is_a_finding(tmp_path: Path, url: str, said: str) -> None:
    job = job_of(tmp_path, url)
    (finding,) = scheme_finding(job, SCHEMES, NEW)
    assert said in finding.hint
    assert not no_way_there(job, SCHEMES, NEW)


def test_an_endpoint_that_is_named_already_is_not_named_again(tmp_path: Path) -> None:
    options = "--s3-endpoint-url=https://store.example.org"
    (finding,) = scheme_finding(job_of(tmp_path, "s3://store.example.org/b/p", options), SCHEMES, NEW)
    assert finding.hint.splitlines()[1:] == ["DST=s3:///b/p"]


def test_a_release_that_takes_the_host_first_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    assert not scheme_finding(job_of(tmp_path, "s3://s3.amazonaws.com/b/p"), SCHEMES, OLD)
    assert scheme_finding(job_of(tmp_path, "boto3+s3://s3.amazonaws.com/b/p"), SCHEMES, OLD)


def test_a_bucket_that_looks_like_a_server_is_in_doubt(tmp_path: Path) -> None:
    job = job_of(tmp_path, "s3://backup.example.com/dir/x")
    assert not scheme_finding(job, SCHEMES, NEW)
    assert "DST=s3:///dir/x" in doubtful_bucket(job, NEW)
    assert not doubtful_bucket(job_of(tmp_path, "s3://backup.example.com"), NEW)


def test_quotes_that_docker_keeps_are_said_before_the_scheme(tmp_path: Path) -> None:
    job = job_of(tmp_path, '"b2://0012ab:geheim/key@orchard-copies"   # of the shed')
    (finding,) = no_way_there(job, {"b2"}, NEW)
    assert finding.hint == "write DST=b2://0012ab:***@orchard-copies, without quotes"
