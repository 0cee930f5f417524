"""A secret of a job or a policy may lie in a file that NAME_FILE names, as containers are given it."""

from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.job import read_job
from verify.policy import read_policy
from verify.secret_files import WithSecretFiles

JOB = "SRC=/data\nDST=s3:///bucket\nPASSPHRASE\nAWS_SECRET_ACCESS_KEY\n"
WITHOUT_NAMES = "SRC=/data\nDST=s3:///bucket\n"


@pytest.fixture
def named(tmp_path: Path) -> dict[str, str]:
    """Variables that name a file with a passphrase."""
    (tmp_path / "passphrase").write_text(" open sesame \n")
    return {"PASSPHRASE_FILE": str(tmp_path / "passphrase"), "AWS_SECRET_ACCESS_KEY": "key"}


@pytest.mark.parametrize("reading", ["raw", "dotenv"])
def test_the_job_has_what_is_in_the_file(tmp_path: Path, named: dict[str, str], reading: str) -> None:
    (tmp_path / "job.env").write_text(JOB)
    job = read_job(tmp_path / "job.env", None, named, reading=reading)  # type: ignore[arg-type]
    assert job.text_of("PASSPHRASE") == " open sesame "
    assert job.text_of("AWS_SECRET_ACCESS_KEY") == "key"
    assert "PASSPHRASE_FILE" not in job.variables
    assert any(secret.reveal() == " open sesame " for secret in job.secrets)


@pytest.mark.parametrize("starter", ["raw", "dotenv"])
def test_a_stack_file_that_asks_for_it_gets_it(tmp_path: Path, named: dict[str, str], starter: str) -> None:
    (tmp_path / "stack.yml").write_text(
        "services: {backup: {image: tecnativa/duplicity, environment:"
        " {SRC: /data, DST: 's3:///b', PASSPHRASE: '${PASSPHRASE}', FTP_PASSWORD: null}}}"
    )
    (tmp_path / "ftp").write_text("ftp")
    (tmp_path / ".env").write_text("OTHER=1\n")
    named["FTP_PASSWORD_FILE"] = str(tmp_path / "ftp")
    job = read_job(None, tmp_path / "stack.yml", named, reading=starter)  # type: ignore[arg-type]
    assert (job.text_of("PASSPHRASE"), job.text_of("FTP_PASSWORD")) == (" open sesame ", "ftp")


def test_the_variable_itself_beats_the_file(named: dict[str, str]) -> None:
    assert WithSecretFiles({**named, "PASSPHRASE": "typed"})["PASSPHRASE"] == "typed"


def test_a_file_that_nobody_asks_for_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "job.env").write_text(WITHOUT_NAMES)
    read_job(tmp_path / "job.env", None, {"PASSPHRASE_FILE": "/not/there"})


def test_a_policy_takes_it_too(tmp_path: Path, named: dict[str, str]) -> None:
    file = tmp_path / "duplicity-verify.toml"
    file.write_text("[[notify]]\nreceiver = 'healthchecks'\nurl = 'https://example.org/${PASSPHRASE}'\n")
    (table,) = read_policy(file, named).notify
    assert table.url
    assert table.url.reveal() == "https://example.org/ open sesame "


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (no such file or directory)"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"a\nb\n", "has several lines"),
        (b"\xff", "is no text in UTF-8"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    (tmp_path / "job.env").write_text(JOB)
    with pytest.raises(CannotRunError, match="PASSPHRASE_FILE: ") as caught:
        read_job(tmp_path / "job.env", None, {"PASSPHRASE_FILE": str(tmp_path / "secret")})
    assert said in str(caught.value)
