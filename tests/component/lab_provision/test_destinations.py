"""Each kind of destination of a lab lists, reads, writes, removes and copies alike."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.lab.hosts.host import local_host
from verify.lab.hosts.runs import LabelledRun, open_run
from verify.lab.stores.destination import Destination, StoredObject
from verify.lab.stores.folder import FolderStore
from verify.lab.stores.minio import start_minio
from verify.lab.stores.seaweedfs import start_seaweedfs

RELEASE = Version("3.2.1")
STARTS = {"minio": start_minio, "weed": start_seaweedfs}


@pytest.fixture(scope="module")
def run() -> Iterator[LabelledRun]:
    """One run for all: a server takes seconds to start and to stop."""
    with open_run() as run:
        yield run


@pytest.fixture(scope="module", params=[*STARTS, "folder"])
def new(request: pytest.FixtureRequest, run: LabelledRun) -> Iterator[Callable[[], Destination]]:
    """What makes destinations of a kind."""
    if request.param == "folder":
        with contextlib.closing(local_host(run.scratch, run.marker)) as host:
            yield FolderStore(host).new_destination
        return
    program = Path(request.getfixturevalue(request.param))
    with contextlib.closing(STARTS[request.param](program, run, RELEASE)) as store:
        yield store.new_destination


@pytest.fixture
def two(new: Callable[[], Destination]) -> tuple[Destination, Destination]:
    return new(), new()


def test_what_is_written_is_listed_in_the_order_of_names_and_read_there_alone(
    two: tuple[Destination, Destination],
) -> None:
    here, there = two
    assert here.url != there.url
    for name, data in ((b"second", b"bytes"), (b"first", b""), (b"second", b"other")):
        here.put(name.decode(), data)
    assert here.objects() == [StoredObject("first", 0), StoredObject("second", 5)]
    assert here.stored_bytes == 5
    assert here.read("second") == b"other"
    assert there.objects() == []
    here.remove("first")
    assert [each.name for each in here.objects()] == ["second"]


def test_a_copy_holds_the_same_and_changes_nothing_of_what_it_was_made_of(two: tuple[Destination, Destination]) -> None:
    here, _ = two
    here.put("one", b"1")
    copy = here.copied()
    assert copy.read("one") == b"1"
    copy.put("one", b"")
    copy.put("two", b"2")
    copy.remove("one")
    assert [each.name for each in copy.objects()] == ["two"]
    assert here.read("one") == b"1"


def test_what_was_emptied_holds_nothing_and_can_be_filled_again(two: tuple[Destination, Destination]) -> None:
    here, there = two
    there.put("kept", b"k")
    here.put("one", b"1")
    here.empty()
    assert here.objects() == []
    here.put("two", b"2")
    assert [each.name for each in here.objects()] == ["two"]
    assert there.read("kept") == b"k"
