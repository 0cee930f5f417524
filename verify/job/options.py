"""The words of OPTIONS: splitting them, and which of duplicity's options they belong to."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Template

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
    }
)
SELECTION = SELECTION_WITH_VALUE | SELECTION_WITHOUT_VALUE

# Options whose value is the next word even if that starts with a dash. For any other option the
# next word is its value if it does not: that is the image's own rule since v4.0.0.
_TAKES_NEXT_WORD = SELECTION_WITH_VALUE | frozenset(
    {
        "--gpg-options",
        "--ssh-options",
        "--rsync-options",
        "--par2-options",
        "--archive-dir",
        "--tempdir",
        "--log-file",
        "--s3-endpoint-url",
        "--s3-region-name",
        "--s3-kms-key-id",
        "--s3-kms-grant",
    }
)
_NEVER_TAKES_NEXT_WORD = SELECTION_WITHOUT_VALUE | {
    "--no-encryption",
    "--allow-source-mismatch",
    "--use-agent",
}

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Option:
    """One option as written: its name, its value if it has one, and the words that spell both."""

    name: str  # with its dashes; a word that belongs to no option is its own name
    value: str | None
    words: tuple[str, ...]

    def with_value(self, value: str) -> "Option":
        """Given another value, return the option with it, in the spelling (`=` or two words) it had."""
        words = (self.name, value) if len(self.words) == 2 else (f"{self.name}={value}",)  # noqa: PLR2004 - a name and a value
        return Option(self.name, value, words)


def parsed(words: Iterable[str]) -> Iterator[Option]:
    """Given duplicity's words, return them grouped into options."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            yield Option(word, None, (word,))
        elif equals and word.startswith("--"):
            yield Option(name, value, (word,))
        elif rest and _takes(name, rest[0]):
            value = rest.pop(0)
            yield Option(name, value, (word, value))
        else:
            yield Option(name, None, (word,))


def _takes(name: str, following: str) -> bool:
    if name in _NEVER_TAKES_NEXT_WORD:
        return False
    return name in _TAKES_NEXT_WORD or not following.startswith("-")


def words_of(options: Iterable[Option]) -> tuple[str, ...]:
    """Given options, return their words in order."""
    return tuple(word for option in options for word in option.words)


def is_glob(value: str) -> bool:
    """Given a selection's value, return whether duplicity reads it as a pattern."""
    return bool(_GLOB.search(value)) or value.lower().startswith("ignorecase:")


@dataclass(frozen=True, slots=True)
class Split:
    """OPTIONS in words, and what about them depends on the image's shells."""

    words: tuple[str, ...]
    trouble: str = ""  # why the shell refuses the text; the words are then split at blanks
    notes: tuple[str, ...] = ()


def split(text: str, variables: Mapping[str, str]) -> Split:
    """Given OPTIONS and the variables that its shell knows, return its words.

    Done as the image's shells do it in plain cases: `$NAME` is replaced, quotes group, a comment is
    cut. Commands and globs are left as they are and noted.
    """
    expanded = Template(text).safe_substitute(variables)
    try:
        once = shlex.split(expanded, comments=True)
    except ValueError:
        return Split(tuple(expanded.split()), "a quote is not closed")
    words = _meant(once)
    return Split(words, notes=tuple(_notes(expanded, once, words)))


def _meant(once: list[str]) -> tuple[str, ...]:
    """Given the words after one shell, return what was meant for duplicity.

    The image's second shell takes a second pair of quotes off. Quotes around all of OPTIONS, which
    docker stack deploy keeps, are lost in the same way.
    """
    if len(once) == 1 and once[0].startswith("-") and " " in once[0]:
        return _meant(shlex.split(once[0], comments=True)) if _closes(once[0]) else tuple(once[0].split())
    return tuple(unquoted(word) for word in once)


def _closes(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def unquoted(word: str) -> str:
    """Given a word, return it without the pair of quotes around it, if there is one."""
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "'\""
    return word[1:-1] if quoted else word


def _notes(expanded: str, once: list[str], words: tuple[str, ...]) -> Iterator[str]:
    if "$(" in expanded or "`" in expanded:
        yield "the image's shell runs a command in it; it is taken as it is written"
    if any(_GLOB.search(word) for word in words):
        yield "the image's shell replaces a glob in it by the paths that match; it is taken as it is written"
    again = " ".join(once)
    if not _closes(again) or tuple(shlex.split(again)) != words:
        yield "the image's shells take quotes off twice, so duplicity gets other words there: double them"
