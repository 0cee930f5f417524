"""OPTIONS as words: how a text is read by a shell, and what its writer meant by it."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Template

from verify.job.options import is_glob

# One word as written: quotes, escapes and commands belong to it with what is in them.
_WORD = re.compile(
    r"""(?: [^\s\\'"`$] | \\. | '[^']*' | "(?:[^"\\]|\\.)*" | \$\((?:[^()]|\([^()]*\))*\) | `[^`]*` | \$ )+""",
    re.DOTALL | re.VERBOSE,
)
_COMMAND = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`")
_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})")
_QUOTED = re.compile(r"""\s*('[^']*'|"(?:[^"\\]|\\.)*")(?:\s+\#.*)?\s*""", re.DOTALL)
_HIDDEN = "\ue000"  # stands for a blank inside a command


@dataclass(frozen=True, slots=True)
class SplitWords:
    """OPTIONS in words, and what about them depends on the image's shells."""

    words: tuple[str, ...]
    trouble: str = ""  # why the shell refuses the text; the words are then split at blanks
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShellWord:
    """One word as written, and the words that are meant by it: one, but for a variable that holds options."""

    raw: str
    meant: tuple[str, ...]


def split(text: str, variables: Mapping[str, str]) -> SplitWords:
    """Given OPTIONS and the variables that its shell knows, return its words.

    `$NAME` is replaced, quotes group, a comment is cut. Commands and globs are left as they are and
    noted.
    """
    try:
        words = tuple(word for each in words_in(text, variables) for word in each.meant)
    except ValueError:
        return SplitWords(tuple(_expanded(text, variables).split()), "a quote is not closed")
    return SplitWords(words, notes=tuple(_notes(text, words, variables)))


def words_in(text: str, variables: Mapping[str, str]) -> tuple[ShellWord, ...]:
    """Given OPTIONS and its variables, return its words, each as written and as meant.

    Quotes around all of OPTIONS, which docker stack deploy keeps, are lost in the image's first
    shell. Raise ValueError where a quote is not closed.
    """
    return tuple(ShellWord(raw, tuple(_meant(raw, variables))) for raw in raw_words(unwrapped(text)))


def unwrapped(text: str) -> str:
    """Given OPTIONS, return it without the quotes around all of it, if there are some."""
    words = list(raw_words(text))
    inner = unquoted(words[0]) if len(words) == 1 else ""
    return inner if inner != text.strip() and inner.startswith("-") and _closes(inner) else text


def raw_words(text: str) -> Iterator[str]:
    """Given a text, yield its words as they are written, up to a comment. Raise ValueError on an open quote."""
    rest = text.lstrip()
    while rest and not rest.startswith("#"):
        word = _WORD.match(rest)
        if word is None or not re.match(r"\s|\Z", rest[word.end() :]):
            raise ValueError("a quote is not closed")
        yield word.group()
        rest = rest[word.end() :].lstrip()


def _meant(raw: str, variables: Mapping[str, str]) -> Iterator[str]:
    """Given a word as written, yield what is meant by it.

    The image's second shell takes a second pair of quotes off, around a word or around a value
    behind `=`. A variable is one word whatever it holds, unless it holds options.
    """
    once = _expanded(_shown(shlex.split(_COMMAND.sub(_hide, raw))), variables)
    if _VARIABLE.fullmatch(raw) and once.startswith("-"):
        yield from split(once, variables).words
        return
    head, equals, value = once.partition("=") if once.startswith("--") else ("", "", once)
    yield f"{head}{equals}{unquoted(value)}"


def _hide(command: re.Match[str]) -> str:
    return command.group().replace(" ", _HIDDEN)


def _shown(words: Sequence[str]) -> str:
    return "".join(words).replace(_HIDDEN, " ")


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(variables)


def unquoted(word: str) -> str:
    """Given a word, return it without the pair of quotes around it, if there is one."""
    if len(word) < 2 or word[0] != word[-1] or word[0] not in "'\"":  # noqa: PLR2004 - a pair
        return word
    words = shlex.split(word) if _closes(word) else []
    return words[0] if len(words) == 1 else word[1:-1]


def without_quotes(value: str) -> str:
    """Given a variable's value, return it without the quotes around it, and a comment behind these."""
    quoted = _QUOTED.fullmatch(value)
    return unquoted(quoted[1] if quoted else value)


def _closes(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def _notes(text: str, words: tuple[str, ...], variables: Mapping[str, str]) -> Iterator[str]:
    if _COMMAND.search(text):
        yield "the image's shell runs a command in it; it is taken as it is written"
    if any(is_glob(word) for word in words):
        yield "the image's shell replaces a glob in it by the paths that match; it is taken as it is written"
    hidden = _COMMAND.sub(_hide, " ".join(raw_words(text)))
    again = " ".join(shlex.split(_expanded(hidden, variables)))
    if not _closes(again) or tuple(map(_shown, ([word] for word in shlex.split(again)))) != words:
        yield "the image's shells remove quotes twice: duplicity may get other words (see options-reach-duplicity)"
