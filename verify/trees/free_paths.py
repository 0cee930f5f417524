"""Where in a tree something may go."""

from collections.abc import Container, Sequence

from verify.trees.model import LONGEST_NAME, Kind, Tree

LONGEST = 3000  # bytes of a drawn path: with its root, and that of a restore, it has to fit into PATH_MAX
ROOM = 4  # bytes at the end of a name for a number


def paths(tree: Tree, *kinds: Kind) -> list[bytes]:
    """Return the paths of some kinds, the root's first if it is among them."""
    return [path for path, node in tree.items() if node.kind in kinds]


def within(choices: Sequence[bytes], number: int) -> bytes:
    """Return the choice that a number means, the last if it is too large.

    Not the number modulo the choices: then one choice less would change what each means, and nothing would shrink.
    """
    return choices[min(number, len(choices) - 1)]


def free_path(tree: Container[bytes], place: bytes, name: bytes) -> bytes:
    """Given a folder and a name, return a path there, in the root if that is too long, where nothing is."""
    if len(place) + len(name) >= LONGEST:
        place = b""
    path = place + b"/" + name if place else name
    cut = LONGEST_NAME - ROOM - len(path.rpartition(b"/")[2])
    base = path[:cut] if cut < 0 else path
    number = 0
    while path in tree:
        number += 1
        path = b"%s~%d" % (base, number)
    return path
