"""Saboteurs of a restore's structure: something does not come back, or as another thing, or under another name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from hooks import restored
from victims import (
    FIFO,
    FILE,
    FOLDER,
    SYMLINK,
    a_file,
    a_symlink_to_a_file,
    first,
    is_a,
    linked,
    made,
    made_a_copy,
    paths,
    removed,
    renamed,
)

if TYPE_CHECKING:
    from pathlib import Path


@restored("structure")
def drop_a_file(tree: Path) -> Path | None:
    """A file is not restored."""
    return removed(a_file(tree))


@restored("structure")
def drop_an_empty_file(tree: Path) -> Path | None:
    """A file without content is not restored."""
    return removed(first(tree, FILE, lambda path: path.lstat().st_size == 0))


@restored("structure")
def drop_an_empty_folder(tree: Path) -> Path | None:
    """A folder that holds nothing is not restored."""
    return removed(first(tree, FOLDER, lambda path: not any(path.iterdir())))


@restored("structure")
def drop_a_folder(tree: Path) -> Path | None:
    """A folder is not restored, with all that is in it."""
    return removed(first(tree, FOLDER, lambda path: any(path.iterdir())))


@restored("structure")
def drop_a_symlink(tree: Path) -> Path | None:
    """A symlink is not restored."""
    return removed(first(tree, SYMLINK))


@restored("structure")
def drop_a_fifo(tree: Path) -> Path | None:
    """A named pipe is not restored."""
    return removed(first(tree, FIFO))


@restored("structure")
def drop_what_is_hidden(tree: Path) -> Path | None:
    """A file whose name begins with a dot is not restored."""
    return removed(first(tree, FILE, lambda path: path.name.startswith(".")))


@restored("structure")
def add_a_file(tree: Path) -> Path | None:
    """A file comes back that never was."""
    return made(tree / "never was", lambda path: path.touch())


@restored("structure")
def add_a_folder(tree: Path) -> Path | None:
    """An empty folder comes back that never was."""
    return made(tree / "never was", lambda path: path.mkdir())


@restored("structure")
def add_a_symlink(tree: Path) -> Path | None:
    """A symlink comes back that never was."""
    return made(tree / "never was", lambda path: path.symlink_to("nowhere"))


@restored("structure")
def copy_what_a_symlink_points_to(tree: Path) -> Path | None:
    """A symlink to a file comes back as a copy of the file."""
    return made_a_copy(a_symlink_to_a_file(tree))


@restored("structure")
def make_a_fifo_a_file(tree: Path) -> Path | None:
    """A named pipe comes back as an empty file."""
    return made(removed(first(tree, FIFO)), lambda path: path.touch())


@restored("structure")
def tell_names_apart_no_more(tree: Path) -> Path | None:
    """A name comes back in another Unicode normalisation."""
    return renamed(tree, lambda name: unicodedata.normalize("NFD", name))


@restored("structure")
def fold_the_case_of_a_name(tree: Path) -> Path | None:
    """A name comes back in capitals."""
    return renamed(tree, lambda name: name.upper())


@restored("structure")
def strip_a_name(tree: Path) -> Path | None:
    """A name comes back without the blanks at its ends."""
    return renamed(tree, lambda name: name.strip(" "))


@restored("structure")
def escape_a_name(tree: Path) -> Path | None:
    """A line break in a name comes back as a question mark."""
    return renamed(tree, lambda name: name.replace("\n", "?"))


@restored("structure")
def link_files_that_are_alike(tree: Path) -> Path | None:
    """Two empty files come back as one file of two names."""
    empty = [path for path in paths(tree) if is_a(FILE, path) and not path.lstat().st_size]
    return linked(empty[1], empty[0]) if len(empty) > 1 else None
