"""What lies in a job's source, path by path: from a folder of this machine, or from a listing of it."""

from pathlib import Path
from typing import BinaryIO

from verify.errors import CannotRunError
from verify.selection.listing.listed import Listed, listed_file, listed_stream
from verify.selection.listing.real import RealSource

__all__ = ["Listed", "RealSource", "listed_file", "listed_stream", "listing_of"]

STANDARD_INPUT = "-"


def listing_of(source: Path | None, listing: Path | None, stdin: BinaryIO | None) -> Listed | RealSource | None:
    """Given --source, --listing and the standard input, return the listing; None where neither was named.

    Raise `CannotRunError` where both were, or what was named cannot be read.
    """
    if source and listing:
        raise CannotRunError("--source and --listing both say what lies in the source: give one of them")
    if str(listing) == STANDARD_INPUT:
        if stdin is None:
            raise CannotRunError("pytest keeps standard input from its tests: put the listing into a file")
        return listed_stream("standard input", stdin)
    if listing:
        return listed_file(listing)
    return RealSource(source) if source else None
