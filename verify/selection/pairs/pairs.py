"""Pairs of rules and a tree, and packs of them that one backup answers.

A duplicity command costs as much as a hundred small trees. So pairs share one source, each in a folder
of its own, and their rules share one command line: a rule that names the pair's folder decides nothing
elsewhere. Options that cannot be held to a folder are shared by all pairs of a pack.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from verify.trees import Node, Tree, folder

FOLDER = "FOLDER"  # stands for the path of the pair's folder in values and lists
NAME = "NAME"  # stands for the last part of it there, and in names of the tree


@dataclass(frozen=True)
class Written:
    """A selection option as a pair writes it. Where it names a list, `lines` are what the list holds."""

    name: str
    value: str | None = None
    lines: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        value = "" if self.value is None else f" {self.value!r}"
        lines = "" if self.lines is None else f" <{list(self.lines)!r}>"
        return f"<{self.name}{value}{lines}>"


Group = tuple[Written, ...]

# duplicity refuses a last rule that includes, so one that excludes what is nowhere comes last.
LAST: Group = (Written("--exclude", f"{FOLDER}/nothing at all"),)


@dataclass(frozen=True)
class Shared:
    """What all pairs of a pack share: options that hold everywhere, in their order.

    With `files_from`, each pair names paths for one --files-from list.
    """

    title: str
    options: Group = ()
    null_separator: bool = False
    files_from: bool = False

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class Pair:
    """Rules and a tree. `rules` has a group before each shared option, and one behind the last.

    `named` are the paths, below the pair's folder, that it names for --files-from.
    """

    rules: tuple[Group, ...]
    tree: Tree
    named: tuple[str, ...] = ()

    def tree_in(self, place: str) -> dict[bytes, Node]:
        """Given the name of the pair's folder, return the nodes of its tree below that."""
        name = place.encode()
        return {
            name + b"/" + path.replace(NAME.encode(), name) if path else name: node for path, node in self.tree.items()
        }


class CommandLine:
    """Selection options as words, and the bytes of the lists that they name, by their paths."""

    def __init__(self, source: str, lists: str, separator: str = "\n") -> None:
        """Given the source, a path that the paths of lists may begin with, and what ends their lines."""
        self.words: list[str] = []
        self.lists: dict[str, bytes] = {}
        self._source = source.rstrip("/")  # SRC=/var/data/ is the folder /var/data
        self._prefix = lists
        self._separator = separator

    def write(self, group: Group, place: str = "") -> None:
        """Add options for the folder of that name in the source; "" is the source itself."""
        for option in group:
            value = None if option.value is None else self._at(option.value, place)
            if option.lines is not None:
                value = f"{self._prefix}-{len(self.lists)}"
                lines = [self._at(line, place) for line in option.lines]
                self.lists[value] = self._separator.join(lines).encode("utf-8", "surrogateescape")
            self.words += [option.name] if value is None else [option.name, value]

    def _at(self, text: str, place: str) -> str:
        path = f"{self._source}/{place}" if place else self._source
        return text.replace(FOLDER, path).replace(NAME, place)


@dataclass(frozen=True)
class Pack:
    """Pairs that one backup answers, each in the folder of the source that `places` names."""

    shared: Shared
    pairs: tuple[Pair, ...]
    places: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", tuple(f"p{number:03d}" for number in range(len(self.pairs))))

    @property
    def tree(self) -> Tree:
        """All trees, each in its pair's folder."""
        nodes: dict[bytes, Node] = {b"": folder()}
        for pair, place in self.placed:
            nodes |= pair.tree_in(place)
        return Tree(nodes)

    def command_line(self, source: str, lists: str) -> CommandLine:
        """Given the source and a path that the paths of lists may begin with, return the options."""
        line = CommandLine(source, lists, "\0" if self.shared.null_separator else "\n")
        if self.shared.null_separator:
            line.words.append("--null-separator")
        for turn in range(len(self.shared.options) + 1):
            for pair, place in self.placed:
                line.write(pair.rules[turn], place)
            line.write(self.shared.options[turn : turn + 1])
        if self.shared.files_from:
            named = tuple(f"{place}/{path}" for pair, place in self.placed for path in pair.named)
            line.write((Written("--files-from", lines=named),))
        line.write(LAST)
        return line

    @property
    def placed(self) -> Iterator[tuple[Pair, str]]:
        """Each pair, and the name of its folder."""
        return zip(self.pairs, self.places, strict=True)

    @property
    def halves(self) -> tuple["Pack", "Pack"]:
        """Two packs of half of the pairs each."""
        middle = len(self.pairs) // 2
        return Pack(self.shared, self.pairs[:middle]), Pack(self.shared, self.pairs[middle:])
