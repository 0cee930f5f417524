"""No message about a job holds a secret of it: jobs are drawn, with a secret in each place that one can be in."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_runs import run_of

from verify.errors import CannotRunError
from verify.job import findings_of, read_job
from verify.notify.message import message_of
from verify.notify.summary import DrillSummary
from verify.report.markdown import markdown_of
from verify.report.outcome import Run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from verify.secret import Secret

PLACES = (
    "PASSPHRASE={}",
    "AWS_SECRET_ACCESS_KEY={}",
    "SMTP_PASS={}",
    "DST=ftp://user:{}@host.example/folder",
    "JOB_300_HEALTHCHECKS_URL=hc.example/{}",
    "OPTIONS=--ssh-options=-oPassword={}",
    "OPTIONS=--s3-endpoint-url=https://user:{}@host.example --exclude",
    "SRC=ftp://user:{}@host.example/folder",
    "JOB_300_WHAT=curl https://user:{}@host.example && bakup",
    "DST=frp://user:{}@host.example/folder",
)
WORDS = st.text("abcdefgh0123456789-_.~", min_size=8, max_size=24).map(lambda text: f"s{text}t")


@given(secret=WORDS, places=st.lists(st.sampled_from(PLACES), min_size=1, unique_by=lambda line: line.split("=")[0]))
@settings(max_examples=60)
def test_no_message_about_a_job_holds_a_secret_of_it(
    tmp_path_factory: pytest.TempPathFactory, secret: str, places: list[str]
) -> None:
    file: Path = tmp_path_factory.getbasetemp() / "told.env"
    file.write_text("".join(f"{place.format(secret)}\n" for place in places))
    job = read_job(file, None, {})
    found = run_of(*findings_of(job))
    assert secret not in told(found, [])  # without the net that masks what is known
    now = datetime.now(UTC)
    for known in job.secrets:  # that no text of ours may hold
        said = f"the server said: no entry for {known.reveal()}"
        assert known.reveal() not in told(Run(now, now, troubles=(said,)), job.secrets)


def told(run: Run, secrets: "Iterable[Secret]") -> str:
    """All that is sent of a run."""
    message = message_of(DrillSummary("told.env on here", {"": run}), secrets, (), {"report.md": markdown_of(run)})
    return "\n".join([message.title, message.text, message.as_html, *message.attached.values()])


def test_a_job_that_cannot_be_read_says_so_without_its_secrets(tmp_path: "Path") -> None:
    file = tmp_path / "bad.env"
    file.write_bytes(b"PASSPHRASE=hidden\xff-passphrase\n")
    with pytest.raises(CannotRunError) as error:
        read_job(file, None, {})
    assert "hidden" not in str(error.value)
