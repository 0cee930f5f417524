"""A destination of any kind is seen by duplicity's own backend as it is, and nothing is made or changed there."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kind_bench import Bench

from verify.destinations.view import RefusedError
from verify.errors import CannotRunError

TIMED = {"sftp", "scp", "rsync", "rsync+ssh", "webdav", "rclone"}  # kinds that tell when a file was written


def there(folder: Path) -> dict[str, int]:
    """Return the files of a folder, with their sizes."""
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}


def sha1(path: Path) -> str:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()


def everything(folder: Path) -> list[tuple[str, int]]:
    """Return all paths below a folder, with their times."""
    return sorted((str(path), path.stat().st_mtime_ns) for path in [folder, *folder.rglob("*")])


def test_what_lies_there_is_listed_with_its_sizes_and_hashed_and_read(bench: Bench) -> None:
    folder = bench.served.place("healthy")
    (folder / "folder inside").mkdir(exist_ok=True)
    before = everything(bench.served.root)
    with bench.view(bench.job("healthy")) as view:
        listed = {each.name: each.size for each in view.objects()}
        assert listed == there(folder)
        assert view.downloaded == 0
        if bench.served.kind in TIMED:
            written = {path.name: path.stat().st_mtime for path in folder.iterdir()}
            assert all(abs(each.modified - written[each.name]) < 1.5 for each in view.objects())
        else:
            assert all(each.modified == 0 and each.version for each in view.objects())
        names = sorted(listed)
        hashed = dict(view.digests([(name, "sha1") for name in names], time.monotonic() + 60))
        assert hashed == {name: (sha1(folder / name), listed[name]) for name in names}
        manifests = [name for name in names if "manifest" in name]
        assert view.read_all(manifests) == {name: (folder / name).read_bytes() for name in manifests}
        assert view.downloaded == sum(listed.values()) + sum(listed[name] for name in manifests)
    assert everything(bench.served.root) == before


def test_a_place_that_is_missing_is_told_and_not_made(bench: Bench) -> None:
    before = everything(bench.served.root)
    job = bench.job("missing", DST=bench.served.dst("no/such/place"))
    with bench.view(job) as view, pytest.raises(RefusedError) as caught:
        view.objects()
    assert "correct DST" in caught.value.hint
    assert everything(bench.served.root) == before


def test_an_empty_place_holds_nothing(bench: Bench) -> None:
    bench.served.place("empty").mkdir()
    with bench.view(bench.job("empty")) as view:
        assert view.objects() == []


def test_a_file_that_is_gone_since_it_was_listed_is_no_refusal(bench: Bench, copy: Callable[[str], Path]) -> None:
    folder = copy("going")
    with bench.view(bench.job("going")) as view:
        first, second, *_ = sorted(each.name for each in view.objects())
        (folder / first).unlink()
        found = dict(view.digests([(first, "sha1"), (second, "sha1")], time.monotonic() + 60))
        assert isinstance(found[first], FileNotFoundError)
        assert isinstance(found[second], tuple)
        assert view.read_all([first]) == {}


def test_a_wrong_password_is_refused_in_one_sentence_without_it(bench: Bench) -> None:
    if not bench.served.secret:
        pytest.skip(f"{bench.served.kind} is entered without a password here")
    wrong = "certainly-wrong"
    changed = {key: wrong for key, value in bench.served.variables.items() if value == bench.served.secret}
    job = bench.job("healthy", **changed, DST=bench.served.dst("healthy").replace(bench.served.secret, wrong))
    with bench.view(job) as view, pytest.raises(RefusedError) as caught:
        view.objects()
    assert "password" in caught.value.hint
    assert wrong not in caught.value.got
    assert "\n" not in caught.value.got


def test_a_server_that_is_not_there_is_no_verdict(bench: Bench) -> None:
    if not bench.served.port:
        pytest.skip(f"{bench.served.kind} has no server here")
    job = bench.job("healthy", DST=bench.served.dst("healthy").replace(f":{bench.served.port}", ":9"))
    with bench.view(job) as view, pytest.raises(CannotRunError, match=r"does not answer|cannot be looked at") as caught:
        view.objects()
    assert "\n" not in str(caught.value)
