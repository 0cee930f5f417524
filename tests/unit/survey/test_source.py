"""What is said of a source itself."""

import os
from pathlib import Path

import pytest
from packaging.version import Version

from verify.errors import NotProvenError
from verify.job import read_job
from verify.selection import parse_rules
from verify.selection.listing import RealSource
from verify.selection.survey import Survey, inside_findings, job_inside_findings, source_findings

RELEASE = Version("3.2.1")


def surveyed(folder: Path, source: str) -> Survey:
    return Survey(RealSource(folder).as_source(source), parse_rules(source, [], RELEASE)).run()


def test_a_source_that_is_a_link_is_backed_up_as_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("a")
    link = tmp_path / "link"
    link.symlink_to("real")
    (finding,) = source_findings(surveyed(link, f"{link}/"))
    assert "is a symlink" in finding.got
    assert not list(source_findings(surveyed(link, "/elsewhere")))  # a link to what is mounted there
    assert not list(source_findings(surveyed(tmp_path / "real", os.fspath(tmp_path / "real"))))


def test_a_source_that_is_one_file_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("a")
    assert not list(source_findings(surveyed(tmp_path / "one", f"{tmp_path}/one")))


def test_a_source_without_files_is_empty(tmp_path: Path) -> None:
    assert [found.got for found in source_findings(surveyed(tmp_path, "/s"))] == ["none"]


@pytest.mark.parametrize(
    ("lines", "inside"),
    [
        ("DST=file:///s/x", ["x"]),
        ("DST=file:///s", [""]),
        ("DST=file:///s2/x", []),
        ("DST=file:///s/x\nOPTIONS=--exclude /s/x", []),
        ("DST=file:///s/x\nOPTIONS=--exclude **/x/**", []),
        ("DST=s3:///s/x\nOPTIONS=--archive-dir=/s/.a", [".a"]),
        ("DST=multi\nDST_1=file:///s/x\nDST_2=file:///s/y", ["x", "y"]),
        ("DST=s3:///s/x", []),
    ],
)
def test_what_duplicity_writes_into_the_source_is_found_unless_it_is_excluded(
    tmp_path: Path, lines: str, inside: list[str]
) -> None:
    (tmp_path / "e").write_text(f"SRC=/s/\n{lines}\n")
    job = read_job(tmp_path / "e", None, {})
    found = inside_findings(job, parse_rules(job.source, job.options, RELEASE))
    assert [finding.path for finding in found] == inside


def test_what_another_file_system_would_leave_out_is_in_doubt(tmp_path: Path) -> None:
    text = "SRC=/\nDST=file:///mnt/copies\nOPTIONS=--exclude /tmp --exclude /root/.cache --exclude-other-filesystems"
    (tmp_path / "e").write_text(text)
    with pytest.raises(NotProvenError, match=r"DST is /mnt/copies, in SRC: .* --exclude /mnt/copies leaves it out"):
        job_inside_findings(read_job(tmp_path / "e", None, {}), RELEASE)
    (tmp_path / "e").write_text(f"{text} --exclude /mnt\n")
    assert not job_inside_findings(read_job(tmp_path / "e", None, {}), RELEASE)
