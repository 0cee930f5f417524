"""What a lab does not try of a job is said, word by word."""

import re
from pathlib import Path

import pytest

from verify.job import Job, read_job, reroot, sandboxed
from verify.job.untried import lost_words, replaced_words, untried_settings, untried_words


def job_of(tmp_path: Path, text: str) -> Job:
    (tmp_path / "e").write_text(f"SRC=/a\nOPTIONS_EXTRA=\n{text}\n")
    return read_job(tmp_path / "e", None, {})


def test_what_stands_in_for_the_destination_is_said_with_what_goes_with_it(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=sftp://me:geheim@far/x\nAWS_ACCESS_KEY_ID=k\nOPTIONS=--ssh-options=-oPort=2 -v3")
    (said,) = replaced_words(job, sandboxed(job, "", (), {}), "MinIO", "there is no sshd")
    assert "MinIO of the lab's own stands in for DST=sftp://me:***@far/x, since there is no sshd" in said
    assert "not used: --ssh-options, AWS_ACCESS_KEY_ID" in said


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("-oPort=2 -oCompression=yes", "-oCompression=yes"),
        ("-oIdentityFile='/a key' -o UserKnownHostsFile=/k -C -o Compression=no", "-C -oCompression=no"),
        ("-i /root/.ssh/id_rsa -p 2222", ""),
        ("-oProxyCommand='nc %h %p' -oServerAliveInterval=5", "-oServerAliveInterval=5"),
    ],
)
def test_of_what_ssh_is_told_the_server_and_who_enters_are_replaced(tmp_path: Path, written: str, kept: str) -> None:
    job = job_of(tmp_path, f'DST=sftp://far/x\nOPTIONS=--ssh-options="{written}" -v3')
    box = sandboxed(job, "sftp://here/x", ("--ssh-options=-oIdentityFile=/lab",), {})
    told = [each for each in box.job.options if each.startswith("--ssh-options")]
    assert told == ["--ssh-options=-oIdentityFile=/lab", *(f"--ssh-options={each}" for each in kept.split())]
    assert "--ssh-options" in box.dropped


def test_another_shell_of_rsync_is_not_used(tmp_path: Path) -> None:
    for written, kept in (("--bwlimit=900", True), ("-e 'ssh -p 22'", False), ("--rsh=ssh", False)):
        job = job_of(tmp_path, f'DST=rsync://far/x\nOPTIONS=--rsync-options="{written}"')
        box = sandboxed(job, "", (), {})
        assert ("--rsync-options" not in box.dropped) is kept
        assert (f"--rsync-options={written}" in box.job.options) is kept


def test_an_option_of_the_server_is_not_used(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=s3:///b/p\nOPTIONS=--s3-region-name=x -v3")
    (said,) = replaced_words(job, sandboxed(job, "", (), {}), "MinIO")
    assert "not used: --s3-region-name" in said
    assert "-v3" not in said


@pytest.mark.parametrize(
    "options",
    [
        *("--skip-if-no-change -v3", "--dry-run", "--exclude **/x", "--exclude-regexp a", "--rename a b"),
        *("--encrypt-key ABCD", "--sign-key=ABCD", "--use-agent", "--gpg-options=--homedir=/keys"),
    ],
)
def test_what_is_left_out_is_said_with_the_reason(tmp_path: Path, options: str) -> None:
    job = job_of(tmp_path, f"DST=s3:///b/p\nOPTIONS={options}")
    moved = reroot(job, "/s")
    here = sandboxed(moved.job, "", (), {}).job
    (said,) = untried_words(job, moved.unfaithful)
    assert said.startswith(re.split("[ =]", options)[0])
    assert not lost_words(job, here, [said])
    assert lost_words(job, here, [])


def test_a_job_whose_words_are_all_tried_leaves_nothing_out(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=s3:///b/p\nOPTIONS=--exclude /a/b --full-if-older-than 1W -v3")
    assert not list(untried_words(job, reroot(job, "/s").unfaithful))


def test_no_spelling_of_the_source_leads_out_of_the_scratch_folder(tmp_path: Path) -> None:
    job = read_job(tmp_path / "e", None, {}) if (tmp_path / "e").write_text("SRC=/../../etc/\nDST=file:///x") else None
    assert job is not None
    assert reroot(job, "/s").job.source == "/s/etc"


def test_what_the_container_may_do_otherwise_is_said(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text("services: {b: {image: duplicity, user: '1', read_only: true, restart: always}}")
    (said,) = untried_settings(read_job(None, tmp_path / "s.yml", {}))
    assert said.startswith("the stack file's user and read_only is not tried")
    assert not list(untried_settings(job_of(tmp_path, "")))


@pytest.mark.parametrize("option", ["--archive-dir /data/.cache", "--log-file=/data/log", "--tempdir /data"])
def test_what_duplicity_would_write_into_the_source_is_left_out(tmp_path: Path, option: str) -> None:
    job = job_of(tmp_path, f"SRC=/data/\nDST=s3:///b/p\nOPTIONS={option}")
    (said,) = untried_words(job)
    assert "it lies in SRC" in said
    assert not sandboxed(job, "", (), {}).job.options
    elsewhere = job_of(tmp_path, "SRC=/data\nDST=s3:///b/p\nOPTIONS=--archive-dir /data2")
    assert not list(untried_words(elsewhere))


def test_what_is_left_out_for_one_reason_is_one_sentence(tmp_path: Path) -> None:
    job = job_of(tmp_path, "SRC=/data\nOPTIONS=--file-prefix-archive a-$(date)- --file-prefix-manifest m-$(date)- -v3")
    moved = reroot(job, "/s")
    (said,) = untried_words(job, moved.unfaithful)
    assert said.startswith("--file-prefix-archive a-$(date)- and --file-prefix-manifest m-$(date)- are left out: ")
    assert not lost_words(job, sandboxed(moved.job, "", (), {}).job, [said])
