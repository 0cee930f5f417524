"""Restores into empty places of scratch: killed when they hang, and told from those that fail."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.archive.manifests import Manifest, Volume
from verify.archive.names import Span
from verify.archive.sets import Object, StoredSet
from verify.drill.host.drill_host import DrillHost
from verify.drill.restoring.needs import Needs
from verify.drill.restoring.restorer import RestoredPath, Restorer
from verify.errors import CannotRunError
from verify.job import Job, read_job
from verify.lab.client.duplicity import Duplicity
from verify.lab.hosts.host import Host, local_host
from verify.onsite.blocks import order_of

Restore = Callable[..., RestoredPath]
WRITES = 'for target; do :; done; mkdir "$target"; echo 1 >"$target/a"; echo 22 >"$target/b"'


@pytest.fixture
def drill_host(tmp_path: Path) -> Iterator[Callable[[str], DrillHost]]:
    """Make a host where a shell script stands for duplicity."""
    with contextlib.closing(local_host(tmp_path / "host")) as main, contextlib.ExitStack() as stack:

        def beside() -> Host:
            return stack.enter_context(contextlib.closing(local_host(tmp_path / "beside")))

        def with_script(script: str) -> DrillHost:
            main.mkdir(f"{main.scratch}/drill")
            return DrillHost(
                main=main, beside=beside,
                command=("sh", "-c", script, "duplicity"), release=Version("3.2.1"),
                archive=f"{main.scratch}/archive", scratch=f"{main.scratch}/drill", environment={}, fetched_to=None,
                versions={},
            )  # fmt: skip

        yield with_script


def needs_of(size: int) -> Needs:
    """Return what a restore needs that downloads one volume of a size in bytes."""
    volume = Volume(1, b"", b"z", None)
    stored = StoredSet(Span(None, 0), {1: Object("duplicity-full.20260101T000000Z.vol1.difftar", size)})
    return Needs([(stored, Manifest({1: volume}))])


def restored(
    host: DrillHost,
    tmp_path: Path,
    *,
    seconds: float = 60,
    path: bytes = b"",
    limit: float | None = None,
    size: int = 0,
) -> RestoredPath | None:
    """Restore a path whose volumes have `size` bytes."""
    (tmp_path / "duplicity.env").write_text("SRC=/var/data\nDST=file:///nowhere\nPASSPHRASE=x\n")
    job = read_job(tmp_path / "duplicity.env", None, {})
    restorer = Restorer(host, job, time.monotonic() + seconds, limit)
    return restorer.restore(
        "sample-restores", path, 0, needs_of(size), into="newest", size=0, order=lambda: order_of([b"a", b"b"])
    )


def ended(host: DrillHost, tmp_path: Path, path: bytes = b"", limit: float | None = None) -> RestoredPath:
    """Restore with time enough."""
    done = restored(host, tmp_path, path=path, limit=limit)
    assert done is not None
    return done


def test_what_was_restored_is_observed(drill_host: Callable[[str], DrillHost], tmp_path: Path) -> None:
    done = ended(drill_host(WRITES), tmp_path)
    assert done.finding is None
    assert [(each.path, each.size) for each in done.inventory] == [(b"", 0), (b"a", 2), (b"b", 3)]
    assert done.target.endswith("/drill/newest")


def test_one_path_lies_where_it_would_in_the_whole(drill_host: Callable[[str], DrillHost], tmp_path: Path) -> None:
    done = ended(drill_host(WRITES), tmp_path, path=b"deep/in/it")
    assert done.target.endswith("/drill/newest/deep/in/it")
    assert done.finding is None


def test_a_restore_that_fails_is_a_finding_with_what_it_said(
    drill_host: Callable[[str], DrillHost], tmp_path: Path
) -> None:
    done = ended(drill_host("echo Invalid data - SHA1 hash mismatch; exit 21"), tmp_path, path=b"a")
    assert done.finding is not None
    assert (done.finding.path, done.finding.got) == ("a", "exit code 21 (mismatched_hash)")
    assert "hash mismatch" in done.finding.hint
    assert len(done.inventory) == 0


def test_a_restore_that_hangs_is_killed_with_all_of_its_group(
    drill_host: Callable[[str], DrillHost], tmp_path: Path
) -> None:
    mark = f"{tmp_path.name}-{time.monotonic_ns()}"
    done = ended(drill_host(f'sh -c "sleep 600; : {mark}" & sleep 600; : {mark}'), tmp_path, limit=2)
    assert done.finding is not None
    assert done.finding.got == "no end within 2 s, so that it was killed"
    assert "restore_limit" in done.finding.hint
    left = [each for each in Path("/proc").glob("[0-9]*/cmdline") if _has(each, mark)]
    assert left == []


def test_a_restore_that_the_drills_own_end_cuts_short_says_nothing_of_the_backup(
    drill_host: Callable[[str], DrillHost], tmp_path: Path
) -> None:
    there = drill_host(f"{WRITES}; sleep 600")
    assert restored(there, tmp_path, seconds=2) is None
    assert not there.main.exists(f"{there.scratch}/newest")


def test_a_restore_has_the_time_that_its_download_takes_by_a_slow_line(
    drill_host: Callable[[str], DrillHost], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[float] = []
    usual = DrillHost.duplicity

    def noted(self: DrillHost, job: Job, timeout: float) -> Duplicity:
        allowed.append(timeout)
        return usual(self, job, timeout)

    monkeypatch.setattr(DrillHost, "duplicity", noted)
    there = drill_host(WRITES)
    restored(there, tmp_path, seconds=86_400, size=0)
    there.main.remove(f"{there.scratch}/newest")
    restored(there, tmp_path, seconds=86_400, size=3_000_000)
    few, more = allowed
    assert 60 < few < 3600
    assert more == few + 30


def _has(cmdline: Path, mark: str) -> bool:
    with contextlib.suppress(OSError):  # gone meanwhile
        return mark in cmdline.read_text(errors="replace")
    return False


def test_nothing_is_restored_over_what_is_there(drill_host: Callable[[str], DrillHost], tmp_path: Path) -> None:
    there = drill_host(WRITES)
    there.main.mkdir(f"{there.scratch}/newest")
    with pytest.raises(CannotRunError, match="where a restore should go, is taken"):
        restored(there, tmp_path)
