"""Saboteurs of a restore: each brings one thing back with another content, in another place, or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from calls import BACKUPS
from hooks import instead, restored
from victims import (
    FILE,
    FOLDER,
    SYMLINK,
    a_file,
    first,
    flipped,
    is_a,
    linked,
    paths,
    removed,
    rewritten,
    unnoticed,
)

if TYPE_CHECKING:
    from pathlib import Path

    from calls import Call


@restored("content")
def flip_a_bit(tree: Path) -> Path | None:
    """One bit in the middle of a restored file is inverted."""
    return rewritten(a_file(tree), flipped)


@restored("content")
def drop_the_last_byte(tree: Path) -> Path | None:
    """A restored file lacks its last byte."""
    return rewritten(a_file(tree), lambda data: data[:-1])


@restored("content")
def add_a_byte(tree: Path) -> Path | None:
    """A restored file has one byte more at its end."""
    return rewritten(a_file(tree), lambda data: data + b"\n")


@restored("content")
def cut_at_a_block_border(tree: Path) -> Path | None:
    """A restored file of more than 64 KiB ends there."""
    return rewritten(a_file(tree, 65_537), lambda data: data[:65_536])


@restored("content")
def zero_a_block(tree: Path) -> Path | None:
    """A block of 4 KiB in a restored file is zeros."""
    return rewritten(a_file(tree, 8192), lambda data: data[:4096] + bytes(4096) + data[8192:])


@restored("content")
def swap_two_blocks(tree: Path) -> Path | None:
    """Two blocks of 2 KiB in a restored file have changed places."""
    return rewritten(a_file(tree, 65_536), lambda data: data[:2048] + data[4096:6144] + data[2048:4096] + data[6144:])


@restored("content")
def end_lines_as_elsewhere(tree: Path) -> Path | None:
    """Line ends in a restored file are made CR LF."""
    victim = first(tree, FILE, lambda path: b"\n" in path.read_bytes())
    return rewritten(victim, lambda data: data.replace(b"\n", b"\r\n"))


@restored("content")
def empty_a_file(tree: Path) -> Path | None:
    """A restored file has no content."""
    return rewritten(a_file(tree), lambda data: data[:0])


@restored("content")
def give_two_files_one_content(tree: Path) -> Path | None:
    """A restored file has the content of another one of its size."""
    seen: dict[int, Path] = {}
    for path in filter(lambda path: is_a(FILE, path), paths(tree)):
        data, other = path.read_bytes(), seen.setdefault(path.lstat().st_size, path).read_bytes()
        if other != data:
            return rewritten(path, lambda data, other=other: other)
    return None


@restored("content")
def retarget_a_symlink(tree: Path) -> Path | None:
    """A restored symlink points elsewhere."""
    link = first(tree, SYMLINK)
    if link is not None:
        with unnoticed(link.parent):
            target = os.readlink(link) + "x"  # noqa: PTH115 - pathlib's is of Python 3.9
            link.unlink()
            link.symlink_to(target)
    return link


@restored("limitation-holds", early="hard-links")
def keep_more_than_is_known(tree: Path) -> Path | None:
    """Names of one file come back as such: a limitation that the suite believes in is none."""
    if [path.name for path in sorted(tree.iterdir())] != ["one", "two"]:
        return None
    return linked(tree / "two", tree / "one")


@instead("single-path", "restore")
def restore_one_path_wrongly(call: Call) -> int:
    """One file, restored by itself, lacks its last byte."""
    code = call.run()
    if call.target and not call.whole and is_a(FILE, call.target):
        rewritten(call.target, lambda data: data[:-1])
        call.hit()
    return code


@instead("single-path", "restore")
def restore_one_folder_empty(call: Call) -> int:
    """One folder, restored by itself, comes back empty."""
    code = call.run()
    if call.target and not call.whole and is_a(FOLDER, call.target):
        for path in call.target.iterdir():
            removed(path)
            call.hit()
    return code


@restored("releases-agree", lab="embedded")
def change_from_release_to_release(tree: Path) -> Path | None:
    """A release restores a file without its last byte, which the other release brings back."""
    return rewritten(a_file(tree), lambda data: data[:-1])


@instead("upgrade-path", "restore", lab="embedded", early="other-writes")
def read_no_other_release(call: Call) -> int:
    """A chain that another release wrote is refused."""
    mine = call.kept("mine")
    if call.verb in BACKUPS:
        mine.touch()
    if call.verb != "restore" or mine.exists():
        return call.run()
    call.hit()
    return 1
