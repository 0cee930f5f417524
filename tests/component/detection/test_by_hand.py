"""What duplicity says of a job by itself: it takes a sound one, and refuses another in its own words."""

from pathlib import Path

import pytest

from verify.detection.by_hand import CallByHand, called_by_hand
from verify.job import read_job
from verify.lab.client.provision import provision_duplicity
from verify.lab.settings import DEFAULT_RELEASE


def by_hand(options: str, folder: Path) -> list[CallByHand]:
    file = folder / "duplicity.env"
    file.write_text(f"SRC=/mnt/data/\nDST=s3:///bucket/x\nPASSPHRASE=a b\nOPTIONS={options}\n")
    return called_by_hand(read_job(file, None, {}), provision_duplicity(str(DEFAULT_RELEASE)), folder / "by-hand")


def test_a_sound_job_comes_back(tmp_path: Path) -> None:
    called = by_hand("--full-if-older-than 1D --exclude /mnt/data/none --gpg-options=--s2k-count=65536", tmp_path)
    assert [each.command for each in called] == [
        "full",
        "incremental",
        "verify",
        "collection-status",
        "restore",
        "diff",
    ]
    assert not [each for each in called if each.exit_code], called


@pytest.mark.parametrize(
    ("options", "says"),
    [("--s3-use-new-style", "was removed in 2.0.0"), ("--exclude /mnt/data/sub", "Only in")],
    ids=["refused", "left-out"],
)
def test_what_is_wrong_is_said(tmp_path: Path, options: str, says: str) -> None:
    told = [str(each) for each in by_hand(options, tmp_path) if each.exit_code]
    assert any(says in each for each in told), told
