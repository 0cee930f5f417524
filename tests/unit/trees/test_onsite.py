"""What touches files does what the model says, on the file system that the tests run on."""

import ast
import marshal
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from verify.onsite import tree_files as onsite
from verify.trees import GALLERY, History, Inventory, Tree, compare, file, folder, histories, plan, special, trees
from verify.trees.model import SECOND, WRITTEN
from verify.trees.steps import steps

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="owners, devices and modes without bits take root")
NOBODY = 65534
on_disk = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def materialise(root: Path, wanted: Tree, current: Tree | None = None) -> None:
    assert onsite.materialise(bytes(root), plan(wanted, current)) == []


def observed(root: Path, shares: int = 0) -> Inventory:
    return Inventory(bytes(root), onsite.observe(bytes(root), shares))


def differences(tree: Tree, root: Path, shares: int = 0) -> list[object]:
    return list(compare(Inventory.of(tree), observed(root, shares)))


@ROOT_ONLY
@on_disk
@given(tree=trees())
def test_a_tree_lies_there_as_it_was_drawn(tmp_path: Path, tree: Tree) -> None:
    materialise(tmp_path / "root", tree)
    assert differences(tree, tmp_path / "root") == []


@ROOT_ONLY
@on_disk
@given(history=histories(points=4))
def test_each_tree_of_a_history_is_made_of_the_one_before(tmp_path: Path, history: History) -> None:
    before = None
    for tree in history.trees:
        materialise(tmp_path / "root", tree, before)
        assert differences(tree, tmp_path / "root") == []
        before = tree


@ROOT_ONLY
@pytest.mark.parametrize("shares", [1, 2, 3])
def test_the_gallery_lies_there_however_many_processes_look(tmp_path: Path, shares: int) -> None:
    before = None
    for tree in GALLERY.trees:
        materialise(tmp_path / "root", tree, before)
        assert differences(tree, tmp_path / "root", shares) == []
        before = tree


@on_disk
@given(tree=trees())
def test_no_step_leads_from_a_tree_to_itself(tree: Tree) -> None:
    assert steps(tree, tree) == []


@ROOT_ONLY
@on_disk
@given(history=histories(points=2))
def test_what_an_edit_does_not_touch_keeps_its_inode_and_its_change_time(tmp_path: Path, history: History) -> None:
    root = tmp_path / "root"
    first, second = history.trees
    materialise(root, first)
    before = {path: os.lstat(bytes(root) + b"/" + path) for path in first}
    materialise(root, second, first)
    touched = {step[1] for step in steps(second, first)} | {
        step[2] for step in steps(second, first) if step[0] == "link"
    }
    for path in first:
        if first[path] == second.get(path) and first[path].link is None and path not in touched:
            now = os.lstat(bytes(root) + b"/" + path)
            assert (now.st_ino, now.st_ctime_ns) == (before[path].st_ino, before[path].st_ctime_ns), path


def test_an_edit_in_place_keeps_the_inode(tmp_path: Path) -> None:
    first, second = (
        Tree({b"f": file((1, 100))}),
        Tree({b"f": file((1, 100), (2, 5), mtime_ns=WRITTEN + SECOND)}),
    )
    materialise(tmp_path, first)
    inode = (tmp_path / "f").stat().st_ino
    materialise(tmp_path, second, first)
    assert (tmp_path / "f").stat().st_ino == inode
    assert (tmp_path / "f").read_bytes() == second[b"f"].read()


def test_zeros_are_a_hole_whatever_lay_there(tmp_path: Path) -> None:
    first = Tree({b"f": file((1, 300_000))})
    second = Tree({b"f": file((1, 5000), (0, 250_000), (2, 10), (0, 900_000), mtime_ns=WRITTEN + SECOND)})
    materialise(tmp_path, first)
    materialise(tmp_path, second, first)
    assert differences(second, tmp_path) == []
    there = (tmp_path / "f").stat()
    assert there.st_blocks * 512 < there.st_size / 2


def test_hard_links_are_made_and_broken(tmp_path: Path) -> None:
    linked = Tree({name: file((1, 9), link=1) for name in (b"a", b"b", b"c")})
    parted = Tree({b"a": file((1, 9)), b"b": file((1, 9), link=2), b"c": file((1, 9), link=2)})
    materialise(tmp_path, linked)
    assert differences(linked, tmp_path) == []
    assert {difference.aspect for difference in compare(Inventory.of(parted), observed(tmp_path))} == {"names"}
    materialise(tmp_path, parted, linked)
    assert differences(parted, tmp_path) == []


def test_a_path_longer_than_path_max_is_made_observed_and_removed(tmp_path: Path) -> None:
    folders = [b"/".join([b"d" * 200] * depth) for depth in range(1, 41)]
    tree = Tree({**{path: folder() for path in folders}, folders[-1] + b"/file": file((1, 10))})
    materialise(tmp_path / "root", tree)
    assert differences(tree, tmp_path / "root") == []
    onsite.wipe(bytes(tmp_path / "root"))
    assert not os.path.lexists(tmp_path / "root")


def test_more_levels_than_descriptors_are_observed_and_removed(tmp_path: Path) -> None:
    levels = [b"/".join([b"d"] * depth) for depth in range(1, 1500)]
    tree = Tree({path: folder() for path in levels})
    materialise(tmp_path / "root", tree)
    assert len(observed(tmp_path / "root")) == 1500
    onsite.wipe(bytes(tmp_path / "root"))
    assert not os.path.lexists(tmp_path / "root")


def test_without_a_current_tree_what_lies_there_goes_and_the_root_stays(tmp_path: Path) -> None:
    (tmp_path / "old" / "folder").mkdir(parents=True)
    inode = tmp_path.stat().st_ino
    materialise(tmp_path, Tree({b"new": file()}))
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert tmp_path.stat().st_ino == inode


def test_a_root_that_is_no_folder_is_observed_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_bytes(b"12345")
    assert [(seen.path, seen.kind, seen.target) for seen in observed(tmp_path / "link")] == [
        (b"", "symlink", bytes(tmp_path))
    ]
    assert [(seen.path, seen.kind, seen.size) for seen in observed(tmp_path / "file")] == [(b"", "file", 5)]


def test_a_root_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        onsite.observe(bytes(tmp_path / "missing"))


def test_a_socket_is_seen(tmp_path: Path) -> None:
    materialise(tmp_path, Tree({b"s": special("socket")}))
    assert stat.S_ISSOCK((tmp_path / "s").stat().st_mode)
    assert [seen.kind for seen in observed(tmp_path)] == ["dir", "socket"]


def test_observing_leaves_the_access_time_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    os.utime(tmp_path / "file", ns=(5 * SECOND, WRITTEN))
    onsite.observe(bytes(tmp_path))
    assert (tmp_path / "file").stat().st_atime_ns == 5 * SECOND


@pytest.fixture
def open_to_nobody() -> Iterator[Path]:
    """A folder of nobody's own, which pytest's are not: only root may pass through theirs."""
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, NOBODY, NOBODY)
        yield Path(name) / "root"


@ROOT_ONLY
def test_who_is_not_root_leaves_out_owners_and_devices_and_can_read_what_it_made(
    open_to_nobody: Path,
) -> None:
    tree = Tree({b"d": folder(0), b"d/f": file((1, 5), mode=0, uid=7), b"null": special("char", (1, 3))})
    refused, inventory = as_nobody(bytes(open_to_nobody), plan(tree))
    assert refused == [(b"null", "device", "EPERM")]
    assert {seen.path: oct(seen.mode) for seen in inventory} == {b"": "0o755", b"d": "0o700", b"d/f": "0o600"}
    assert {seen.uid for seen in inventory} == {NOBODY}


@ROOT_ONLY
def test_what_cannot_be_read_is_reported_and_not_raised(open_to_nobody: Path) -> None:
    materialise(open_to_nobody, Tree({b"secret": file((1, 5), mode=0o600), b"shut": folder(0o700), b"shut/f": file()}))
    _, inventory = as_nobody(bytes(open_to_nobody), None)
    assert {seen.path: seen.problem for seen in inventory} == {
        b"": "",
        b"secret": "EACCES",
        b"shut": "EACCES",
    }


@ROOT_ONLY
def test_folders_without_permissions_are_wiped_by_their_owner(open_to_nobody: Path) -> None:
    tree = Tree({b"d": folder(), b"d/e": folder(), b"d/e/f": file()})
    as_nobody(bytes(open_to_nobody), plan(tree))
    for path in ("d/e", "d", "."):
        (open_to_nobody / path).chmod(0)
    assert as_nobody(bytes(open_to_nobody), b"wipe")[0] == "wiped"
    assert not open_to_nobody.exists()


def as_nobody(root: bytes, what: bytes | None) -> tuple[object, Inventory]:
    """Materialise (or wipe) and observe in a child that is not root; return what both gave."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        if what == b"wipe":
            onsite.wipe(root)
            answer: object = ("wiped", [])
        else:
            answer = (onsite.materialise(root, what) if what else [], onsite.observe(root))
        with os.fdopen(writing, "wb") as stream:
            stream.write(marshal.dumps(answer))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        refused, runs = marshal.loads(stream.read())  # noqa: S302 - our own child's
    os.waitpid(child, 0)
    return refused, Inventory(root, runs)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, mounted in the test's folder."""
    place = tmp_path / "outer" / "mounted"
    place.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=False, capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_mount_point_is_emptied_and_stays(mounted: Path) -> None:
    materialise(mounted, Tree({b"d": folder(), b"d/f": file()}))
    onsite.wipe(bytes(mounted))
    assert list(mounted.iterdir()) == []


def test_what_is_mounted_below_is_not_touched(mounted: Path) -> None:
    materialise(mounted, Tree({b"f": file()}))
    with pytest.raises(OSError, match="busy"):
        onsite.wipe(bytes(mounted.parent))
    assert [path.name for path in mounted.iterdir()] == ["f"]


def test_the_root_of_the_machine_is_never_wiped() -> None:
    top = onsite.Root(b"/")
    with top, pytest.raises(ValueError, match="/ is not wiped"):
        onsite._remove(top, b"")


def test_the_module_is_python_3_8_and_imports_the_standard_library_only() -> None:
    source = Path(onsite.__file__).read_text(encoding="utf-8")
    module = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(module)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_the_module_works_when_only_its_source_is_sent(tmp_path: Path) -> None:
    sent: dict[str, object] = {"__name__": "sent"}
    exec(compile(Path(onsite.__file__).read_text(encoding="utf-8"), "sent", "exec"), sent)  # noqa: S102 - as the host does
    tree = Tree({b"%d" % number: file((number, number)) for number in range(200)})
    assert sent["materialise"](bytes(tmp_path), plan(tree)) == []  # type: ignore[operator]
    assert list(compare(Inventory.of(tree), Inventory(bytes(tmp_path), sent["observe"](bytes(tmp_path))))) == []  # type: ignore[operator]
