"""The words of OPTIONS: which of duplicity's options they belong to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verify.job.option_names import FLAGS, SHORT, TWO_VALUED, VALUED, full_name

# Options of the include/exclude family: those with a value, and those without.
SELECTION_WITH_VALUE = frozenset(
    {
        "--include",
        "--exclude",
        "--include-regexp",
        "--exclude-regexp",
        "--include-filelist",
        "--exclude-filelist",
        "--include-globbing-filelist",
        "--exclude-globbing-filelist",
        "--exclude-if-present",
        "--exclude-older-than",
        "--files-from",
    }
)
SELECTION_WITHOUT_VALUE = frozenset(
    {
        "--exclude-device-files",
        "--exclude-other-filesystems",
        "--include-filelist-stdin",
        "--exclude-filelist-stdin",
        "--filter-globbing",
        "--filter-ignorecase",
        "--filter-literal",
        "--filter-regexp",
        "--filter-strictcase",
        "--null-separator",
    }
)
SELECTION = SELECTION_WITH_VALUE | SELECTION_WITHOUT_VALUE

# Options that make a backup a full one, whatever verb it is called by.
FORCING = frozenset({"--full-if-older-than", "--full-if-n-inc"})

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class WrittenOption:
    """One option as written: its name, its value if it has one, and the words that spell both."""

    name: str  # with its dashes, the whole of it; a word that belongs to no option is its own name
    value: str | None
    words: tuple[str, ...]

    def with_value(self, value: str) -> "WrittenOption":
        """Given another value, return the option with it, in the spelling (`=` or two words) it had."""
        written = self.words[0].partition("=")[0]
        words = (written, value) if len(self.words) == 2 else (f"{written}={value}",)  # noqa: PLR2004 - a name and a value
        return WrittenOption(self.name, value, words)


def parsed(words: Iterable[str]) -> Iterator[WrittenOption]:
    """Given duplicity's words, return them grouped into options."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        written, equals, value = word.partition("=")
        name = full_name(written)
        if not word.startswith("-"):
            yield WrittenOption(word, None, (word,))
        elif equals and word.startswith("--"):
            yield WrittenOption(name, value, (word,))
        elif word[:2] in SHORT and word[2:]:
            yield WrittenOption(full_name(word[:2]), word[2:], (word,))
        elif name in TWO_VALUED and len(rest) > 1:
            values, rest = rest[:2], rest[2:]
            yield WrittenOption(name, " ".join(values), (word, *values))
        elif rest and _takes(name, rest[0]):
            value = rest.pop(0)
            yield WrittenOption(name, value, (word, value))
        else:
            yield WrittenOption(name, None, (word,))


def _takes(name: str, following: str) -> bool:
    """Return whether the next word is an option's value: of one that no release knows, by the image's own rule."""
    if name in FLAGS:
        return False
    return name in VALUED or not following.startswith("-")


def words_of(options: Iterable[WrittenOption]) -> tuple[str, ...]:
    """Given options, return their words in order."""
    return tuple(word for option in options for word in option.words)


def is_glob(value: str) -> bool:
    """Given a selection's value, return whether duplicity reads it as a pattern."""
    return bool(_GLOB.search(value)) or value.lower().startswith("ignorecase:")
