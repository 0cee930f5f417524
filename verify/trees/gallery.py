"""Histories made by hand: the cases that always run, whatever is drawn beside them."""

from dataclasses import dataclass

from verify.trees.edits import (
    Chmod,
    Chown,
    Create,
    Delete,
    Grow,
    Overwrite,
    Rename,
    Replace,
    Shrink,
    Swap,
    Together,
    Touch,
)
from verify.trees.model import SECOND, WRITTEN, History, Node, Segment, Tree, file, folder, special, symlink
from verify.trees.node_values import BORDERS, HOSTILE_NAMES, MODES, TIMES

DEEPEST = b"/".join([b"deep" * 20] * 30)  # 2,429 bytes
LARGE = 8 * 1024 * 1024  # bytes: at a volsize of 1 MB it spans several volumes


def _each(place: bytes, nodes: dict[bytes, Node]) -> dict[bytes, Node]:
    return {place: folder(), **{place + b"/" + name: node for name, node in nodes.items()}}


def _every_kind_of_node() -> Tree:
    deep = {DEEPEST[:cut]: folder() for cut, byte in enumerate(DEEPEST) if byte == ord("/")}
    return Tree(
        {
            b"": folder(0o750, mtime_ns=WRITTEN - SECOND),
            **_each(b"sizes", {b"%d" % size: file((size, size)) for size in (0, 1, 100, *BORDERS)}),
            **_each(b"zeros", {b"small": file((0, 3000)), b"larger": file((0, 300_000))}),
            **_each(b"names", {name: file((index, 20)) for index, name in enumerate(HOSTILE_NAMES, 1)}),
            **_each(b"folders", {name: folder() for name in HOSTILE_NAMES}),
            **_each(b"modes", {b"file-%04o" % mode: file((mode, 5), mode=mode) for mode in MODES}),
            **{b"modes/folder-%04o" % mode: folder(mode) for mode in MODES},
            **{b"modes/folder-%04o/inside" % mode: file((mode, 6)) for mode in MODES},
            **_each(b"owners", {b"%d" % uid: file(uid=uid, gid=uid + 1) for uid in (1, 1000, 65_534, 2_000_000)}),
            **_each(b"times", {b"%d" % time: file(mtime_ns=time) for time in TIMES}),
            **{b"times/folder%d" % time: folder(mtime_ns=time) for time in TIMES},
            **_each(
                b"links",
                {
                    b"dangling": symlink(b"nowhere"),
                    b"absolute": symlink(b"/nonexistent/absolute"),
                    b"to-folder": symlink(b"../sizes", uid=1000, gid=1000),
                    b"to-itself": symlink(b"to-itself"),
                    b"hostile": symlink(b"new\nline\xff"),
                    b"long": symlink(b"t" * 3000),
                    b"one": file((1, 5000), link=1),
                    b"two": file((1, 5000), link=1),
                },
            ),
            b"sizes/three": file((1, 5000), link=1),
            **_each(
                b"special",
                {
                    b"fifo": special("fifo"),
                    b"null": special("char", (1, 3)),
                    b"loop": special("block", (7, 0)),
                },
            ),
            **_each(b"xattrs", {b"file": file((1, 5), xattrs=((b"user.colour", b"\xff\0green"),))}),
            **_each(b"swap", {b"short": file((1, 10)), b"long": file((2, 5000)), b"link": symlink(b"short")}),
            **_each(b"turns", {b"file": file((1, 10)), b"folder": folder(), b"symlink": symlink(b"file")}),
            b"turns/folder/inside": file((5, 50)),
            **_each(b"edits", {name: file((index, 100_000)) for index, name in enumerate(_EDITED, 1)}),
            **_each(b"edits/folder", {b"a": file((1, 10)), b"b": file((2, 10))}),
            b"large": file((9, 2_500_000)),
            **deep,
            DEEPEST: folder(),
            DEEPEST + b"/file": file((3, 30)),
        }
    )


_EDITED = (
    b"deleted",
    b"renamed",
    b"appended",
    b"prepended",
    b"inserted",
    b"cut",
    b"truncated",
    b"emptied",
    b"overwritten",
)


def _every_kind_of_edit() -> Together:
    middle = 50_000
    return Together(
        (
            Create(b"edits/created", file((20, 3000))),
            Create(b"edits/created-folder", folder(0o700)),
            Create(b"edits/created-folder/file", file((21, 300))),
            Delete(b"edits/deleted"),
            Rename(b"edits/renamed", b"edits/folder/renamed"),
            Rename(b"edits/folder", b"edits/renamed-folder"),
            Grow(b"edits/appended", 100_000, Segment(30, 10_000)),
            Grow(b"edits/prepended", 0, Segment(31, 10)),
            Grow(b"edits/inserted", middle, Segment(32, 1)),
            Shrink(b"edits/cut", middle, 2048),
            Shrink(b"edits/truncated", middle, middle),
            Shrink(b"edits/emptied", 0, 100_000),
            Overwrite(b"edits/overwritten", middle, Segment(33, 2048)),
            Overwrite(b"links/two", 100, Segment(34, 100)),
            Overwrite(b"large", 1_000_000, Segment(35, 10)),
            Replace(b"turns/file", folder()),
            Create(b"turns/file/inside", file((36, 36))),
            Replace(b"turns/folder", symlink(b"file")),
            Replace(b"turns/symlink", file((37, 37))),
            Swap(b"swap/short", b"swap/long"),
            Chmod(b"modes/file-0644", 0o4711),
            Chmod(b"modes/folder-0755", 0o1700),
            Chown(b"owners/1000", 1001, 1002),
            Touch(b"times/0", WRITTEN + 77 * SECOND),
            Touch(b"times/folder0", WRITTEN + 78 * SECOND),
            Delete(b"names"),
        )
    )


def _and_back() -> Together:
    """Return what a second incremental meets: things that went come back, others change again."""
    return Together(
        (
            Create(b"edits/deleted", file((40, 10))),
            Create(b"names", folder()),
            *(Create(b"names/" + name, file((index, 21))) for index, name in enumerate(HOSTILE_NAMES, 50)),
            Replace(b"turns/file", symlink(b"folder")),
            Replace(b"turns/folder", file((41, 41))),
            Replace(b"turns/symlink", folder(0o000)),
            Grow(b"edits/emptied", 0, Segment(42, 100_000)),
            Overwrite(b"edits/appended", 105_000, Segment(43, 20_000)),
            Swap(b"swap/short", b"swap/link"),
            Chmod(b"modes/file-0644", 0o000),
        )
    )


GALLERY = History(_every_kind_of_node(), (_every_kind_of_edit(), _and_back()))

MARKED = History(
    Tree(
        {
            b"folder-marked-1f0c92a7d3": folder(),
            b"folder-marked-1f0c92a7d3/file-marked-8be0437c51": file((101, 5000)),
            b"file-marked-c4d20e96fa": file((102, 300_000)),
            b"symlink-marked-07a9e1b35d": symlink(b"target-marked-6632f08ce4"),
        }
    ),
    (
        Together(
            (
                Create(b"file-marked-e95d1178b0", file((103, 4000))),
                Overwrite(b"file-marked-c4d20e96fa", 1000, Segment(104, 500)),
            )
        ),
    ),
)
"""A history whose names and contents are met nowhere by chance, so that they can be looked for."""


@dataclass(frozen=True)
class LargeFileEdit:
    """A history in which a small part of a large file changes: what an incremental should cost."""

    name: str
    history: History
    changed_bytes: int  # bytes that are new
    file_bytes: int  # the file's size afterwards


def _large_file_edit(name: str, edit: Grow | Shrink | Overwrite, changed: int) -> LargeFileEdit:
    history = History(Tree({b"large": file((7, LARGE))}), (edit,))
    return LargeFileEdit(name, history, changed, history.trees[-1][b"large"].size)


LARGE_FILE_EDITS = (
    _large_file_edit("append", Grow(b"large", LARGE, Segment(8, 10_000)), 10_000),
    _large_file_edit("insert", Grow(b"large", LARGE // 2 + 1, Segment(8, 100)), 100),
    _large_file_edit("prepend", Grow(b"large", 0, Segment(8, 1)), 1),
    _large_file_edit("overwrite", Overwrite(b"large", LARGE // 3, Segment(8, 5000)), 5000),
    _large_file_edit("cut", Shrink(b"large", LARGE // 4, 3001), 0),
    _large_file_edit("truncate", Shrink(b"large", LARGE // 2, LARGE // 2), 0),
)
