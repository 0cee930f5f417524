"""A secret is nowhere to be read but where it is needed."""

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis.vendor import pretty

from verify.job import Job, findings_of, read_job, sandboxed
from verify.report.json_report import report_of
from verify.report.markdown import markdown_of
from verify.report.outcome import Run
from verify.secret import Secret, is_told, masked

VALUE = "nobody-may-see-this"


@pytest.mark.parametrize(
    "shown",
    [
        repr(Secret(VALUE)), str(Secret(VALUE)), f"{Secret(VALUE)}", f"{Secret(VALUE)!r:>30}", f"{Secret(VALUE):>30}",
        format(Secret(VALUE), "*^30"), pretty.pretty(Secret(VALUE)), repr([Secret(VALUE)]),
    ],
)  # fmt: skip
def test_a_secret_prints_as_stars(shown: str) -> None:
    assert VALUE not in shown
    assert "***" in shown


def test_a_failed_comparison_shows_no_secret() -> None:
    here, there = Secret(VALUE), Secret(f"{VALUE}!")
    with pytest.raises(AssertionError) as caught:
        assert here == there
    assert VALUE not in str(caught.value)


def test_a_secret_equals_the_same_secret_only() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert not Secret("")
    assert Secret("a")


def test_a_secret_travels_through_no_pickle_and_no_json() -> None:
    for travel in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            travel(Secret(VALUE))
        assert VALUE not in str(caught.value)


def test_a_secret_has_no_other_place_to_be_read_from() -> None:
    with pytest.raises(TypeError):
        vars(Secret(VALUE))
    assert Secret(VALUE).reveal() == VALUE


def test_text_is_masked_by_the_longest_secret_first() -> None:
    assert masked("pass passphrase", [Secret("pass"), Secret("passphrase")]) == "*** ***"


def test_a_secret_of_three_letters_would_mask_too_much() -> None:
    assert masked("a cat", [Secret("cat"), Secret("")]) == "a cat"


HIDDEN = ("hidden-phrase", "hidden-key", "hidden-password", "hidden-option", "hidden-ping", "hidden-token")
EVERYWHERE = """\
SRC=/var/data
DST=sftp://me:hidden-password@host/dir
PASSPHRASE="hidden-phrase"
AWS_SECRET_ACCESS_KEY=hidden-key
OPTIONS=--ssh-options=-oPassword=x --ftp-password hidden-option
JOB_300_HEALTHCHECKS_URL=https://ping.example/hidden-ping
JOB_1_WHAT=curl -H 'token: hidden-token' --oauth2-bearer hidden-token https://x && backup
JOB_1_WHEN=dayly
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job with a secret in each place that one can be in."""
    (tmp_path / "duplicity.env").write_text(EVERYWHERE)
    return read_job(tmp_path / "duplicity.env", None, {})


@pytest.mark.parametrize("show", [repr, str, pretty.pretty, lambda job: json.dumps(job.as_json())])
def test_a_job_shows_no_secret(job: Job, show: Callable[[Job], str]) -> None:
    moved = sandboxed(job, "s3:///b", (), {"AWS_ACCESS_KEY_ID": Secret("hidden-key")}).job
    for each in (job, moved):
        assert [secret for secret in HIDDEN if secret in show(each)] == []


def test_the_findings_about_a_job_show_no_secret(job: Job) -> None:
    found = findings_of(job)
    assert {finding.check for finding in found} == {"env-file-reads-alike", "job-complete"}
    assert [secret for secret in HIDDEN if any(secret in str(finding) for finding in found)] == []


def test_reports_show_no_secret_of_the_job(job: Job, facts: dict[str, object]) -> None:
    now = datetime.now(UTC)
    run = Run(now, now, labs=({**facts, "job": job.as_json()},))
    written = json.dumps(report_of(run)) + markdown_of(run)
    assert "/var/data" in written
    assert [secret for secret in HIDDEN if secret in written] == []


@pytest.mark.parametrize(("text", "told"), [(b"the passphrase", True), (b"a pass", False), (b"cat", False)])
def test_what_would_be_masked_is_told(text: bytes, told: bool) -> None:
    assert is_told(text, [Secret("passphrase"), Secret("cat"), Secret("")]) is told
