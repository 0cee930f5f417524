from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from verify.errors import CannotRunError
from verify.job import (
    Job,
    Schedule,
    findings_of,
    printable_destination,
    read_job,
    reroot,
    sandboxed,
    scheme_finding,
)
from verify.secret import Secret

Reader = Callable[..., Job]
LETTERS = st.text("abcdefghijkmnopqrstuvwxyz0123456789", min_size=8, max_size=12)


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def read(text: str, *, stack: str = "", caller_env: dict[str, str] | None = None, reading: str = "raw") -> Job:
        (tmp_path / "duplicity.env").write_text(text)
        (tmp_path / "stack.yml").write_text(stack)
        stack_file = tmp_path / "stack.yml" if stack else None
        return read_job(tmp_path / "duplicity.env", stack_file, caller_env or {}, reading=reading)  # type: ignore[arg-type]

    return read


def test_a_variable_that_is_absent_has_the_images_default_and_says_so(read: Reader) -> None:
    job = read("DST=file:///x\nCRONTAB_DAILY=")
    assert job.source == "/mnt/backup/src"
    assert [(e.number, e.what, e.when, e.default) for e in job.entries] == [(300, "backup", ("daily",), True)]
    assert Schedule("daily", "", default=False) in job.schedules
    assert Schedule("weekly", "0 1 * * SUN", default=True) in job.schedules
    assert "SRC" in job.defaults
    assert "DST" not in job.defaults


def test_a_flavour_of_the_image_has_defaults_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "x.env").write_text("DST=file:///x\nJOB_500_WHEN=monthly\n")
    flavour = {
        "OPTIONS_EXTRA": "--volsize 5",
        "JOB_500_WHAT": "dup full $SRC $DST",
        "JOB_500_WHEN": "weekly",
        "PATH": "/",
    }
    job = read_job(tmp_path / "x.env", None, {}, image_env=flavour)
    assert job.options == ("--volsize", "5")
    assert [(e.number, e.what, e.when) for e in job.entries] == [
        (300, "backup", ("daily",)),
        (500, "dup full $SRC $DST", ("monthly",)),
    ]
    assert {"OPTIONS_EXTRA", "JOB_500_WHAT"} <= job.defaults
    assert not {"JOB_500_WHEN", "PATH"} & job.defaults
    assert "PATH" not in job.variables


def test_options_come_in_order_with_the_images_extra_ones_behind(read: Reader) -> None:
    job = read("OPTIONS=--exclude /a --volsize 5 --include=/b\nOPTIONS_EXTRA=-v 3")
    assert job.options == ("--exclude", "/a", "--volsize", "5", "--include=/b", "-v", "3")
    assert job.selection_options == ("--exclude", "/a", "--include=/b")
    assert job.other_options == ("--volsize", "5", "-v", "3")


@pytest.mark.parametrize(
    ("options", "words", "notes"),
    [
        ("--exclude '/my dir'", ("--exclude", "/my dir"), 1),
        ("--exclude \"'/my dir'\"", ("--exclude", "/my dir"), 0),
        ('"--exclude /a -v 3"', ("--exclude", "/a", "-v", "3"), 0),
        ("--exclude $SRC/cache # comment", ("--exclude", "/src/cache"), 0),
        ("--name $PASSPHRASE", ("--name", "$PASSPHRASE"), 0),
        ("--name $(hostname)", ("--name", "$(hostname)"), 1),
        ("--exclude /a/*", ("--exclude", "/a/*"), 1),
    ],
)
def test_options_are_split_as_they_are_meant(read: Reader, options: str, words: tuple[str, ...], notes: int) -> None:
    job = read(f"SRC=/src\nPASSPHRASE=x\nOPTIONS_EXTRA=\nOPTIONS={options}")
    assert job.options == words
    assert len(job.notes) == notes


@pytest.mark.parametrize("options", ["--archive-dir /x --archive-dir=/archive", "--archive-dir /archive"])
def test_the_archive_folder_is_the_last_one_given(read: Reader, options: str) -> None:
    assert read(f"OPTIONS={options}").archive_dir == "/archive"


def test_what_looks_like_a_secret_is_one_and_the_rest_is_not(read: Reader) -> None:
    job = read(
        "PASSPHRASE=p\nAWS_SECRET_ACCESS_KEY=a\nGS_ACCESS_KEY_ID=b\nSMTP_PASS=c\nMY_TOKEN=d\nAWS_DEFAULT_REGION=e\n"
        "JOB_300_HEALTHCHECKS_URL=https://hc/uuid\nDSN=db://u:pw@host/x\nAZURE_CONNECTION_STRING=f"
    )
    assert job.passphrase == Secret("p")
    assert set(job.credentials) == {
        "AWS_SECRET_ACCESS_KEY",
        "GS_ACCESS_KEY_ID",
        "SMTP_PASS",
        "MY_TOKEN",
        "JOB_300_HEALTHCHECKS_URL",
        "AZURE_CONNECTION_STRING",
    }
    assert job.variables["AWS_DEFAULT_REGION"] == "e"
    assert job.variables["DSN"] == Secret("db://u:pw@host/x")


def test_variables_that_nobody_knows_are_kept(read: Reader) -> None:
    job = read("SRC=/a\nFOO=bar\nMY_TOKEN=x\nJOB_1_WHAT=backup\nJOB_X_WHAT=y\nCRONTAB_NIGHTLY=0 1 * * *")
    assert dict(job.unknown) == {"FOO": "bar", "MY_TOKEN": Secret("x"), "JOB_X_WHAT": "y"}


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("s3:///bucket/a@b", "s3:///bucket/a@b"),
        ("gs://bucket/prefix", "gs://bucket/prefix"),
        ("sftp://me@host:22//data", "sftp://me@host:22//data"),
        ("sftp://me@host:22/a@b", "sftp://me@host:22/a@b"),
        ("sftp://me:geheim@host:22/a", "sftp://me:***@host:22/a"),
        ("ftp://me@corp:geheim@host/a", "ftp://me@corp:***@host/a"),
        ("b2://id:ge/he:im@bucket/a", "b2://id:***@bucket/a"),
        ("ftp://me:ge@heim@host/a", "ftp://me:***@host/a"),
        ("rsync://host::module/dir", "rsync://host::module/dir"),
        ("/no/url:geheim@x", "/no/url:geheim@x"),
    ],
)
def test_a_destination_is_printed_without_its_password(url: str, printed: str) -> None:
    assert printable_destination(url) == printed


@given(parts=st.tuples(*[LETTERS] * 6), quote=st.sampled_from(["", "'", '"']))
@settings(max_examples=60)
def test_no_secret_is_in_anything_that_is_printed(
    tmp_path_factory: pytest.TempPathFactory, parts: tuple[str, ...], quote: str
) -> None:
    secrets = [f"geheim{part}" for part in parts]
    passphrase, key, password, token, url_password, header = secrets
    file = tmp_path_factory.getbasetemp() / "secret.env"
    file.write_text(
        f"PASSPHRASE={quote}{passphrase}{quote}\nAWS_SECRET_ACCESS_KEY={quote}{key}{quote} # no\n"
        f"SMTP_PASS={password}$X\nMY_TOKEN={token}\nDST={quote}ssh://me:{url_password}@host/dir{quote}\n"
        f"JOB_300_WHAT=dump -p{password} ssh://me:{url_password}@host\n"
        f"OPTIONS={quote}--webdav-headers {header} --name {key}{quote}\n"
    )
    job = read_job(file, None, {})
    printed = [repr(job), str(job), str(findings_of(job)), "\n".join(map(str, findings_of(job)))]
    printed += [str(job.as_json()), str(job.printable_options), repr(reroot(job, "/scratch"))]
    printed += [str(finding) for finding in scheme_finding(job, {"s3"}, Version("3.2.1"))]
    printed += [repr(sandboxed(job, "s3:///lab/x", [], {"AWS_SECRET_ACCESS_KEY": Secret("lab-key")}))]
    assert not [secret for secret in secrets for text in printed if secret in text]


def test_the_stack_files_environment_goes_before_its_env_files(read: Reader) -> None:
    service = "image: duplicity, env_file: duplicity.env, environment: {SRC: /stack, TZ: }, hostname: h"
    stack = f"services: {{b: {{{service}}}}}"
    job = read("SRC=/file\nDST=\nTMPDIR=/t", stack=stack, caller_env={"TZ": "UTC", "DST": "file:///caller"})
    assert (job.source, job.tempdir, job.hostname, job.image) == ("/stack", "/t", "h", "duplicity")
    assert job.variables["TZ"] == "UTC"
    # docker stack deploy fills an empty value from the caller, docker compose does not.
    assert job.destination == "file:///caller"
    assert set(job.differing_names) == {"DST"}


def test_an_env_file_that_the_stack_does_not_name_takes_the_place_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "stack.yml").write_text("services: {b: {image: duplicity, env_file: [/none/a.env]}}")
    (tmp_path / "mine.env").write_text("SRC=/mine")
    assert read_job(tmp_path / "mine.env", tmp_path / "stack.yml", {}).source == "/mine"
    with pytest.raises(CannotRunError, match=r"/none/a\.env cannot be read"):
        read_job(None, tmp_path / "stack.yml", {})


def test_several_env_files_are_read_in_order_when_one_of_them_is_given(tmp_path: Path) -> None:
    (tmp_path / "stack.yml").write_text("services: {b: {image: duplicity, env_file: [a.env, b.env]}}")
    (tmp_path / "a.env").write_text("SRC=/a\nDST=file:///a")
    (tmp_path / "b.env").write_text("SRC=/b\nX=${DST}")
    job = read_job(tmp_path / "a.env", tmp_path / "stack.yml", {}, reading="dotenv")
    assert (job.source, job.destination, job.variables["X"]) == ("/b", "file:///a", "file:///a")


def test_the_other_reading_is_kept_and_may_refuse_the_file(read: Reader) -> None:
    job = read('SRC="/a"\nDST=file:///x')
    assert job.source == '"/a"'
    assert job.other_reading == {"SRC": "/a", "DST": "file:///x"}
    assert read('SRC="/a"', reading="dotenv").source == "/a"
    refused = read("SRC='/a")
    assert refused.other_reading is None
    assert "line 1: a quote that is not closed" in refused.other_reading_trouble


@pytest.mark.parametrize(("data", "says"), [(None, "no such file"), (b"A=b\nC=\xff", "line 2: not UTF-8")])
def test_an_env_file_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes | None, says: str) -> None:
    file = tmp_path / "duplicity.env"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(CannotRunError, match=says):
        read_job(file, None, {})


def test_without_any_file_there_is_no_job() -> None:
    with pytest.raises(CannotRunError, match="give --env-file"):
        read_job(None, None, {})


def test_multi_mode_has_its_numbered_destinations_up_to_a_gap(read: Reader) -> None:
    job = read("DST=multi\nDST_1=file:///a\nDST_1_AWS_SECRET_ACCESS_KEY=x\nDST_2=file:///b\nDST_4=file:///d")
    assert job.destinations == {"DST_1": "file:///a", "DST_2": "file:///b"}
    assert not job.unknown
