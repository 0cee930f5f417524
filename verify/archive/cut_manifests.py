"""Manifests that end too early, and look whole: duplicity restores from them less than there is, with exit code 0."""

from collections.abc import Mapping

from verify.archive.manifests import Manifest, Unread
from verify.archive.names import Span
from verify.archive.sets import Stored


def cut_manifests(stored: Stored, manifests: Mapping[Span, Manifest | Unread]) -> dict[Span, Unread]:
    """Given the manifests of what lies there, return those that are cut short, with what tells it.

    duplicity ends a manifest with the list of files that changed. Releases of long ago did not, so that its absence
    tells something beside an older manifest that has it, volumes that lie there unnamed, or a volume without a hash.
    """
    found: dict[Span, Unread] = {}
    older_has_it = False
    for each in stored.points:
        manifest = manifests.get(each.span)
        if not isinstance(manifest, Manifest) or manifest.has_list is None:
            continue
        unnamed = each.volumes.keys() - manifest.volumes.keys()
        unhashed = any(volume.hash is None for volume in manifest.volumes.values())
        if not manifest.has_list and (older_has_it or unnamed or unhashed):
            lies = f", and {len(unnamed):,} of the {len(each.volumes):,} volumes that lie there" if unnamed else ""
            found[each.span] = Unread(f"it is cut short: the list of files at its end is missing{lies}", stops=False)
        older_has_it = older_has_it or manifest.has_list
    return found
