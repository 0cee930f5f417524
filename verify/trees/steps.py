"""From one tree to another by the fewest steps: what `onsite.materialise` is told to do."""

import marshal
import stat
import zlib
from collections.abc import Mapping
from typing import Any

from verify.onsite.tree_files import FORMAT
from verify.trees.model import Node, Segment, Tree, parent

Step = tuple[Any, ...]  # (name in onsite.STEPS, path, arguments…)

FORMATS = {
    "file": stat.S_IFREG,
    "dir": stat.S_IFDIR,
    "symlink": stat.S_IFLNK,
    "fifo": stat.S_IFIFO,
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
    "socket": stat.S_IFSOCK,
}


def plan(wanted: Tree, current: Tree | None = None) -> bytes:
    """Given the tree to make and the one that lies there, return the steps for `onsite.materialise`.

    Without a current tree, whatever lies there is removed first. Folders' times come last, deepest first.
    """
    return zlib.compress(marshal.dumps(steps(wanted, current), FORMAT), 1)


def plan_side_by_side(trees: Mapping[bytes, tuple[Tree, Tree | None]]) -> bytes:
    """Given by name the trees to make and those that lie there, return the steps that do it below one root."""
    found: list[Step] = []
    for name, (wanted, current) in trees.items():
        own = steps(wanted, current)
        if current is None:  # instead of emptying the root
            own[0:1] = [("remove", b""), ("folder", b"")]
        found += [_below(name, step) for step in own]
    return zlib.compress(marshal.dumps(found, FORMAT), 1)


def _below(name: bytes, step: Step) -> Step:
    word, path, *rest = step
    if word == "link":
        rest = [name + b"/" + rest[0]]
    return (word, name + b"/" + path if path else name, *rest)


def steps(wanted: Tree, current: Tree | None = None) -> list[Step]:
    """Like `plan`, as a list."""
    before = Tree({}) if current is None else current
    kept, leaders = _survivors(wanted, before)
    removals = [path for path in before if path not in kept and parent(path) in kept]
    creations = [path for path in wanted if path not in kept]
    writes = [
        path
        for path, leader in leaders.items()
        if path == leader and path in kept and wanted[path].content != before[path].content
    ]
    changed = {*creations, *writes, *(parent(path) for path in (*removals, *creations))}
    result: list[Step] = [("empty",)] if current is None else []
    result += [("remove", path) for path in removals]
    result += [_creation(path, wanted[path], leaders.get(path, path)) for path in creations]
    result += [("write", path, *_rewriting(before[path].content, wanted[path].content)) for path in writes]
    for path in reversed(list(wanted)):
        if path in changed or current is None or _metadata(wanted[path]) != _metadata(before[path]):
            fresh = path not in kept or current is None or wanted[path].xattrs != before[path].xattrs
            result.append(
                (
                    "meta",
                    path,
                    *_metadata(wanted[path])[:-1],
                    wanted[path].xattrs if fresh and _may(wanted[path]) else None,
                )
            )
    return result


def _survivors(wanted: Tree, before: Tree) -> tuple[set[bytes], dict[bytes, bytes]]:
    """Return the paths at which the same thing stays, and for each file the name that it is written by."""
    kept: set[bytes] = set()
    leaders: dict[bytes, bytes] = {}
    taken: set[object] = set()
    for path, node in wanted.items():
        if node.kind != "file":
            if path in before and _same_thing(node, before[path]):
                kept.add(path)
        elif path not in leaders:
            names = wanted.names_of(path)
            stay = _staying(names, before, taken)
            kept.update(stay)
            leaders.update(dict.fromkeys(names, stay[0] if stay else path))
    return kept, leaders


def _same_thing(one: Node, other: Node) -> bool:
    return (one.kind, one.target, one.device) == (other.kind, other.target, other.device)


def _staying(names: tuple[bytes, ...], before: Tree, taken: set[object]) -> list[bytes]:
    """Given all names of one file, return those that are names of one file already, and take that file."""
    for name in names:
        if name in before and before[name].kind == "file":
            identity = before.names_of(name)
            if identity not in taken:
                taken.add(identity)
                return [other for other in names if other in identity]
    return []


def _creation(path: bytes, node: Node, leader: bytes) -> Step:
    match node.kind:
        case "dir":
            return ("folder", path)
        case "symlink":
            return ("symlink", path, node.target)
        case "file" if path != leader:
            return ("link", path, leader)
        case "file":
            return ("file", path, _plain(node.content))
        case _:
            return ("node", path, FORMATS[node.kind], *(node.device or (0, 0)))


def _rewriting(before: tuple[Segment, ...], after: tuple[Segment, ...]) -> tuple[int, tuple[Any, ...]]:
    """Return how many bytes of a content stay as they are, and the segments to write behind them."""
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    return sum(segment.length for segment in after[:same]), _plain(after[same:])


def _plain(content: tuple[Segment, ...]) -> tuple[tuple[int, int, int], ...]:
    return tuple(tuple(segment) for segment in content)  # type: ignore[misc]  # marshal takes no NamedTuple


def _metadata(node: Node) -> Step:
    return (FORMATS[node.kind] | node.mode, node.uid, node.gid, node.mtime_ns, node.xattrs)


def _may(node: Node) -> bool:
    return node.kind in ("file", "dir")
