"""Looks for plaintext in the objects that a backup stored."""

import gzip
from collections.abc import Iterator

from verify.checks import Finding
from verify.lab.lab import Chain
from verify.trees import History

PACKET_TAGS = frozenset({1, 3})  # RFC 9580, 10.3: what an encrypted message begins with (public key, passphrase)
MARKER = 48  # bytes of a file's content to look for; random, so not found by chance


def plaintext_findings(chain: Chain, history: History) -> list[Finding]:
    """Given a chain that should be encrypted, return a finding for each object that shows plaintext.

    An object must begin as an OpenPGP message, and neither it nor what gunzip makes of it may hold
    a name or the head of a content of the history's trees.
    """
    found = []
    for name, data in _objects(chain):
        if not is_openpgp(data):
            found.append(
                Finding(
                    "encrypted-at-rest",
                    name,
                    "an encrypted object (an OpenPGP message)",
                    f"bytes that begin {data[:4].hex()}",
                )
            )
        found += [
            Finding(
                "encrypted-at-rest",
                name,
                "nothing that can be read without the key",
                f"a {kind} of the source can be read in it",
            )
            for kind in sorted(kinds_shown(name.encode() + b"\0" + data, history))
        ]
    return found


def kinds_seen(chain: Chain, history: History) -> set[str]:
    """Return which of "name" and "content" a chain's objects show: proves that the search can find them."""
    return {kind for _, data in _objects(chain) for kind in kinds_shown(data, history)}


def is_openpgp(data: bytes) -> bool:
    """Given an object's bytes, return whether they begin as an encrypted OpenPGP message."""
    if not data or not data[0] & 0x80:
        return False
    new_format = data[0] & 0x40
    return (data[0] & 0x3F if new_format else (data[0] & 0x3C) >> 2) in PACKET_TAGS


def kinds_shown(data: bytes, history: History) -> set[str]:
    """Given bytes and the history that was backed up, return which of "name" and "content" they show."""
    shown = set()
    for layer in _layers(data):
        for tree in history.trees:
            for path, node in tree.items():
                if path and path.rsplit(b"/", 1)[-1] in layer:
                    shown.add("name")
                if node.size >= MARKER and node.read()[:MARKER] in layer:
                    shown.add("content")
    return shown


def _objects(chain: Chain) -> Iterator[tuple[str, bytes]]:
    for stored in chain.destination.objects():
        yield stored.name, chain.destination.read(stored.name)


def _layers(data: bytes) -> Iterator[bytes]:
    yield data
    try:
        yield gzip.decompress(data)
    except (OSError, EOFError):
        return
