"""Re-rooting and the sandbox: the job moved to where it can do no harm."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.job import Job, read_job, reroot, sandboxed
from verify.secret import Secret

PARTS = st.text("abcXYZ019._-", min_size=1, max_size=6).filter(lambda part: part != "..")  # they lead elsewhere
PATHS = st.lists(PARTS, min_size=1, max_size=4).map(lambda p: "/" + "/".join(p))
RULES = st.lists(
    st.tuples(st.sampled_from(["--include", "--exclude", "--archive-dir", "--tempdir"]), PATHS), max_size=5
)


def job_of(folder: Path, text: str) -> Job:
    (folder / "moves.env").write_text(text)
    return read_job(folder / "moves.env", None, {})


@given(source=PATHS, rules=RULES, prefix=PATHS)
@settings(max_examples=80)
def test_taking_the_prefix_away_gives_the_job_again(
    tmp_path_factory: pytest.TempPathFactory, source: str, rules: list[tuple[str, str]], prefix: str
) -> None:
    options = " ".join(f"{name} {path}" for name, path in rules)
    job = job_of(tmp_path_factory.getbasetemp(), f"SRC={source}\nTMPDIR=/t\nOPTIONS={options}\nOPTIONS_EXTRA=\n")
    rerooted = reroot(job, prefix)
    assert not rerooted.unfaithful
    assert rerooted.job.source == prefix + source
    assert rerooted.job.tempdir == f"{prefix}/t"
    moved = rerooted.job.options
    assert moved[::2] == job.options[::2]
    assert [word.removeprefix(prefix) for word in moved[1::2]] == list(job.options[1::2])
    assert all(word.startswith(f"{prefix}/") for word in moved[1::2])


def test_globs_behind_a_plain_beginning_move_and_a_slash_at_the_end_stays(tmp_path: Path) -> None:
    job = job_of(tmp_path, "SRC=/a/\nOPTIONS=--exclude=/a/**/x --include /a/b*/ --volsize 5\nOPTIONS_EXTRA=\n")
    moved = reroot(job, "/s/").job
    assert moved.source == "/s/a/"
    assert moved.options == ("--exclude=/s/a/**/x", "--include", "/s/a/b*/", "--volsize", "5")


@pytest.mark.parametrize(
    "rule",
    [
        "--exclude **/x",
        "--exclude *.tmp",
        "--include [ab]/x",
        "--exclude ignorecase:/a/x",
        "--exclude-regexp /a/.*",
        "--include-filelist /etc/list",
        "--files-from /etc/list",
        "--exclude /a/$(hostname)",
    ],
)
def test_rules_that_cannot_move_faithfully_are_left_out_and_told(tmp_path: Path, rule: str) -> None:
    name, value = rule.split()
    rerooted = reroot(job_of(tmp_path, f"SRC=/a\nOPTIONS=-v 3 {rule}\nOPTIONS_EXTRA=\n"), "/s")
    assert rerooted.job.options == ("-v", "3")
    ((told,),) = (rerooted.unfaithful,)
    assert (told.option, told.value) == (name, value)
    assert told.reason


def test_rules_behind_filter_regexp_are_regular_expressions(tmp_path: Path) -> None:
    options = "--exclude /a/1 --filter-regexp --exclude /a/2 --filter-literal --exclude /a/3"
    rerooted = reroot(job_of(tmp_path, f"SRC=/a\nOPTIONS={options}\nOPTIONS_EXTRA=\n"), "/s")
    assert rerooted.job.options == ("--exclude", "/s/a/1", "--filter-literal", "--exclude", "/s/a/3")
    assert [told.value for told in rerooted.unfaithful] == ["", "/a/2"]


def test_options_without_a_path_of_the_source_stay(tmp_path: Path) -> None:
    options = "--exclude-if-present .nobackup --exclude-device-files --exclude-older-than 3D --file-prefix x-"
    job = job_of(tmp_path, f"SRC=/a\nOPTIONS={options}\n")
    assert reroot(job, "/s").job.options == job.options


@pytest.mark.parametrize("prefix", ["relative", "", "/a*", "/[x]"])
def test_a_prefix_that_is_no_plain_absolute_path_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(ValueError, match="no absolute path"):
        reroot(job_of(tmp_path, "SRC=/a\n"), prefix)


FULL = """SRC=/a
DST=s3:///real/prefix
TMPDIR=/t
TZ=UTC
PASSPHRASE=p
AWS_ACCESS_KEY_ID=real
AWS_DEFAULT_REGION=eu
AWS_SECRET_ACCESS_KEY=real
HTTPS_PROXY=http://proxy
EMAIL_TO=a@b
JOB_300_HEALTHCHECKS_URL=https://hc/1
MINE=x
OPTIONS=--s3-region-name eu --exclude '/a/b c' --s3-use-ia --file-prefix x- --s3-endpoint-url="http://s" # e
"""
LAB_OPTIONS = ("--s3-endpoint-url=http://lab:9000",)
LAB_ENV = {"AWS_ACCESS_KEY_ID": "lab", "AWS_SECRET_ACCESS_KEY": Secret("lab")}


def test_in_the_sandbox_only_the_destination_and_its_credentials_are_replaced(tmp_path: Path) -> None:
    box = sandboxed(job_of(tmp_path, FULL), "s3:///lab/1", LAB_OPTIONS, LAB_ENV)
    assert box.job.destination == "s3:///lab/1"
    assert box.job.options == (
        *LAB_OPTIONS,
        *("--exclude", "/a/b c", "--file-prefix", "x-", "--metadata-sync-mode", "partial"),
    )
    assert dict(box.duplicity_env) == {
        "TMPDIR": "/t",
        "TZ": "UTC",
        "PASSPHRASE": Secret("p"),
        "MINE": "x",
        **LAB_ENV,
    }
    assert dict(box.job.credentials) == {"AWS_SECRET_ACCESS_KEY": Secret("lab")}


def test_a_container_gets_the_jobs_options_byte_for_byte_behind_the_labs(tmp_path: Path) -> None:
    box = sandboxed(job_of(tmp_path, FULL), "s3:///lab/1", LAB_OPTIONS, LAB_ENV)
    assert box.container_env["OPTIONS"] == f"{LAB_OPTIONS[0]} --exclude '/a/b c' --file-prefix x- # e"
    assert box.container_env["SRC"] == "/a"
    assert box.container_env["DST"] == "s3:///lab/1"
    assert box.container_env["JOB_300_WHAT"] == "backup"


def test_nothing_of_the_sandbox_reaches_mail_monitors_or_the_real_store(tmp_path: Path) -> None:
    box = sandboxed(job_of(tmp_path, FULL), "s3:///lab/1", LAB_OPTIONS, LAB_ENV)
    gone = {"AWS_DEFAULT_REGION", "HTTPS_PROXY", "EMAIL_TO", "JOB_300_HEALTHCHECKS_URL"}
    assert not gone & box.container_env.keys()
    assert gone <= set(box.dropped)
    assert {"--s3-region-name", "--s3-use-ia", "--s3-endpoint-url"} <= set(box.dropped)
    assert Secret("real") not in box.container_env.values()


def test_a_password_in_a_url_is_a_secret_in_both_spellings(tmp_path: Path) -> None:
    job = job_of(tmp_path, "SRC=/a\nDST=ftp://me:ge%2Fh%C3%A9im@host/x\nPASSPHRASE=p\n")
    assert {Secret("ge%2Fh%C3%A9im"), Secret("ge/h\u00e9im"), Secret("p")} <= set(job.secrets)


def test_a_list_that_was_moved_too_stays(tmp_path: Path) -> None:
    rules = "--exclude-filelist /lists/out --files-from=/lists/in --include-filelist /lists/gone --exclude /a/x"
    rerooted = reroot(job_of(tmp_path, f"SRC=/a\nOPTIONS={rules}\nOPTIONS_EXTRA=\n"), "/s", {"/lists/out", "/lists/in"})
    assert rerooted.job.options == (
        "--exclude-filelist",
        "/s/lists/out",
        "--files-from=/s/lists/in",
        "--exclude",
        "/s/a/x",
    )
    assert [each.value for each in rerooted.unfaithful] == ["/lists/gone"]
