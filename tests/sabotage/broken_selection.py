"""Saboteurs of a selection: each changes what duplicity takes, and is not to be told from its exit code.

Run as a program it stands in duplicity's place: `broken_selection.py SABOTEUR REAL… -- ARGUMENTS…` calls
the real duplicity with other arguments, or changes what it prints. Standard library only.
"""

import itertools
import subprocess
import sys
from collections.abc import Callable


def drop_an_exclude(words: list[str]) -> list[str]:
    """Leave out the first exclusion."""
    if "--exclude" not in words:
        return words
    at = words.index("--exclude")
    return words[:at] + words[at + 2 :]


def ignore_case(words: list[str]) -> list[str]:
    """Take every exclusion in any case."""
    return _excluding(words, lambda path: f"ignorecase:{path}")


def lose_the_anchor(words: list[str]) -> list[str]:
    """Take every exclusion wherever the name is."""
    return _excluding(words, lambda path: f"**/{path.rpartition('/')[2]}")


def take_beginnings(words: list[str]) -> list[str]:
    """Take every exclusion for all that begins alike."""
    return _excluding(words, lambda path: f"{path}*")


def fold_widths(words: list[str]) -> list[str]:
    """Exclude the full-width form of every name too, as who normalises by compatibility does."""
    found = list(words)
    for path in [value for word, value in itertools.pairwise(words) if word == "--exclude"]:
        folder, _, name = path.rpartition("/")
        at = found.index(path) + 1
        found[at:at] = ["--exclude", f"{folder}/{chr(ord(name[0]) + 0xFEE0)}{name[1:]}"]
    return found


def swallow_bad_rules(words: list[str]) -> list[str]:
    """Leave out what duplicity would refuse: an inclusion that nothing follows."""
    at = max((number for number, word in enumerate(words) if word == "--include"), default=None)
    return words if at is None else words[:at] + words[at + 2 :]


def _excluding(words: list[str], changed: Callable[[str], str]) -> list[str]:
    return [changed(word) if before == "--exclude" else word for before, word in zip(["", *words], words, strict=False)]


def list_what_is_not_there(said: bytes) -> bytes:
    """Show one more line of the listing, of a path that nothing has."""
    first, newline, rest = said.rpartition(b"\nSun ") if b"\nSun " in said else (said, b"", b"")
    return first + b"\nSun Sep 13 12:26:40 2020 not/there" + newline + rest


CALLS = {
    "drop-an-exclude": drop_an_exclude,
    "ignore-case": ignore_case,
    "lose-the-anchor": lose_the_anchor,
    "take-beginnings": take_beginnings,
    "fold-widths": fold_widths,
    "swallow-bad-rules": swallow_bad_rules,
}
LISTINGS = {"list-what-is-not-there": list_what_is_not_there}


def main(arguments: list[str]) -> int:
    """Call the real duplicity, with a saboteur's arguments where it backs up."""
    name, *rest = arguments
    border = rest.index("--")
    real, call = rest[:border], rest[border + 1 :]
    if name in CALLS and {"full", "incremental"} & set(call):
        call = CALLS[name](call)
    if name in LISTINGS and "list-current-files" in call:
        done = subprocess.run([*real, *call], check=False, stdout=subprocess.PIPE)
        sys.stdout.buffer.write(LISTINGS[name](done.stdout))
        return done.returncode
    return subprocess.run([*real, *call], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
