"""What an object of a set is called, or would be: by what lies beside it."""

import re
from collections.abc import Iterable, Iterator

from verify.archive.names import Part, stamp
from verify.archive.sets import Object, Stored, StoredSet

_WHOLE = re.compile(r"(?P<prefix>.*?)duplicity-.*?\.(?:vol\d+\.difftar|manifest|sigtar)(?P<suffix>.*)", re.DOTALL)
_ENCRYPTED = (".gpg", ".p7m")


def volume_name(each: StoredSet, number: int, others: Stored | None = None) -> str:
    """Given a set and a number, return what its volume of that number is called, or would be."""
    there = each.volumes.get(number)
    return there.name if there else _name(each, "volume", others, f"vol{number}.difftar")


def manifest_name(each: StoredSet, others: Stored | None = None) -> str:
    """Given a set, return what its manifest is called, or would be, by that of `others` beside it."""
    return each.manifest.name if each.manifest else _name(each, "manifest", others, "manifest")


def signatures_name(each: StoredSet, others: Stored | None = None) -> str:
    """Given a set, return what its signatures are called, or would be."""
    return each.signatures.name if each.signatures else _name(each, "signature", others, "sigtar")


def _name(each: StoredSet, part: Part, others: Stored | None, tail: str) -> str:
    """Return a name with what stands before and behind those of the same part."""
    prefix, suffix = _around(each, part, others)
    kind = "signatures" if part == "signature" else ""
    if each.span.start is None:
        head = f"duplicity-full{kind and '-signatures'}.{stamp(each.span.end)}"
    else:
        head = f"duplicity-{'new-signatures' if kind else 'inc'}.{stamp(each.span.start)}.to.{stamp(each.span.end)}"
    return f"{prefix}{head}.{tail}{suffix}"


def _around(each: StoredSet, part: Part, others: Stored | None) -> tuple[str, str]:
    """Return what stands before and behind the names of a part: in the set, in others, else as duplicity has it."""
    alike = [each, *(one for one in (others.sets if others else ()) if one.encrypted == each.encrypted)]
    for one in alike:
        for stored in _of_part(one, part):
            return _split(stored.name)
    prefix, suffix = _split(next(iter(each.objects)).name)
    if suffix not in _ENCRYPTED:
        suffix = "" if part == "manifest" else ".gz"  # duplicity compresses no manifest
    return others.prefixes.get(part, prefix) if others else prefix, suffix


def _of_part(each: StoredSet, part: Part) -> Iterator[Object]:
    there: Iterable[Object | None] = each.volumes.values()
    if part != "volume":
        there = [each.manifest if part == "manifest" else each.signatures]
    return (stored for stored in there if stored)


def _split(name: str) -> tuple[str, str]:
    found = _WHOLE.fullmatch(name)
    return (found["prefix"], found["suffix"]) if found else ("", "")
