"""Sets and chains, by what lies at a destination; what is missing of them."""

from verify.archive.completeness import chain_findings, signature_findings, unfinished
from verify.archive.manifests import Manifest, Unread, Volume
from verify.archive.names import Names, Span
from verify.archive.sets import Object, Stored, stored_of
from verify.checks import Severity

FULL = "duplicity-full.20260101T000000Z"
SECOND = "duplicity-inc.20260101T000000Z.to.20260102T000000Z"
THIRD = "duplicity-inc.20260102T000000Z.to.20260103T000000Z"
SIGNATURES = {
    FULL: "duplicity-full-signatures.20260101T000000Z",
    SECOND: "duplicity-new-signatures.20260101T000000Z.to.20260102T000000Z",
    THIRD: "duplicity-new-signatures.20260102T000000Z.to.20260103T000000Z",
}
ALL = [
    name
    for head in (FULL, SECOND, THIRD)
    for name in (
        f"{head}.vol1.difftar.gpg",
        f"{head}.vol2.difftar.gpg",
        f"{head}.manifest.gpg",
        f"{SIGNATURES[head]}.sigtar.gpg",
    )
]


def lying(*lost: str, **sizes: int) -> Stored:
    """What lies there without some objects, and with the sizes given, else 100 bytes."""
    return stored_of((Object(name, sizes.get(name, 100)) for name in ALL if name not in lost), Names())


def manifests(stored: Stored, volumes: int = 2) -> dict[Span, Manifest | Unread]:
    numbers = range(1, volumes + 1)
    said = Manifest({number: Volume(number, b"", b"z", ("SHA1", "00")) for number in numbers})
    return {each.span: said for each in stored.points}


def found(stored: Stored, **remembered: int) -> list[tuple[str, str]]:
    return [(each.path, each.got) for each in chain_findings(stored, manifests(stored), remembered)]


def test_sets_stand_in_their_chain_oldest_first() -> None:
    stored = lying()
    (chain,) = stored.chains
    assert [str(each.span) for each in chain] == [
        "the full of 2026-01-01 00:00:00 UTC",
        "the incremental of 2026-01-02 00:00:00 UTC",
        "the incremental of 2026-01-03 00:00:00 UTC",
    ]
    assert stored.newest is chain[-1]
    assert stored.leading_to(chain[1].span.end) == chain[:2]
    assert found(stored) == []
    assert signature_findings(stored.points) == []


def test_what_is_not_the_jobs_is_counted_and_left_alone() -> None:
    stored = stored_of([Object("README", 1), *(Object(name, 1) for name in ALL)], Names())
    assert stored.foreign == 1
    assert found(stored) == []


def test_a_lost_volume_is_named_be_it_the_last() -> None:
    lost = f"{SECOND}.vol2.difftar.gpg"
    assert found(lying(lost)) == [(lost, "none")]
    assert found(lying(f"{FULL}.vol1.difftar.gpg")) == [(f"{FULL}.vol1.difftar.gpg", "none")]


def test_a_lost_manifest_is_named_and_what_builds_on_it_has_no_base() -> None:
    lost = f"{SECOND}.manifest.gpg"
    paths = dict(found(lying(lost)))
    assert paths[lost] == "none"
    assert "cannot be restored" in paths[f"{THIRD}.manifest.gpg"]


def test_the_newest_manifest_is_lost_where_its_signatures_lie_there() -> None:
    lost = f"{THIRD}.manifest.gpg"
    assert found(lying(lost)) == [(lost, "none")]


def test_a_set_that_has_neither_is_running_or_was_interrupted() -> None:
    stored = lying(f"{THIRD}.manifest.gpg", f"{SIGNATURES[THIRD]}.sigtar.gpg")
    assert found(stored) == []
    (note,) = unfinished(stored)
    assert note.startswith("the incremental of 2026-01-03 00:00:00 UTC has no manifest")


def test_a_manifest_that_was_there_when_the_last_drill_looked_is_lost() -> None:
    lost = f"{THIRD}.manifest.gpg"
    stored = lying(lost, f"{SIGNATURES[THIRD]}.sigtar.gpg")
    assert found(stored, **{lost: 100}) == [(lost, "none")]


def test_another_size_than_before_and_no_content_are_findings() -> None:
    name = f"{FULL}.vol2.difftar.gpg"
    assert found(lying(**{name: 90}), **{name: 100}) == [(name, "90 bytes")]
    assert found(lying(**{name: 0})) == [(name, "0 bytes")]


def test_a_manifest_that_cannot_be_read_is_a_finding() -> None:
    stored = lying()
    unread = {**manifests(stored), stored.points[0].span: Unread("decryption failed: Invalid packet")}
    (finding,) = chain_findings(stored, unread, {})
    assert (finding.path, finding.got) == (f"{FULL}.manifest.gpg", "decryption failed: Invalid packet")


def test_a_volume_in_cold_storage_is_a_finding() -> None:
    objects = [Object(name, 1, storage_class="GLACIER" if "vol1" in name else "STANDARD") for name in ALL]
    stored = stored_of(objects, Names())
    cold = chain_findings(stored, manifests(stored), {})
    assert {each.path for each in cold} == {name for name in ALL if "vol1" in name}
    assert {each.severity for each in cold} == {Severity.AT_RISK}  # it comes back, days later


def test_lost_signatures_are_a_finding_of_their_own() -> None:
    stored = lying(f"{SIGNATURES[SECOND]}.sigtar.gpg")
    assert found(stored) == []
    (finding,) = signature_findings(stored.points)
    assert (finding.check, finding.path) == ("signatures-complete", f"{SIGNATURES[SECOND]}.sigtar.gpg")
