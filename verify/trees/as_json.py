"""Trees and histories as JSON, to be kept in a file and read again: `written` and `read`.

Names and other bytes are text as file names are in Python, undecodable bytes as surrogates, so that a file
can be read by people, and any bytes come back.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from verify.trees.model import History, Node, Segment, Tree, histories_of

Json = Any

_USUAL = {each.name: each.default for each in fields(Node)}


def written(value: History | Tree) -> Json:
    """Given a tree or a history, return it as JSON; a history as its trees. Raise TypeError for anything else."""
    if isinstance(value, History):
        return {"history": [_tree(tree) for tree in value.trees]}
    if isinstance(value, Tree):
        return {"tree": _tree(value)}
    raise TypeError(f"neither a tree nor a history: {value!r}")


def read(data: Json, where: str = "") -> History | Tree:
    """Given what `written` made, return it. Raise ValueError that says where it is something else."""
    kind, value = _only(data, where)
    if kind == "tree":
        return _read_tree(value, f"{where}.tree")
    if kind == "history":
        _must_be(value, list, f"{where}.history")
        trees = [_read_tree(tree, f"{where}.history[{number}]") for number, tree in enumerate(value)]
        if trees:
            return histories_of(*trees)
    raise ValueError(f"{where} holds neither a tree nor a history of one tree or more")


def _only(data: Json, where: str) -> tuple[str, Json]:
    _must_be(data, dict, where)
    if len(data) != 1:
        raise ValueError(f"{where} names {len(data)} things in place of one")
    ((kind, value),) = data.items()
    return kind, value


def _tree(tree: Tree) -> Json:
    return {os.fsdecode(path): _node(node) for path, node in tree.items()}


def _node(node: Node) -> Json:
    given = {name: getattr(node, name) for name, usual in _USUAL.items() if getattr(node, name) != usual}
    return {name: _WRITTEN.get(name, _same)(value) for name, value in given.items()}


def _read_tree(data: Json, where: str) -> Tree:
    _must_be(data, dict, where)
    nodes = {os.fsencode(path): _read_node(node, f"{where}[{path!r}]") for path, node in data.items()}
    try:
        return Tree(nodes)
    except ValueError as error:
        raise ValueError(f"{where} is no tree: {error}") from error


def _read_node(data: Json, where: str) -> Node:
    _must_be(data, dict, where)
    unknown = [name for name in data if name not in _USUAL]
    if unknown:
        raise ValueError(f"{where} has {unknown[0]!r}, which no node has")
    try:
        return Node(**{name: _READ.get(name, _same)(value) for name, value in data.items()})
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{where} is no node: {error}") from error


def _must_be(data: Json, kind: type, where: str) -> None:
    if not isinstance(data, kind):
        raise ValueError(f"{where} is no {kind.__name__}, but {data!r:.60}")  # noqa: TRY004 - one error for who reads


def _same(value: Json) -> Json:
    return value


def _mode(text: Json) -> int:
    return int(str(text), 8)


_WRITTEN: Mapping[str, Callable[[Any], Json]] = {
    "mode": "{:o}".format,
    "content": lambda content: [list(segment) for segment in content],
    "target": os.fsdecode,
    "device": list,
    "xattrs": lambda xattrs: [[os.fsdecode(name), os.fsdecode(value)] for name, value in xattrs],
}


def _whole(number: Json) -> int:
    if type(number) is not int:
        raise ValueError(f"{number!r} is no whole number")
    return number


_READ: Mapping[str, Callable[[Json], Any]] = {
    **dict.fromkeys(("uid", "gid", "mtime_ns", "link"), _whole),
    "mode": _mode,
    "content": lambda content: tuple(Segment(*map(int, segment)) for segment in content),
    "target": os.fsencode,
    "device": lambda numbers: tuple(map(int, numbers)),
    "xattrs": lambda xattrs: tuple((os.fsencode(name), os.fsencode(value)) for name, value in xattrs),
}
