"""A store that is down is no verdict; one that refuses is a finding with what to do."""

import socket
from pathlib import Path

import pytest
from misfortunes import must_say_that_it_is_dead
from sites import Site


def test_a_dead_store_is_no_verdict(site: Site, tmp_path: Path) -> None:
    must_say_that_it_is_dead(site, report=tmp_path)


def test_a_store_that_never_answers_is_no_verdict(site: Site, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        options = f"--s3-endpoint-url=http://127.0.0.1:{silent.getsockname()[1]}"
        env_file = site.env_file("silent", OPTIONS=options)
        report = site.drill(env_file, "-k", "answers", report=tmp_path)
    assert "does not answer at 127.0.0.1" in report.sentence()


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
    for report in site.drills(site.env_file("refused", **changed), report=tmp_path):
        found = report.only_finding("destination-reachable")
        assert said in found["got"]
        assert found["hint"]
        assert "wrong" not in report.markdown
