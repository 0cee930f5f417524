"""How far the proofs of volumes reach, tonight's among them."""

from collections.abc import Sequence

from verify.archive.manifests import Manifest
from verify.drill import copies
from verify.drill.night import Night
from verify.drill.volumes import Coverage, HashedVolume, coverage, hashed_volumes


def volumes_of(night: Night) -> tuple[list[HashedVolume], list[HashedVolume]]:
    """Return the volumes that can be proven, and the same with their copies in mirrors, but those that are bad."""
    there = night.destination
    volumes = list(hashed_volumes(there.stored, there.manifests))
    each_copy = [*volumes, *copies.hashed_copies(there, volumes)]
    return volumes, [each for each in each_copy if each.stored.name not in night.blamed]


def noted_reach(night: Night, volumes: Sequence[HashedVolume], hashed: Sequence[HashedVolume]) -> Coverage:
    """Given what `volumes_of` returns, return how many are proven by now, and note it for the ledger."""
    there = night.destination
    named = sum(len(each.volumes) for each in there.manifests.values() if isinstance(each, Manifest))
    named += copies.copies_wanted(there, volumes)
    reach = coverage(hashed, night.ledger.proven(each.stored for each in hashed), night.started, named)
    night.figures |= {"volumes": reach.volumes, "volumes_proven": reach.proven, "oldest_proof": reach.oldest}
    return reach
