"""duplicity's backends of containers remove what they are told to; Swift's, by version 1, only with more variables."""

import contextlib
from pathlib import Path

import pytest
from kind_bench import Bench, cannot_serve, served

from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.swift import OF_VERSION_1

ORPHAN = "duplicity-inc.20260101T000000Z.to.20260102T000000Z.vol1.difftar.gpg"


@pytest.mark.nightly(reason="it holds a page of ours to duplicity")
@pytest.mark.parametrize(("kind", "without"), [("azure", ()), ("swift", ()), ("swift", OF_VERSION_1)])
def test_cleanup_removes_what_belongs_to_no_backup(
    kind: str, without: tuple[str, ...], run: LabelledRun, host: Host, tmp_path: Path
) -> None:
    if why := cannot_serve(kind):
        pytest.skip(why)
    with contextlib.closing(served(kind, run, host)) as store:
        bench = Bench(store, tmp_path, run)
        bench.healthy.put(ORPHAN, b"of no backup")
        job = bench.job(bench.healthy, **dict.fromkeys(without, ""))
        bench.duplicity(job, "cleanup", *job.options, "--force", job.destination)
        assert {each.name for each in bench.healthy.objects()} == ({ORPHAN} if without else set())
