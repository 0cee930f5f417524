"""Drawn jobs: sound ones have nothing to find before anything is run, and any is read or refused in one sentence."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.errors import CannotRunError
from verify.job import findings_of, read_job, start_not_told
from verify.job.drawn import SoundJob, destinations, job_of_seed, sound_jobs, sources
from verify.job.drawn.options import VALUES
from verify.job.drawn.sound_stacks import ENV_FILE
from verify.job.option_names import VALUED

if TYPE_CHECKING:
    from pathlib import Path


@given(job=sound_jobs())
@settings(max_examples=300)
def test_a_sound_job_has_nothing_to_find(tmp_path_factory: pytest.TempPathFactory, job: SoundJob) -> None:
    file, stack = (tmp_path_factory.getbasetemp() / name for name in (ENV_FILE, "stack.yml"))
    file.write_text(job.env_text)
    stack.write_text(job.stack_text)
    read = read_job(None, stack, {}) if job.stack_text else read_job(file, None, {})
    assert not findings_of(read)
    assert not start_not_told(read)
    assert read.source == job.source
    assert read.encrypted == job.encrypted


@given(source=sources(), destination=destinations(), options=st.text("-=ab '\"$#/*", max_size=12))
@settings(max_examples=300)
def test_any_job_is_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, source: str, destination: str, options: str
) -> None:
    file: Path = tmp_path_factory.getbasetemp() / "any.env"
    file.write_text(f"SRC={source}\nDST={destination}\nOPTIONS={options}\n")
    try:
        findings = findings_of(read_job(file, None, {}))
    except CannotRunError as error:
        assert "\n" not in str(error)  # noqa: PT017 - most are read
    else:
        assert all(finding.hint for finding in findings if finding.check == "job-complete")


def test_a_seed_gives_the_same_job_always_and_another_one_another() -> None:
    assert job_of_seed(7) == job_of_seed(7)
    assert len({job_of_seed(number).env_text for number in range(10)}) > 5


def test_a_jobs_passphrase_is_not_printed() -> None:
    assert "PASSPHRASE" not in str(SoundJob("SRC=/x\nPASSPHRASE=geheim\n", "/x", "", encrypted=True))


def test_each_value_is_of_an_option_that_a_release_has() -> None:
    assert VALUES.keys() <= VALUED
