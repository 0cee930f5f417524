"""How much of the newest point lies in a volume that is lost or damaged."""

from verify.archive.manifests import Volume, changed_paths
from verify.archive.sets import StoredSet
from verify.checks import Finding, FindingsError
from verify.drill.listings import Listings
from verify.drill.night import Night
from verify.errors import NotProvenError
from verify.plurals import counted


def affected(night: Night, listings: Listings, raised: list[Finding], each: StoredSet, volume: Volume) -> str:
    """Return how many paths of the newest point lie in a volume, in words; nothing where that cannot be told.

    What is found meanwhile is added to `raised`: nobody else will be told of it.
    """
    if each not in night.destination.chains.leading_to(night.newest):
        return ""
    try:
        listing = listings.newest
    except FindingsError as error:
        raised += error.findings
        return ""
    except NotProvenError:
        return ""
    inside = {path for path, _ in listing if path and volume.holds(path)}
    if not each.span.is_full and each.manifest:
        text = listings.archive_of(night.newest).text_of(each.manifest.name)
        inside &= {path for _, path in changed_paths(text)}
    of = f"{len(inside):,} of the {counted(max(len(listing) - 1, 0), 'path')}"
    return f"it holds {of} of the newest point, or parts of them"
