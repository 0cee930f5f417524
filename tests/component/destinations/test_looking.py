"""A destination of any kind is seen by duplicity's own backend as it is, and nothing is made or changed there."""

import hashlib
import time
from collections.abc import Callable

import pytest
from kind_bench import Bench, without_server
from vendors.stores import KINDS

from verify.destinations.view import RefusedError
from verify.errors import CannotRunError
from verify.lab.stores.destination import Destination
from verify.lab.stores.folder import Folder
from verify.lab.stores.object_containers import ObjectContainer

TIMED = {  # kinds that tell when a file was written
    "sftp", "scp", "paramiko+sftp", "paramiko+scp", "rsync", "rsync+ssh", "webdav", "webdavs", "rclone",
    "azure", "swift", *KINDS,
}  # fmt: skip


def sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@pytest.mark.usefixtures("of_some_by_day")
def test_what_lies_there_is_listed_with_its_sizes_and_hashed_and_read(bench: Bench) -> None:
    there = {each.name: each for each in bench.healthy.objects()}
    held = {name: bench.healthy.read(name) for name in there}
    before = bench.store.everything()
    with bench.view(bench.job(bench.healthy)) as view:
        seen = {each.name: each for each in view.objects()}
        assert {name: each.size for name, each in seen.items()} == {name: each.size for name, each in there.items()}
        assert view.downloaded == 0
        if bench.store.kind in TIMED:
            assert all(abs(each.modified - there[name].modified) < 1.5 for name, each in seen.items())
        else:
            assert all(each.modified == 0 and each.version for each in seen.values())
        hashed = dict(view.digests([(name, "sha1") for name in seen], time.monotonic() + 60))
        assert hashed == {name: (sha1(data), len(data)) for name, data in held.items()}
        manifests = [name for name in seen if "manifest" in name]
        assert view.read_all(manifests) == {name: held[name] for name in manifests}
        assert view.downloaded == sum(map(len, held.values())) + sum(len(held[name]) for name in manifests)
    assert bench.store.everything() == before


@pytest.mark.nightly(reason="one more look at each kind; by day volumes are read from folders and S3")
def test_a_volume_is_fetched_in_pieces(bench: Bench) -> None:
    name = next(each.name for each in bench.healthy.objects() if "difftar" in each.name)
    with bench.view(bench.job(bench.healthy)) as view:
        assert b"".join(view.fetch(name)) == bench.healthy.read(name)
        with pytest.raises(FileNotFoundError):
            list(view.fetch(f"{name}-of-which-there-is-none"))


@pytest.mark.usefixtures("of_some_by_day")
def test_a_folder_inside_is_no_object(bench: Bench, copy: Callable[[], Destination]) -> None:
    at = copy()
    if isinstance(at, Folder):
        at.host.mkdir(f"{at.path}/folder inside")
    else:
        at.put("folder inside/another", b"")
    with bench.view(bench.job(at)) as view:
        assert {each.name for each in view.objects()} == {each.name for each in bench.healthy.objects()}


@pytest.mark.usefixtures("of_some_by_day")
def test_an_object_in_segments_is_as_large_as_they_are(bench: Bench, copy: Callable[[], Destination]) -> None:
    at = copy()
    if bench.store.kind != "swift" or not isinstance(at, ObjectContainer):
        pytest.skip(f"{bench.store.kind} has no segments")
    segments = at.copied()
    whole = b"".join(segments.read(each.name) for each in segments.objects())
    manifest = {"X-Object-Manifest": f"{segments.name}/{segments.prefix}"}
    at.store.ask("PUT", f"{at.name}/{at.prefix}large", headers=manifest)
    with bench.view(bench.job(at)) as view:
        seen = {each.name: each for each in view.objects()}
        assert seen["large"].size == len(whole)
        segments.put(min(each.name for each in segments.objects()), b"changed")
        assert {each.name: each for each in view.objects()}["large"].version != seen["large"].version
    segments.empty()


@pytest.mark.usefixtures("of_some_by_day")
def test_a_place_that_is_missing_is_told_and_not_made(bench: Bench) -> None:
    before = bench.store.everything()
    # azure:// has no paths: the one is a name that no container can have, the other is missing.
    for name in ("no/such/place", "missing") if bench.store.kind == "azure" else ("no/such/place",):
        with bench.view(bench.job(bench.store.destination(name))) as view, pytest.raises(RefusedError) as caught:
            view.objects()
        assert "correct DST" in caught.value.hint
    assert bench.store.everything() == before


@pytest.mark.usefixtures("of_some_by_day")
def test_an_empty_place_holds_nothing(bench: Bench, copy: Callable[[], Destination]) -> None:
    at = copy()
    for each in at.objects():
        at.remove(each.name)
    with bench.view(bench.job(at)) as view:
        assert view.objects() == []


@pytest.mark.usefixtures("of_some_by_day")
def test_a_file_that_is_gone_since_it_was_listed_is_no_refusal(bench: Bench, copy: Callable[[], Destination]) -> None:
    at = copy()
    with bench.view(bench.job(at)) as view:
        first, second, *_ = sorted(each.name for each in view.objects())
        at.remove(first)
        found = dict(view.digests([(first, "sha1"), (second, "sha1")], time.monotonic() + 60))
        assert isinstance(found[first], FileNotFoundError)
        assert isinstance(found[second], tuple)
        assert view.read_all([first]) == {}


@pytest.mark.usefixtures("of_some_by_day")
def test_a_wrong_password_is_refused_in_one_sentence_without_it(bench: Bench) -> None:
    wrong = "0" * 40  # as long as the right one
    changed = bench.entered_with(wrong)
    if not changed:
        pytest.skip(f"{bench.store.kind} is entered here by no password in a variable")
    with bench.view(bench.job(bench.healthy, **changed)) as view, pytest.raises(RefusedError) as caught:
        view.objects()
    assert "password" in caught.value.hint
    assert wrong not in caught.value.got
    assert "\n" not in caught.value.got


@pytest.mark.usefixtures("of_some_by_day")
def test_a_server_that_is_not_there_is_no_verdict(bench: Bench) -> None:
    port = getattr(bench.store, "port", 0)
    if not port:
        pytest.skip(f"{bench.store.kind} has no server here")
    job = bench.job(without_server(bench.healthy, port))
    with bench.view(job) as view, pytest.raises(CannotRunError, match=r"does not answer|cannot be looked at") as caught:
        view.objects()
    assert "\n" not in str(caught.value)
