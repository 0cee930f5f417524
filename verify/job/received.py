"""What duplicity is called with, against what the job means: word by word."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from verify.checks import Finding
from verify.job.credentials import printable_text
from verify.job.findings.removed import IDLE, SINCE
from verify.secret import Secret

WORDS_SHOWN = 12

_S3_SCHEMES = ("s3", "boto")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of duplicity: its words, and a digest of each variable of its environment."""

    words: tuple[str, ...]
    digests: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Meant:
    """One option or argument that duplicity should get; an idle one may be left out."""

    words: tuple[str, ...]
    idle: bool = False


@dataclass(frozen=True, slots=True)
class OptionStretch:
    """Neighbouring options that did not arrive as meant, and what came in their place."""

    meant: tuple[str, ...]
    came: tuple[str, ...]


def is_idle(name: str, release: Version, destination: str) -> bool:
    """Given an option's name, return whether the release does the same without it at that destination.

    An image that takes away what the release refuses anyway, and nothing with it, does no harm.
    """
    scheme = destination.partition("://")[0].lower()
    elsewhere = name.startswith("--s3-") and not any(word in scheme for word in _S3_SCHEMES)
    return elsewhere or (name in IDLE and release >= SINCE)


def arrived(meant: Sequence[Meant], received: Sequence[str]) -> list[range | None]:
    """Given what is meant and the words received, return where each option stands among them, None if nowhere.

    As many as possible are found in their order, each whole: an option's name alone, which others
    have too, is no trace of it. difflib was considered; it aligns single words.
    """
    # most[i][j]: how many of meant[i:] are found in received[j:]
    most = [[0] * (len(received) + 1)]
    for each in reversed(meant):
        below = most[-1]
        row = [0] * (len(received) + 1)
        for start in range(len(received) - 1, -1, -1):
            found = 1 + below[start + len(each.words)] if _stands_at(each, received, start) else 0
            row[start] = max(below[start], row[start + 1], found)
        most.append(row)
    return list(_places(meant, received, most[::-1]))


def _places(meant: Sequence[Meant], received: Sequence[str], most: list[list[int]]) -> Iterator[range | None]:
    start = 0
    for each, row, below in zip(meant, most, most[1:], strict=False):
        while start < len(received) and row[start + 1] == row[start] != below[start]:
            start += 1
        stop = start + len(each.words)
        if _stands_at(each, received, start) and row[start] == 1 + below[stop]:
            yield range(start, stop)
            start = stop
        else:
            yield None


def _stands_at(each: Meant, received: Sequence[str], start: int) -> bool:
    return tuple(received[start : start + len(each.words)]) == each.words


def stretches(meant: Sequence[Meant], received: Sequence[str]) -> Iterator[OptionStretch]:
    """Given what is meant and the words received, yield each stretch in which they part."""
    lost: list[str] = []
    end = 0
    for each, place in zip(meant, arrived(meant, received), strict=True):
        if place is None:
            lost += () if each.idle else each.words
            continue
        if lost or place.start > end:
            yield OptionStretch(tuple(lost), tuple(received[end : place.start]))
        lost, end = [], place.stop
    if lost or end < len(received):
        yield OptionStretch(tuple(lost), tuple(received[end:]))


def words_findings(differing: Iterable[OptionStretch], secrets: Iterable[Secret]) -> list[Finding]:
    """Given stretches, return a finding for each, without secrets."""
    secrets = tuple(secrets)
    return [
        Finding(
            "options-reach-duplicity",
            "",
            shown(each.meant, secrets) or "nothing more",
            shown(each.came, secrets) or "nothing",
        )
        for each in differing
    ]


def shown(words: Sequence[str], secrets: Iterable[Secret]) -> str:
    """Given words, return them as a shell would be given them, without secrets; of many, the first ones."""
    more = len(words) - WORDS_SHOWN
    text = printable_text(shlex.join(words[:WORDS_SHOWN]), secrets)
    return f"{text} … ({more} words more)" if more > 0 else text


def environment_findings(meant: Mapping[str, str], received: Mapping[str, str]) -> list[Finding]:
    """Given digests of variables as meant and as received, return a finding for each that is not the same.

    No finding shows a value.
    """
    return [
        Finding(
            "options-reach-duplicity",
            "",
            f"{name} in duplicity's environment as the job has it",
            "another value" if name in received else f"no {name}",
            "see what the image's entrypoint does to its environment",
        )
        for name, digest in meant.items()
        if received.get(name) != digest
    ]
