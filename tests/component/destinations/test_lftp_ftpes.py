"""lftp+ftpes:// reaches no server, though duplicity registers it; ftpes:// reaches the same one."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from kind_bench import Bench, cannot_serve, served

from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun


@pytest.mark.nightly(reason="by day the table of dead schemes is asked of duplicity without a server")
def test_a_backup_goes_by_ftpes_and_not_by_lftp_ftpes(run: LabelledRun, host: Host, tmp_path: Path) -> None:
    if why := cannot_serve("ftpes"):
        pytest.skip(why)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a").write_bytes(b"a")
    with contextlib.closing(served("ftpes", run, host)) as store:
        bench = Bench(store, tmp_path, run)
        at = store.new_destination()
        with pytest.raises(AssertionError, match="lftp"):
            bench.back_up(replace(at, url=f"lftp+{at.url}"), 1_790_000_000)
        assert at.objects() == []
        bench.back_up(at, 1_790_000_000)
        assert at.objects() != []
