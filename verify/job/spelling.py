"""Other spellings of the same options, for those that don't get through the image's shells."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from verify.job.options import WrittenOption, parsed
from verify.job.shellwords import ShellWord, raw_words, unquoted, unwrapped, words_in

# What the inner and the outer pair of quotes do not carry through two shells.
_FRAGILE_IN_SINGLE = re.compile(r"""['"`\n]|\\[\\$"`]|\$\(|\\$""")
_FRAGILE_IN_DOUBLE = re.compile(r"""["`$\\\n]""")
_RENAMED = {
    # Filelists have been globbing ones since 0.7; the old names went in 2.0.0.
    "--exclude-globbing-filelist": "--exclude-filelist",
    "--include-globbing-filelist": "--include-filelist",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One option of OPTIONS: what is meant, how it is written, and the spelling to use: 0 is as written.

    `value` is the option's value before variables are replaced in it. `fixed` tells that it comes
    from a variable together with others, so that it has no spelling of its own.
    """

    option: WrittenOption
    raw: str
    value: str | None
    spelling: int = 0
    fixed: bool = False

    @property
    def respelt(self) -> "Piece | None":
        """The piece in its next spelling, None if there is none: a plain value needs no quotes."""
        if new_name := _RENAMED.get(self.option.name):
            return replace(
                self, option=replace(self.option, name=new_name), raw=self.raw.replace(self.option.name, new_name, 1)
            )
        plain = self.value is None or shlex.quote(self.value) == self.value
        if self.fixed or plain or self.spelling == len(SPELLINGS) - 1:
            return None
        return replace(self, spelling=self.spelling + 1)


def pieces_of(text: str, resolved: str, variables: Mapping[str, str]) -> tuple[Piece, ...] | None:
    """Given OPTIONS as written, and with its commands replaced by what they print, return its pieces.

    None where the two don't have the same words. Raise ValueError where a quote is not closed.
    """
    raw = list(raw_words(unwrapped(text)))
    words = words_in(resolved, variables)
    if len(raw) != len(words):
        return None
    rest = [
        (ShellWord(written, word.meant), meant)
        for written, word in zip(raw, words, strict=True)
        for meant in word.meant
    ]
    found = []
    for option in parsed([meant for _, meant in rest]):
        taken, rest = rest[: len(option.words)], rest[len(option.words) :]
        found.append(_piece(option, [word for word, _ in taken]))
    return tuple(found)


def _piece(option: WrittenOption, written: Sequence[ShellWord]) -> Piece:
    raw = " ".join(word.raw for word in written)
    fixed = any(len(word.meant) > 1 for word in written)
    if option.value is None:
        return Piece(option, raw, None if option.name.startswith("-") else _once(written[0].raw), fixed=fixed)
    last = _once(written[-1].raw)
    value = last.partition("=")[2] if len(option.words) == 1 else last
    return Piece(option, raw, unquoted(value), fixed=fixed)


def _once(raw: str) -> str:
    return "".join(shlex.split(raw))


def written(pieces: Sequence[Piece]) -> tuple[str, dict[str, str]]:
    """Given pieces, return OPTIONS with each in its spelling, and the variables that it needs besides."""
    texts, variables = [], dict[str, str]()
    for number, piece in enumerate(pieces, start=1):
        name = f"{piece.option.name.strip('-').upper().replace('-', '_')}_{number}"
        texts.append(SPELLINGS[piece.spelling](piece, name))
        if piece.spelling == len(SPELLINGS) - 1:
            variables[name] = piece.value or ""
    return " ".join(filter(None, texts)), variables


def _as_written(piece: Piece, variable: str) -> str:  # noqa: ARG001 - the shape of every spelling
    return piece.raw


def _quoted_twice(piece: Piece, variable: str, *, joint: str) -> str:  # noqa: ARG001 - as above
    start = "" if piece.option.value is None else f"{piece.option.name}{joint}"
    return start + twice_quoted(piece.value or "")


def _by_variable(piece: Piece, variable: str) -> str:
    return piece.raw if piece.option.value is None else f"{piece.option.name}='\"${variable}\"'"


SPELLINGS = (_as_written, partial(_quoted_twice, joint=" "), partial(_quoted_twice, joint="="), _by_variable)


def twice_quoted(text: str) -> str:
    """Given a text, return it quoted so that it is one word after two shells; plain text as it is."""
    if shlex.quote(text) == text:
        return text
    if not _FRAGILE_IN_SINGLE.search(text):
        return f"\"'{text}'\""
    return shlex.quote(shlex.quote(text)) if _FRAGILE_IN_DOUBLE.search(text) else rf'"\"{text}\""'


def same_meaning(one: Sequence[WrittenOption], other: Sequence[WrittenOption]) -> bool:
    """Return whether two spellings mean the same options, whether written `--name=value` or `--name value`."""

    def plain(options: Sequence[WrittenOption]) -> list[tuple[str, str | None]]:
        return [(_RENAMED.get(option.name, option.name), option.value) for option in options]

    return plain(one) == plain(other)
