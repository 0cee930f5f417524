"""What a drill finds by reading every byte: each damage once, by object or path, and of what has changed since none."""

import contextlib
import gzip
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from duplicity_forks import DuplicityForks
from second_opinion import DAY, PASSPHRASE, WAYS, Chained

from verify.checks import Finding
from verify.destinations.folder import FolderView
from verify.destinations.view import RefusedError
from verify.drill.drill import Drill
from verify.drill.findings import volume_findings
from verify.drill.opening import open_drill
from verify.drill.reading import Reading
from verify.drill.settings import DrillSettings
from verify.errors import CannotRunError, NotProvenError
from verify.lab.hosts.host import Host, local_host
from verify.onsite.blocks import content_bytes
from verify.trees import History, Tree, file, folder
from verify.trees.edits import Create, Overwrite, Together
from verify.trees.model import Segment

PLAIN, ENCRYPTED = "several volumes, prefixes", "encrypted"
LIVED = History(
    Tree({b"old": folder(), b"old/film": file((1, 1_400_000)), b"old/letter": file((2, 70_000)), b"new": folder()}),
    (
        Together((Overwrite(b"old/film", 600_000, Segment(3, 300_000)),)),
        Together((Create(b"new/letter", file((4, 3000))),)),
    ),
)
CHECKS = ("volume_findings", "point_findings", "content_findings")
Answer = list[Finding] | str  # what was found, or why nothing is proven
AFTER = 4  # seconds between the newest point's tree and its time: more than a drill's margin


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with contextlib.closing(local_host(tmp_path_factory.mktemp("h"))) as host:
        yield host


@pytest.fixture(scope="module")
def chains(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Chained]]:
    """Give a chain that was made in a way, with its source, whose newest point is of now."""
    made: dict[str, Chained] = {}
    with DuplicityForks(tmp_path_factory.mktemp("d") / "f", "3.2.1") as forks:

        def chain(way: str) -> Chained:
            if way not in made:
                chained = Chained(forks, host, tmp_path_factory.mktemp("c") / "chain", WAYS[way])
                made[way] = chained
                before = None
                for tree in LIVED.trees:
                    chained.start = int(time.time()) + AFTER - 2 * DAY
                    chained.take(tree, before)
                    before = tree
            return made[way]

        yield chain


class Copied:
    """A copy of a chain's files, to be spoilt, and drills of it."""

    def __init__(self, chained: Chained, folder: Path) -> None:
        self.chained, self.folder, self.to = chained, folder, folder / "to"
        shutil.copytree(chained.folder / "to", self.to)

    @contextlib.contextmanager
    def drilled(self, *, passphrase: str = PASSPHRASE, full: bool = True) -> Iterator[Drill]:
        job = {
            "SRC": f"{self.chained.folder}/source",
            "DST": f"file://{self.to}",
            "OPTIONS": " ".join(("--allow-source-mismatch", *self.chained.way.options)),
            **({"PASSPHRASE": passphrase} if self.chained.way.encrypted else {}),
        }
        env_file = self.folder / "duplicity.env"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in job.items()))
        wanted = {"env_file": str(env_file), "report_dir": str(self.folder / "reports"), "full": full}
        with open_drill(DrillSettings.from_options(wanted), "embedded", "asked for") as drill:
            yield drill

    def volume(self, of: str, number: int) -> Path:
        (found,) = self.to.glob(f"*duplicity-{of}.*.vol{number}.*")
        return found

    def fit(self, volume: Path, data: bytes) -> None:
        """Put another volume in place, and its hash into the manifest."""
        old, new = (hashlib.sha1(each, usedforsecurity=False).hexdigest() for each in (volume.read_bytes(), data))
        volume.write_bytes(data)
        for manifest in self.to.glob("*.manifest"):
            manifest.write_text(manifest.read_text().replace(old, new))


@pytest.fixture
def plain(chains: Callable[[str], Chained], tmp_path: Path) -> Copied:
    return Copied(chains(PLAIN), tmp_path)


def answers(reading: Reading) -> list[Answer]:
    return [answer(lambda name=name: getattr(reading, name)) for name in CHECKS]  # type: ignore[misc]


def answer(question: Callable[[], list[Finding]]) -> Answer:
    try:
        return question()
    except NotProvenError as gap:
        return str(gap)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("way", [PLAIN, pytest.param(ENCRYPTED, marks=pytest.mark.nightly(reason="as scenarios are"))])
def test_a_good_chain_is_read_to_the_last_byte(chains: Callable[[str], Chained], tmp_path: Path, way: str) -> None:
    copied = Copied(chains(way), tmp_path)
    with copied.drilled() as drill:
        assert answers(drill.reading) == [[], [], []]
        volumes, points, contents = drill.told()
        assert "4 volumes" in volumes
        assert "100 % of 4 volumes proven" in volumes
        assert points.startswith("3 of 3 points")
        assert "3 files: 3 compared with the source" in contents
        sizes = (path.stat().st_size for path in copied.to.glob("*.difftar*"))
        assert drill.night.unbounded == sum(sizes)  # the budget is for the other checks
        drill.ledger.end(drill.number, time.time(), "proven")
    with copied.drilled(full=False) as drill:
        _, points, _ = answers(drill.reading)
        assert str(points).startswith("ask for --full, which reads every byte; all up to the point of ")


def test_a_volume_that_changed_is_told_once(plain: Copied) -> None:
    spoilt = plain.volume("full", 1)
    flip(spoilt)
    with plain.drilled() as drill:
        volumes, points, contents = answers(drill.reading)
        assert [(each.check, each.path) for each in volumes] == [("every-byte", spoilt.name)]  # type: ignore[union-attr]
        assert points == "3 of 3 points need what is lost, damaged or was not read: see every-byte"
        assert contents == "not all of the newest point could be read: see every-byte and points-whole"
        assert drill.night.blamed == {spoilt.name}
    with plain.drilled() as drill:
        assert [each.path for each in volume_findings(drill)] == [spoilt.name]
        volumes, *_ = answers(drill.reading)
        assert volumes == "objects that are lost or damaged, as told above: 1"


def test_a_volume_that_was_written_wrong_and_hashes_well_is_told_by_its_path(plain: Copied) -> None:
    volume = plain.volume("full", 2)
    tar = bytearray(gzip.decompress(volume.read_bytes()))
    place = tar.find(content_bytes(2, 70_000)[100:200])
    assert place > 0
    tar[place] ^= 1
    plain.fit(volume, gzip.compress(bytes(tar), 1))
    with plain.drilled() as drill:
        volumes, points, contents = answers(drill.reading)
        assert (volumes, points) == ([], [])
        assert [(each.check, each.path) for each in contents] == [("content-as-source", "old/letter")]  # type: ignore[union-attr]
        assert "bytes are not; in the point of " in contents[0].hint  # type: ignore[union-attr]
        assert drill.night.differing == {b"old/letter"}


def test_a_difference_without_what_it_builds_on_is_told_by_its_path(plain: Copied) -> None:
    volume = plain.volume("full", 1)
    tar = gzip.decompress(volume.read_bytes()).replace(
        b"multivol_snapshot/old/film/1\0", b"multivol_snapshot/old/film/2\0"
    )
    plain.fit(volume, gzip.compress(_with_checksums(tar), 1))
    with plain.drilled() as drill:
        volumes, points, contents = answers(drill.reading)
        assert volumes == []
        assert {(each.check, each.path) for each in points} == {("points-whole", "old/film")}  # type: ignore[union-attr]
        assert contents == "not all of the newest point could be read: see every-byte and points-whole"


def _with_checksums(tar: bytes) -> bytes:
    """Return a tar archive with the sums of its headers put right."""
    whole = bytearray(tar)
    for start in range(0, len(whole), 512):
        header = whole[start : start + 512]
        if header[257:262] == b"ustar":
            whole[start + 148 : start + 156] = b"%06o\0 " % (sum(header[:148]) + 8 * 0x20 + sum(header[156:]))
    return bytes(whole)


def test_what_changed_in_the_source_since_is_left_out(chains: Callable[[str], Chained], tmp_path: Path) -> None:
    shutil.copytree(chains(PLAIN).folder, tmp_path / "chain")
    chained = Chained(chains(PLAIN).forks, chains(PLAIN).host, tmp_path / "other", WAYS[PLAIN])
    shutil.rmtree(chained.folder)
    shutil.move(tmp_path / "chain", chained.folder)  # all of its source has changed: it was copied
    with Copied(chained, tmp_path / "drill").drilled() as drill:
        *_, contents = answers(drill.reading)
        assert contents == "there is nothing to compare it with: no file that has not changed in the source since"


def test_a_point_that_duplicity_does_not_reach_is_not_read_and_not_proven(plain: Copied) -> None:
    max(plain.to.glob("*duplicity-new-signatures.*")).unlink()
    with plain.drilled() as drill:
        assert answer(lambda: drill.reading.volume_findings) == (
            "volumes not read, of points that duplicity does not reach: 1"
        )


def test_a_wrong_passphrase_is_no_damage(chains: Callable[[str], Chained], tmp_path: Path) -> None:
    with Copied(chains(ENCRYPTED), tmp_path).drilled(passphrase="a wrong one") as drill:
        with contextlib.suppress(Exception):
            _ = drill.destination.opened  # as the check before it
        assert answers(drill.reading) == ["passphrase-opens failed, and this needs it"] * 3


def test_a_destination_that_stops_answering_is_no_verdict_and_keeps_what_was_proven(
    plain: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops, fetch = plain.volume("full", 2), FolderView.fetch

    def stopping(view: FolderView, name: str) -> Iterator[bytes]:
        if name == stops.name:
            raise CannotRunError("the store does not answer")
        return fetch(view, name)

    monkeypatch.setattr(FolderView, "fetch", stopping)
    with plain.drilled() as drill:
        with pytest.raises(CannotRunError, match="does not answer"):
            _ = drill.reading.volume_findings
        proven = drill.ledger.proven(drill.destination.objects)
        assert plain.volume("full", 1).name in proven
        assert stops.name not in proven


def test_a_volume_that_is_refused_is_told(plain: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    refused, fetch = plain.volume("full", 2), FolderView.fetch

    def refusing(view: FolderView, name: str) -> Iterator[bytes]:
        if name == refused.name:
            raise RefusedError("it cannot be read (Input/output error)", "look at the disk")
        return fetch(view, name)

    monkeypatch.setattr(FolderView, "fetch", refusing)
    with plain.drilled() as drill:
        volumes, *_ = answers(drill.reading)
        assert [(each.path, each.expected) for each in volumes] == [(refused.name, "an object that can be read")]  # type: ignore[union-attr]


def test_what_retention_removes_meanwhile_is_no_damage(plain: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = FolderView.fetch

    def removing(view: FolderView, name: str) -> Iterator[bytes]:
        for each in plain.to.iterdir():
            each.unlink()
        return fetch(view, name)

    monkeypatch.setattr(FolderView, "fetch", removing)
    with plain.drilled() as drill:
        assert answers(drill.reading) == ["all that was to be read was removed meanwhile: run again"] * 3
