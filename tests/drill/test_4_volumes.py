"""Volumes are what their manifests say, byte for byte; no passphrase is needed for that."""

from verify.checks import checks, must_find_nothing
from verify.drill import findings
from verify.drill.drill import Drill


@checks("volumes-intact")
def test_volumes_hash_to_what_their_manifests_say(drill: Drill) -> None:
    must_find_nothing(findings.volume_findings(drill))
