"""Docker compose's reading of an env file.

The dialect is that of compose-go's `dotenv` package, oddities included: a bare last line without
line break gives nothing, and a comment right after `NAME=` is the value.
"""

import re
from collections.abc import Mapping

from verify.errors import CannotRunError
from verify.job.interpolation import InterpolationError, interpolate

_BLANK = "\t\v\f\r \x85\xa0"  # blank, but no line break
# What Go's unicode.IsSpace takes for blank; Python's own idea has four control characters more.
GO_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_EXPORT = re.compile(r"export(?=\s)[\t\v\f\r \x85\xa0]*")
_ESCAPE = re.compile(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})')
_ESCAPED = {
    r"\a": "\a", r"\b": "\b", r"\f": "\f", r"\n": "\n", r"\r": "\r", r"\t": "\t", r"\v": "\v",
    r"\"": '"', r"\\": "\\",
    r"\$": "$$",  # the interpolation that follows makes one `$` of it
}  # fmt: skip
_OCTAL = re.compile(r"\\0([0-3][0-7]{2})")


def read_dotenv(
    text: str,
    caller_env: Mapping[str, str],
    *,
    name: str = "env file",
    earlier: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Given an env file's text, return its variables as docker compose reads them.

    References are replaced from `caller_env` first (a service's `environment` belongs to it), then from
    this file as far as it is read, then from `earlier` files. `name` is the file's name for messages. Raise
    `CannotRunError` with file and line number on what docker compose refuses.
    """
    return _Reader(text.removeprefix("\ufeff"), caller_env, name, earlier or {}).read()


class _Reader:
    """A position in the text, and the variables that were read before it."""

    def __init__(self, text: str, caller_env: Mapping[str, str], name: str, earlier: Mapping[str, str]) -> None:
        self.text, self.caller_env, self.name, self.earlier = text, caller_env, name, earlier
        self.at = 0
        self.variables: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        while self._find_statement():
            key, has_value = self._key()
            if has_value:
                self.variables[key] = self._value()
            elif key in self.caller_env:
                self.variables[key] = self.caller_env[key]
        self.variables.pop("", None)  # compose passes it on; no program can read it
        return self.variables

    def _find_statement(self) -> bool:
        """Move to the next statement, over blanks and comment lines; return whether there is one."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                self.at = self._line_end()
            elif char in GO_BLANKS:
                self.at += 1
            else:
                return True
        return False

    def _key(self) -> tuple[str, bool]:
        """Read a name and what ends it; return the name, and whether a value follows."""
        if export := _EXPORT.match(self.text, self.at):
            self.at = export.end()
        start = self.at
        for end in range(start, len(self.text)):
            char = self.text[end]
            if char in "=:\n":
                self.at = end + 1
                self._skip_blanks()
                return self._checked(self.text[start:end].rstrip(GO_BLANKS), start), char != "\n"
            if not (char in _BLANK or char in "_.-[]" or char.isalpha() or char.isnumeric()):
                raise self._error("a character that no name may have", start)
        return "", True

    def _checked(self, key: str, start: int) -> str:
        if " " in key:
            raise self._error("a blank in a name", start)
        return key

    def _value(self) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote in ("'", '"'):
            return self._quoted(quote)
        start, self.at = self.at, self._line_end()
        line = self.text[start : self.at].partition(" #")[0].rstrip(GO_BLANKS)
        return self._interpolated(line, start)

    def _quoted(self, quote: str) -> str:
        """Read a value in quotes, over several lines if need be; only its own quote can be escaped away."""
        start = self.at
        chars: list[str] = []
        at = start + 1
        while at < len(self.text):
            char = self.text[at]
            if char == quote:
                self.at = at + 1
                value = "".join(chars)
                return value if quote == "'" else self._interpolated(_ESCAPE.sub(_unescaped, value), start)
            if char == "\\" and at + 1 < len(self.text):
                following = self.text[at + 1]
                chars.append(following if following == quote else char + following)
                at += 2
                continue
            chars.append(char)
            at += 1
        raise self._error("a quote that is not closed", start)

    def _interpolated(self, value: str, start: int) -> str:
        try:
            return interpolate(value, self._lookup)
        except InterpolationError as error:
            raise self._error(str(error), start) from None

    def _lookup(self, name: str) -> str | None:
        for variables in (self.caller_env, self.variables, self.earlier):
            if name in variables:
                return variables[name]
        return None

    def _skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _BLANK:
            self.at += 1

    def _line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _error(self, what: str, at: int) -> CannotRunError:
        line = self.text.count("\n", 0, at) + 1
        return CannotRunError(f"{self.name} line {line}: {what}, so docker compose refuses the file: correct the line")


def _unescaped(match: re.Match[str]) -> str:
    """Given an escape, return what it stands for; one that Go does not know stays as it is."""
    escape = match.group()
    if escape.startswith(r"\0"):
        octal = _OCTAL.fullmatch(escape)
        return chr(int(octal.group(1), 8)) if octal else "\\" + escape[2:]
    return _ESCAPED.get(escape, escape)
