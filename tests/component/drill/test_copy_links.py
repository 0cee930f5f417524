"""What a job with `--copy-links` backs up of symlinks is what a drill sees in the live source, and expects."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from verify.drill.points.expected import findings_of, judge
from verify.drill.points.live import walk
from verify.drill.points.source import LiveSource
from verify.lab.client.provision import provision_duplicity
from verify.selection import parse_rules

LONG_AFTER = 4_000_000_000  # seconds; a point of 2096, before which all that the test writes was there


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source, outside = tmp_path / "source", tmp_path / "outside"
    for path in (source / "folder/deep/a", source / "b", outside / "inner/c"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    for name, target in {
        "to-a-file": "b", "to-a-folder": "folder", "folder/to-above": "../b", "to-nowhere": "gone",
        "to-a-link": "to-a-file", "to-itself": "to-itself", "to-outside": str(outside), "through-a-file": "b/x",
    }.items():  # fmt: skip
        (source / name).symlink_to(target)
    return source


def listed(source: Path, scratch: Path, *options: str) -> list[bytes]:
    """Back a source up with duplicity; return the paths that it lists of it, its root apart."""
    duplicity = [*provision_duplicity().command, f"--archive-dir={scratch / 'archive'}", "--no-encryption"]
    env = {"PATH": os.environ["PATH"], "HOME": str(scratch)}
    destination = f"file://{scratch / 'destination'}"
    for words in (["full", *options, str(source), destination], ["list-current-files", destination]):
        done = subprocess.run([*duplicity, *words], env=env, capture_output=True, check=True)
    found = re.findall(rb"^\w{3} \w{3} +\d+ [\d:]{8} \d{4} (.+)$", done.stdout, re.MULTILINE)
    return [each for each in found if each != b"."]


def test_a_walk_sees_what_duplicity_backs_up_behind_links(source: Path, tmp_path: Path) -> None:
    theirs = listed(source, tmp_path, "--copy-links")
    ours = [each.path for each in walk(source, copy_links=True) if each.path]
    assert ours == theirs
    assert b"to-outside/inner/c" in ours
    assert not {b"to-nowhere", b"to-itself", b"through-a-file"} & set(ours)


@pytest.mark.parametrize("copy_links", [True, False])
def test_links_that_lead_nowhere_are_missed_only_where_links_are_kept(
    source: Path, tmp_path: Path, *, copy_links: bool
) -> None:
    listing = [(path, 0) for path in [b"", *listed(source, tmp_path, "--copy-links")]]
    rules = parse_rules(str(source), [], Version("3.2.1"))
    live = LiveSource(source, copy_links=copy_links)
    found = findings_of(judge(live, listing, rules, LONG_AFTER), LONG_AFTER)
    missing = [each.path for each in found if each.got == "missing"]
    assert missing == ([] if copy_links else ["through-a-file", "to-itself", "to-nowhere"])
