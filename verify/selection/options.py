"""The selection options in an option line, as duplicity's command line reads them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from packaging.version import Version

from verify.selection.errors import USAGE_OPTPARSE, USER_ERROR, RuleError
from verify.selection.releases import OPTIONS, has, options_of

# Both argparse and optparse take an unambiguous beginning of a name. Shorter beginnings than these
# are shared with options that select nothing, and are left to the rest of the command line.
_OURS = re.compile(r"--(ex|inc|filt|files-f|nul)")

# What argparse takes as a value although it begins with "-": a number, or words with a space in them.
_VALUE_AFTER_ALL = re.compile(r"-|-\d+|-\d*\.\d+|.* .*", re.DOTALL)


class ChosenOption(NamedTuple):
    """A selection option as given: its full name, and its value ("" where it takes none)."""

    name: str
    value: str


def read_options(words: Sequence[str], release: Version) -> list[ChosenOption]:
    """Given an option line's words, return its selection options in order.

    Words that are no selection option, and their values, are passed over. Raise `RuleError` where
    duplicity refuses the option line because of a selection option.
    """
    chosen = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if _OURS.match(name):
            name = _full_name(name, release)
            chosen.append(ChosenOption(name, _value(name, value if equals else None, rest, release)))
    return chosen


def usage_error(release: Version, sentence: str) -> RuleError:
    """Return the error that the release makes of a misused option."""
    return RuleError(USAGE_OPTPARSE if has(release, "old-command-line") else USER_ERROR, sentence)


def _full_name(name: str, release: Version) -> str:
    known = options_of(release)
    if name in known:
        return name
    meant = [option for option in known if option.startswith(name)]
    if len(meant) > 1:
        raise RuleError(USAGE_OPTPARSE, f"The option {name} is ambiguous: {', '.join(meant)}.")
    if not meant:
        why = "only other releases have it" if name in OPTIONS else "there is no such option"
        raise usage_error(release, f"duplicity {release} refuses {name}: {why}.")
    return meant[0]


def _value(name: str, given: str | None, rest: Iterator[str], release: Version) -> str:
    if not OPTIONS[name].takes_value:
        if given is not None:
            raise usage_error(release, f"The option {name} takes no value, and {given!r} is given.")
        return ""
    value = next(rest, None) if given is None else given
    if value is None or (given is None and not _may_be_value(value, release)):
        raise usage_error(release, f"The option {name} has no value.")
    if value == "" and has(release, "empty-value-refused"):
        raise RuleError(USER_ERROR, f"The option {name} has an empty value.")
    return value


def _may_be_value(word: str, release: Version) -> bool:
    return not word.startswith("-") or has(release, "old-command-line") or bool(_VALUE_AFTER_ALL.fullmatch(word))
