"""The shell commands for a tree make what the lab makes."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from verify.onsite.materialise import materialise
from verify.onsite.observe import observe
from verify.onsite.wipe import wipe
from verify.trees import GALLERY, LIMITATIONS, History, Inventory, Tree, compare, folder, histories, histories_of
from verify.trees.model import Node
from verify.trees.shell import FUNCTIONS, commands, quoted
from verify.trees.steps import plan

OWN = 'own() { chown -h "$@"; }\nset -e\n'
# What duplicity does not keep; the times are what it rounds up, those of symlinks too.
NOT_MADE = [each for each in LIMITATIONS if each.id in {"xattrs", "sockets", "mtime-below-second", "mtime-of-symlinks"}]


def made(folder: Path, lines: list[str]) -> None:
    text = "\n".join([FUNCTIONS, OWN, *lines, ""]).encode("utf-8", "surrogateescape")
    done = subprocess.run(["sh"], input=text, cwd=folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def differing(folder: Path, other: Path) -> list[str]:
    one, two = (Inventory(os.fsencode(each), observe(os.fsencode(each))) for each in (folder, other))
    return [f"{each.path!r}: {each.aspect}" for each in compare(one, two, NOT_MADE)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make devices and other owners")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(points=3))
def test_commands_make_what_the_lab_makes(tmp_path: Path, history: History) -> None:
    must_be_made_alike(tmp_path, history)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make devices and other owners")
def test_a_folder_in_a_setgid_folder_has_its_own_mode(tmp_path: Path) -> None:
    inside = Tree({b"": folder(0o2755), b"d": folder(0o755)})
    must_be_made_alike(
        tmp_path, histories_of(Tree({b"": folder(0o2755)}), inside, Tree({**inside, b"d": folder(0o700)}))
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make devices and other owners")
def test_commands_make_the_gallery(tmp_path: Path) -> None:
    # Of zeros but for a few files: each stretch of other bytes costs a Python, and the test above draws them.
    must_be_made_alike(tmp_path, histories_of(*map(mostly_zeros, GALLERY.trees)))


def mostly_zeros(tree: Tree) -> Tree:
    """Given a tree, return it with zeros in all files but those in `sizes`."""
    return Tree({path: node if path.startswith(b"sizes/1") else zeros(node) for path, node in tree.items()})


def zeros(node: Node) -> Node:
    return replace(node, content=tuple(segment._replace(seed=0) for segment in node.content))


def must_be_made_alike(folder: Path, history: History) -> None:
    ours, theirs = folder / "ours", folder / "theirs"
    for each in (ours, theirs):
        wipe(os.fsencode(each))
        each.mkdir()
    before: Tree | None = None
    for tree in history.trees:
        materialise(os.fsencode(ours), plan(tree, before))
        made(theirs, commands(tree, before))
        before = tree
        assert differing(ours, theirs) == []


@pytest.mark.parametrize(
    "path", [b"a", b"-rf", b"a b", b"'", b"new\nline", b"\xff\xfe", b"\x01", b"end\n", b"$x`y`", "é".encode()]
)
def test_a_word_of_the_shell_is_the_path(path: bytes) -> None:
    text = f"printf %s. {quoted(path)}"
    done = subprocess.run(["sh", "-c", text.encode("utf-8", "surrogateescape")], check=True, capture_output=True)
    assert done.stdout == path + b"."
