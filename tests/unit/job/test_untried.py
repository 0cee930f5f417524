"""What a lab does not try of a job is said, word by word."""

from pathlib import Path

import pytest

from verify.job import Job, read_job, reroot, sandboxed
from verify.job.untried import lost_words, replaced_words, untried_words


def job_of(tmp_path: Path, text: str) -> Job:
    (tmp_path / "e").write_text(f"SRC=/a\nOPTIONS_EXTRA=\n{text}\n")
    return read_job(tmp_path / "e", None, {})


def test_what_stands_in_for_the_destination_is_said_with_what_goes_with_it(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=sftp://me:geheim@far/x\nAWS_ACCESS_KEY_ID=k\nOPTIONS=--ssh-options=-oPort=2 -v3")
    (said,) = replaced_words(job, sandboxed(job, "", (), {}))
    assert "DST=sftp://me:***@far/x" in said
    assert "not used: AWS_ACCESS_KEY_ID" in said
    assert "without effect: --ssh-options" in said


def test_an_option_of_the_server_is_not_used(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=s3:///b/p\nOPTIONS=--s3-region-name=x -v3")
    (said,) = replaced_words(job, sandboxed(job, "", (), {}))
    assert "not used: --s3-region-name" in said
    assert "-v3" not in said


@pytest.mark.parametrize("options", ["--skip-if-no-change -v3", "--dry-run", "--exclude **/x", "--exclude-regexp a"])
def test_what_is_left_out_is_said_with_the_reason(tmp_path: Path, options: str) -> None:
    job = job_of(tmp_path, f"DST=s3:///b/p\nOPTIONS={options}")
    moved = reroot(job, "/s")
    here = sandboxed(moved.job, "", (), {}).job
    (said,) = untried_words(job, moved.unfaithful)
    assert said.startswith(options.partition(" ")[0])
    assert not lost_words(job, here, [said])
    assert lost_words(job, here, [])


def test_a_job_whose_words_are_all_tried_leaves_nothing_out(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=s3:///b/p\nOPTIONS=--exclude /a/b --full-if-older-than 1W -v3")
    assert not list(untried_words(job, reroot(job, "/s").unfaithful))


def test_no_spelling_of_the_source_leads_out_of_the_scratch_folder(tmp_path: Path) -> None:
    job = read_job(tmp_path / "e", None, {}) if (tmp_path / "e").write_text("SRC=/../../etc/\nDST=file:///x") else None
    assert job is not None
    assert reroot(job, "/s").job.source == "/s/etc"
