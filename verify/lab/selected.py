"""Trees on the edges of a job's plain exclusions, and what a listing of their backup shows."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from verify.checks import Finding
from verify.job import Job
from verify.trees import Tree, file, folder, printable


@dataclass(frozen=True)
class Edges:
    """A tree around what a job excludes, and which of its files should be in the backup."""

    tree: Tree
    included: frozenset[bytes]
    excluded: frozenset[bytes]


def edges_of_exclusion(job: Job) -> Edges:
    """Given a job, return a tree that holds each plainly excluded path, and what is named like it.

    A sibling whose name begins alike, a name that is the beginning, and the same name elsewhere stay
    in. Rules that are not plain paths are none of its concern.
    """
    source = posixpath.normpath(job.source)
    below = [posixpath.relpath(path, source).encode() for path in job.excluded_paths if path.startswith(f"{source}/")]
    excluded = {path + b"/inside" for path in below} | {path + b"/folder/deep" for path in below}
    included = {b"config/traefik/traefik.yml", b"a file with blanks"}
    for path in below:
        included |= {path + b"2/beside", path + b".d/beside", b"elsewhere/" + path + b"/inside"}
    included = {path for path in included if not any(path == each or path.startswith(each + b"/") for each in below)}
    return Edges(_tree_of(included | excluded), frozenset(included), frozenset(excluded))


def selection_findings(edges: Edges, listed: Iterable[bytes]) -> list[Finding]:
    """Given edges and what their backup holds, return a finding for each path that is wrongly there or not."""
    there = set(listed)
    leaked = [
        Finding("excluded-absent", printable(path), "not in the backup", "in the backup")
        for path in sorted(edges.excluded & there)
    ]
    lost = [
        Finding("included-present", printable(path), "in the backup", "not in the backup")
        for path in sorted(edges.included - there)
    ]
    return leaked + lost


def _tree_of(paths: Iterable[bytes]) -> Tree:
    nodes = {path: file((number, 1000)) for number, path in enumerate(sorted(paths), 1)}
    above = {path[:cut]: folder() for path in nodes for cut, byte in enumerate(path) if byte == ord("/")}
    return Tree({**above, **nodes})
