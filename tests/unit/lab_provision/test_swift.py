"""What a job lacks for duplicity to remove anything from Swift, as docs/destinations.md says."""

from pathlib import Path

import pytest

from verify.job import read_job
from verify.lab.stores.swift import lacking_to_remove

BY_VERSION_1 = "ST_AUTH=http://swift/auth/v1.0\nST_USER=account:user\nST_KEY=secret\n"


@pytest.mark.parametrize(
    ("lines", "lacking"),
    [
        ("", ["ST_AUTH", "ST_USER", "ST_KEY"]),
        ("SWIFT_AUTHVERSION=1\nST_AUTH=http://swift/auth/v1.0\n", ["ST_USER", "ST_KEY"]),
        (f"SWIFT_AUTHVERSION=1\n{BY_VERSION_1}", []),
        ("SWIFT_AUTHVERSION=3\n", []),
        ("SWIFT_PREAUTHURL=http://swift/v1/account\nSWIFT_PREAUTHTOKEN=token\n", []),
    ],
)
def test_by_version_1_a_job_needs_variables_of_the_client_itself(
    lines: str, lacking: list[str], tmp_path: Path
) -> None:
    (tmp_path / "duplicity.env").write_text(f"SRC=/data\nDST=swift://container/prefix\n{lines}")
    assert lacking_to_remove(read_job(tmp_path / "duplicity.env", None, {})) == lacking
