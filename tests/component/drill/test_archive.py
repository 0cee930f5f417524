"""What is known of a destination that only duplicity can look at: by its archive, and by what it counts."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from verify.archive.names import Names
from verify.drill.host.archive import Archive, counted_findings, volume_size_of
from verify.drill.host.command import NAME
from verify.job import read_job
from verify.lab.hosts.host import local_host

FULL = "duplicity-full.20260101T000000Z"
SECOND = "duplicity-inc.20260101T000000Z.to.20260102T000000Z"
MANIFEST = b"""Hostname vm
Localdir /var/data
Volume 1:
    StartingPath   .
    EndingPath     a
    Hash SHA1 00
Volume 2:
    StartingPath   b
    EndingPath     c
    Hash SHA1 01
"""
POINTS = (1_767_225_600, 1_767_312_000)  # of the full and the incremental


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    (tmp_path / NAME).mkdir()
    for name in (FULL, SECOND):
        (tmp_path / NAME / f"{name}.manifest").write_bytes(MANIFEST)
    with contextlib.closing(local_host(tmp_path / "host")) as host:
        yield Archive(host, str(tmp_path), Names())


def test_the_archive_knows_which_volumes_there_should_be_and_assumes_their_size(archive: Archive) -> None:
    chain = archive.leading_to(POINTS[1], 1000)
    assert [each.span.end for each, _ in chain] == list(POINTS)
    assert [sum(one.size for one in each.volumes.values()) for each, _ in chain] == [2000, 2000]
    assert archive.text_of(f"{FULL}.manifest.gpg") == MANIFEST
    assert archive.leading_to(0, 1000) == []


def test_a_manifest_that_duplicity_has_not_fetched_or_that_is_cut_short_is_not_known(
    archive: Archive, tmp_path: Path
) -> None:
    assert archive.text_of("another.manifest") == b""
    (tmp_path / NAME / f"{FULL}.manifest").write_bytes(MANIFEST[:60])
    assert archive.leading_to(POINTS[1], 1000) == []


def test_a_set_of_which_duplicity_lists_too_few_volumes_is_a_finding(archive: Archive) -> None:
    def counted(*volumes: int) -> Any:
        return SimpleNamespace(
            sets=[SimpleNamespace(time=at, volumes=count) for at, count in zip(POINTS, volumes, strict=True)]
        )

    chain = archive.leading_to(POINTS[1], 1000)
    assert counted_findings(counted(2, 2), chain) == []
    (found,) = counted_findings(counted(2, 1), chain)
    assert (found.check, found.got) == ("chain-complete", "1 that duplicity lists")
    assert "2 volumes of the incremental of 2026-01-02" in found.expected


@pytest.mark.parametrize(("options", "size"), [("--volsize 25", 25 << 20), ("", 200 << 20)])
def test_a_volume_is_as_large_as_the_job_says_at_the_most(tmp_path: Path, options: str, size: int) -> None:
    (tmp_path / "duplicity.env").write_text(f"SRC=/var/data\nDST=file:///x\nOPTIONS={options}\n")
    assert volume_size_of(read_job(tmp_path / "duplicity.env", None, {})) == size
