"""Restored trees against the live source, where nothing has changed since, and against earlier drills."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.drill.ledger.ledger import Ledger
from verify.drill.points.source import LiveSource
from verify.drill.restoring.comparing import Comparison, Yardstick, forgiven
from verify.lab.hosts.host import Host, local_host
from verify.onsite.tree_files import observe
from verify.selection import parse_rules
from verify.trees import Inventory

RELEASE = Version("3.2.1")
LATER = 4_000_000_000  # a point after all that the tests write: 2096
LONG_AGO = 1_000_000_000  # a point before it
EVERYTHING = frozenset({b"", b"a", b"a/one", b"a/two", b"b", b"cache", b"cache/x", b"one", b"two"})


class Scene:
    """A live source, a copy of it that stands for a restore, and the yardstick between them."""

    def __init__(self, folder: Path, ledger: Ledger, here: Host) -> None:
        self.here = here
        self.source, self.restored, self.ledger = folder / "source", folder / "restored", ledger
        for path, text in {"a/one": "1", "a/two": "22", "b": "333", "cache/x": "4444"}.items():
            (self.source / path).parent.mkdir(parents=True, exist_ok=True)
            (self.source / path).write_text(text)
            os.utime(self.source / path, (LONG_AGO, LONG_AGO))
        for path in (self.source, self.source / "a"):
            os.utime(path, (LONG_AGO, LONG_AGO))
        shutil.copytree(self.source, self.restored, symlinks=True, ignore=shutil.ignore_patterns("cache"))

    def compared(
        self,
        point: int = LATER,
        path: bytes = b"",
        *,
        euid: int = 0,
        live: bool = True,
        unlisted: frozenset[bytes] = frozenset(),
    ) -> Comparison:
        rules = parse_rules(str(self.source), ["--exclude", f"{self.source}/cache"], RELEASE)
        limitations = forgiven(RELEASE, euid, ())
        source = LiveSource(self.source) if live else None
        yardstick = Yardstick(self.here, source, rules if live else None, self.ledger, limitations, float(point))
        root = os.path.join(os.fsencode(self.restored), path)  # noqa: PTH118 - bytes
        expected = yardstick.expectation(path, point, EVERYTHING - unlisted)
        return yardstick.compare("sample-restores", Inventory(root, observe(root)), expected, path, point)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with (
        contextlib.closing(Ledger(tmp_path, "file:///x")) as ledger,
        contextlib.closing(local_host(tmp_path / "here")) as here,
    ):
        yield Scene(tmp_path, ledger, here)


def test_what_came_back_as_it_is_in_the_source_is_no_finding(scene: Scene) -> None:
    comparison = scene.compared()
    assert (comparison.findings, comparison.bad) == ([], set())
    assert (comparison.files, comparison.bytes, comparison.with_source) == (3, 6, 3)


@pytest.mark.parametrize(
    ("path", "damage"),
    [
        ("a/one", lambda path: path.write_text("x") and os.utime(path, (LONG_AGO, LONG_AGO))),
        ("a/two", lambda path: path.unlink()),
        ("b", lambda path: path.chmod(0o600)),
        ("b", lambda path: os.utime(path, (0, 0))),
    ],
    ids=["content", "missing", "mode", "time"],
)
def test_what_came_back_otherwise_is_named(scene: Scene, path: str, damage: object) -> None:
    before = (scene.restored / path).parent.stat()
    damage(scene.restored / path)  # type: ignore[operator]
    os.utime((scene.restored / path).parent, ns=(before.st_atime_ns, before.st_mtime_ns))
    comparison = scene.compared()
    assert [(each.check, each.path) for each in comparison.findings] == [("sample-restores", path)]
    assert comparison.bad == comparison.bad_leaves == {path.encode()}


@pytest.mark.parametrize("changed", ["source", "restored"])
def test_times_are_compared_by_the_second(scene: Scene, changed: str) -> None:
    path = getattr(scene, changed) / "b"
    os.utime(path, ns=(0, LONG_AGO * 10**9 + 500_000_000))
    assert scene.compared().findings == []
    os.utime(path, ns=(0, LONG_AGO * 10**9 + 1_500_000_000))
    (finding,) = scene.compared().findings
    assert finding.path == "b"


def test_a_folder_restored_by_itself_is_compared_at_its_place(scene: Scene) -> None:
    (scene.restored / "a/one").unlink()
    os.utime(scene.restored / "a", (LONG_AGO, LONG_AGO))
    comparison = scene.compared(path=b"a")
    assert [each.path for each in comparison.findings] == ["a/one"]
    assert scene.compared(path=b"b").findings == []


def test_what_the_point_does_not_list_is_not_expected_of_its_restore(scene: Scene) -> None:
    (scene.restored / "a/one").unlink()
    os.utime(scene.restored / "a", (LONG_AGO, LONG_AGO))
    assert scene.compared(unlisted=frozenset({b"a/one"})).findings == []
    assert [each.path for each in scene.compared().findings] == ["a/one"]


def test_what_has_changed_in_the_source_since_is_not_compared_with_it(scene: Scene) -> None:
    (scene.source / "a/one").write_text("changed since")
    comparison = scene.compared(point=LONG_AGO)
    assert (comparison.findings, comparison.with_source, comparison.files) == ([], 0, 3)
    assert "3 changed since and known to nobody, so only restored" in str(comparison)


def test_what_an_earlier_drill_restored_is_compared_with_that(scene: Scene) -> None:
    assert scene.compared(live=False).with_memory == 0
    assert scene.compared(live=False).with_memory == 3
    (scene.restored / "b").write_text("xxx")
    os.utime(scene.restored / "b", (LONG_AGO, LONG_AGO))
    comparison = scene.compared(live=False)
    assert [each.path for each in comparison.findings] == ["b"]
    assert "as an earlier drill saw it" in comparison.findings[0].expected
    # A bad copy does not take the good one's place.
    assert [each.path for each in scene.compared(live=False).findings] == ["b"]


@pytest.mark.skipif(os.geteuid() != 0, reason="another owner takes root")
def test_owners_are_compared_where_root_restores(scene: Scene) -> None:
    os.chown(scene.restored / "b", 12, 34)
    assert [each.path for each in scene.compared().findings] == ["b"]
    assert scene.compared(euid=1000).findings == []
