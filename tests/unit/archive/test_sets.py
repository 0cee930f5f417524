"""Sets and chains, by what lies at a destination; what is missing of them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from packaging.version import Version

from verify.archive.chains import chains_of
from verify.archive.completeness import Lying, chain_findings, unfinished
from verify.archive.cut_manifests import cut_manifests
from verify.archive.manifests import Manifest, Unread, Volume
from verify.archive.names import Names, Span
from verify.archive.sets import Object, Stored, stored_of
from verify.archive.signatures import signature_findings
from verify.checks import Severity

RELEASE = Version("3.2.1")
WRITTEN = 1_767_500_000.0  # when the newest object was written
NOW = WRITTEN + 100_000
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

NEWER = [
    f"duplicity-full{what}"
    for what in (
        ".20260105T000000Z.vol1.difftar.gpg", ".20260105T000000Z.vol2.difftar.gpg", ".20260105T000000Z.manifest.gpg",
        "-signatures.20260105T000000Z.sigtar.gpg",
    )
]  # fmt: skip


def lying(*lost: str, more: Sequence[str] = (), **sizes: int) -> Stored:
    """What lies there without some objects, and with the sizes given, else 100 bytes."""
    names = (name for name in (*ALL, *more) if name not in lost)
    return stored_of((Object(name, sizes.get(name, 100), modified=WRITTEN) for name in names), Names())


def manifests(stored: Stored, volumes: int = 2) -> dict[Span, Manifest]:
    numbers = range(1, volumes + 1)
    said = Manifest({number: Volume(number, b"", b"z", ("SHA1", "00")) for number in numbers})
    return {each.span: said for each in stored.points}


def looked_at(stored: Stored, now: float = NOW, release: str = "3.2.1", **remembered: int) -> Lying:
    return Lying(stored, chains_of(stored, Version(release)), manifests(stored), remembered, now)


def found(stored: Stored, **remembered: int) -> list[tuple[str, str]]:
    return [(each.path, each.got) for each in chain_findings(looked_at(stored, **remembered))]


def test_sets_stand_in_their_chain_oldest_first() -> None:
    stored = lying()
    (chain,) = chains_of(stored, RELEASE).chains
    assert [str(each.span) for each in chain.sets] == [
        "the full of 2026-01-01 00:00:00 UTC",
        "the incremental of 2026-01-02 00:00:00 UTC",
        "the incremental of 2026-01-03 00:00:00 UTC",
    ]
    assert found(stored) == []
    assert signature_findings(stored, chains_of(stored, RELEASE), {}) == []


def test_what_is_not_the_jobs_is_counted_and_left_alone() -> None:
    stored = stored_of([Object("README", 1), *(Object(name, 1) for name in ALL)], Names())
    assert stored.foreign == 1
    assert found(stored) == []


def test_a_lost_volume_is_named_be_it_the_last() -> None:
    lost = f"{SECOND}.vol2.difftar.gpg"
    assert found(lying(lost)) == [(lost, "none")]
    assert found(lying(f"{FULL}.vol1.difftar.gpg")) == [(f"{FULL}.vol1.difftar.gpg", "none")]


@pytest.mark.parametrize("release", ["3.2.1", "2.2.4"])
def test_a_lost_manifest_is_the_one_cause_of_all_that_builds_on_it(release: str) -> None:
    lost = f"{SECOND}.manifest.gpg"
    (finding,) = chain_findings(looked_at(lying(lost), release=release))
    assert (finding.path, finding.got) == (lost, "none")
    assert "2 points, from 2026-01-02 00:00:00 UTC to 2026-01-03 00:00:00 UTC, do not come back whole" in finding.hint
    assert "the last good point is of 2026-01-01 00:00:00 UTC" in finding.hint


def test_a_set_without_its_base_is_one_finding_with_all_that_builds_on_it() -> None:
    (finding,) = chain_findings(looked_at(lying(*(name for name in ALL if "full" in name))))
    assert finding.path == f"{SECOND}.manifest.gpg"
    assert "2 points" in finding.hint
    assert "no point is left that comes back whole" in finding.hint


def test_behind_a_whole_chain_that_is_newer_nothing_asks_for_a_full_backup() -> None:
    (finding,) = chain_findings(looked_at(lying(f"{FULL}.vol1.difftar.gpg", more=NEWER)))
    assert "3 points" in finding.hint
    assert "the newest chain, up to 2026-01-05 00:00:00 UTC, is whole" in finding.hint
    assert "`duplicity remove-all-but-n-full 1 --force DST`" in finding.hint
    assert "take a full" not in finding.hint
    (finding,) = chain_findings(looked_at(lying(*(name for name in ALL if "full" in name), more=NEWER)))
    assert "`duplicity cleanup --force DST`" in finding.hint


def test_the_newest_set_without_a_manifest_is_running_or_stopped_midway() -> None:
    stored = lying(f"{THIRD}.manifest.gpg", f"{SIGNATURES[THIRD]}.sigtar.gpg")
    assert chain_findings(looked_at(stored, now=WRITTEN + 60)) == []
    (note,) = unfinished(looked_at(stored, now=WRITTEN + 60))
    assert note == "the incremental of 2026-01-03 00:00:00 UTC is being written: 2 volumes so far"
    (finding,) = chain_findings(looked_at(stored, now=WRITTEN + 7200))
    assert finding.got == "none, and nothing was added for 2.0 h: the backup stopped midway"
    assert "`duplicity restore --time 1767312000 DST TARGET`" in finding.hint
    assert "cuts files short" in finding.hint


def test_where_no_times_are_told_a_set_is_running_for_a_day() -> None:
    whole = lying(f"{THIRD}.manifest.gpg", f"{SIGNATURES[THIRD]}.sigtar.gpg")
    stored = stored_of((replace(each, modified=0.0) for one in whole.sets for each in one.objects), Names())
    begun = stored.sets[-1].span.end
    assert chain_findings(looked_at(stored, now=begun + 86_000)) == []
    (finding,) = chain_findings(looked_at(stored, now=begun + 2 * 86_400))
    assert finding.got == "none, and it was begun 2.0 d ago: the backup stopped midway"


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
    (finding,) = chain_findings(replace(looked_at(stored), manifests=unread))
    assert (finding.path, finding.got) == (f"{FULL}.manifest.gpg", "decryption failed: Invalid packet")


def test_a_volume_in_cold_storage_is_a_finding() -> None:
    objects = [Object(name, 1, storage_class="GLACIER" if "vol1" in name else "STANDARD") for name in ALL]
    stored = stored_of(objects, Names())
    cold = chain_findings(looked_at(stored))
    assert {each.path for each in cold} == {name for name in ALL if "vol1" in name}
    assert {each.severity for each in cold} == {Severity.AT_RISK}  # it comes back, days later


def test_lost_signatures_are_a_finding_of_their_own() -> None:
    stored = lying(f"{SIGNATURES[SECOND]}.sigtar.gpg")
    assert found(stored) == []
    (finding,) = signature_findings(stored, chains_of(stored, RELEASE), {})
    assert (finding.check, finding.path) == ("signatures-complete", f"{SIGNATURES[SECOND]}.sigtar.gpg")


def test_lost_signatures_behind_a_newer_chain_ask_for_no_full_backup() -> None:
    stored = lying(f"{SIGNATURES[SECOND]}.sigtar.gpg", more=NEWER)
    (finding,) = signature_findings(stored, chains_of(stored, RELEASE), {})
    assert "can be restored and not listed" in finding.hint
    assert "`duplicity remove-all-but-n-full 1 --force DST`" in finding.hint


def test_all_signatures_of_a_chain_that_are_lost_are_one_finding() -> None:
    stored = lying(*(f"{each}.sigtar.gpg" for each in SIGNATURES.values()))
    (finding,) = signature_findings(stored, chains_of(stored, RELEASE), {})
    assert (finding.path, finding.got) == (
        f"{SIGNATURES[FULL]}.sigtar.gpg", "none, and none of 2 later backups of the chain",
    )  # fmt: skip
    assert finding.severity is Severity.AT_RISK  # a restore needs none


def test_lost_signatures_of_the_newest_of_two_incrementals_hide_its_point() -> None:
    stored = lying(f"{SIGNATURES[THIRD]}.sigtar.gpg")
    (finding,) = signature_findings(stored, chains_of(stored, RELEASE), {})
    assert finding.severity is Severity.LOST
    assert "a restore gives the point of 2026-01-02 00:00:00 UTC with exit code 0" in finding.hint


def test_signatures_without_content_are_no_damage_of_the_chain() -> None:
    name = f"{SIGNATURES[THIRD]}.sigtar.gpg"
    stored = lying(**{name: 0})
    assert found(stored) == []
    (finding,) = signature_findings(stored, chains_of(stored, RELEASE), {})
    assert (finding.path, finding.got) == (name, "0 bytes")
    (finding,) = signature_findings(lying(), chains_of(lying(), RELEASE), {name: 90})
    assert (finding.expected, finding.got) == ("90 bytes, as before", "100 bytes")


def test_a_lost_name_begins_with_the_prefix_of_its_own_part() -> None:
    names = Names("home-", {"signature": "s-", "volume": "v-", "manifest": "m-"})
    files = (f"home-v-{FULL}.vol1.difftar.gpg", f"home-m-{FULL}.manifest.gpg")
    stored = stored_of((Object(name, 100) for name in files), names)
    (finding,) = signature_findings(stored, chains_of(stored, RELEASE), {})
    assert finding.path == f"home-s-{SIGNATURES[FULL]}.sigtar.gpg"


def test_many_lost_volumes_of_a_set_are_one_finding() -> None:
    stored = lying(*(name for name in ALL if ".vol" in name and FULL in name))
    said = replace(looked_at(stored), manifests=manifests(stored, 5))
    first = chain_findings(said)[0]
    assert (first.path, first.got) == (f"{FULL}.vol1.difftar.gpg", "0: this one and 4 others are not there")


def test_a_chain_of_another_passphrase_is_one_finding_and_nobody_is_to_remove_it() -> None:
    stored = lying(more=NEWER)
    locked = Unread("PASSPHRASE is not the one that it was encrypted with", "find the passphrase")
    unread = {**manifests(stored), **{each.span: locked for each in stored.points[:3]}}
    (finding,) = chain_findings(replace(looked_at(stored), manifests=unread))
    assert (finding.path, finding.severity) == (f"{FULL}.manifest.gpg", Severity.AT_RISK)
    assert finding.got.endswith("so it is with 2 that build on it")
    assert "keep it" in finding.hint
    assert "remove-all" not in finding.hint


def test_a_manifest_without_its_end_is_cut_short() -> None:
    stored = lying()
    whole = {span: Manifest(each.volumes, has_list=True) for span, each in manifests(stored).items()}
    assert cut_manifests(stored, whole) == {}
    spans = list(whole)
    later = {**whole, spans[1]: Manifest(whole[spans[1]].volumes, has_list=False)}
    assert list(cut_manifests(stored, later)) == [spans[1]]
    fewer = {number: each for number, each in whole[spans[0]].volumes.items() if number == 1}
    first = cut_manifests(stored, {**whole, spans[0]: Manifest(fewer, has_list=False)})
    assert "1 of the 2 volumes that lie there" in first[spans[0]].why
    of_old = {span: Manifest(each.volumes, has_list=False) for span, each in whole.items()}
    assert cut_manifests(stored, of_old) == {}
    unknown = {span: Manifest(each.volumes) for span, each in whole.items()}
    assert cut_manifests(stored, unknown) == {}
