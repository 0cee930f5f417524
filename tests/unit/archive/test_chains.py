"""duplicity's own rules of which sets stand in which chain; tests/component/archive holds them to duplicity."""

from packaging.version import Version

from verify.archive.chains import Chains, Refusal, chains_of
from verify.archive.names import Names, stamp
from verify.archive.out_of_reach import future_findings, unreachable_findings
from verify.archive.sets import Object, Stored, stored_of

DAY = 86_400
START = 1_767_225_600
Days = tuple[float | None, float]  # of a set: its start, None of a full, and its end


def stored(*sets: Days, lost: str = "") -> Stored:
    """What lies there of sets, whole but for the newest one's `lost`."""
    objects = []
    for each in sets:
        ends = [stamp(int(START + day * DAY)) for day in each if day is not None]
        full, span = each[0] is None, ".to.".join(ends)
        names = {
            "volume": f"duplicity-{'full' if full else 'inc'}.{span}.vol1.difftar.gz",
            "manifest": f"duplicity-{'full' if full else 'inc'}.{span}.manifest",
            "signature": f"duplicity-{'full' if full else 'new'}-signatures.{span}.sigtar.gz",
        }
        objects += [Object(name, 1) for part, name in names.items() if part != lost or each is not sets[-1]]
    return stored_of(objects, Names())


def given(chains: Chains, day: float) -> float | Refusal | None:
    """The day of the point that a restore gives, or why there is none."""
    answer = chains.at(int(START + day * DAY))
    return (answer.gives.span.end - START) / DAY if answer.gives else answer.refusal


def made(*sets: Days, lost: str = "", release: str = "3.2.1") -> Chains:
    return chains_of(stored(*sets, lost=lost), Version(release))


def test_of_two_incrementals_with_the_same_start_the_later_replaces_the_earlier() -> None:
    sets: tuple[Days, ...] = ((None, 0), (0, 1), (1, 2), (1, 3))
    chains = made(*sets)
    assert (given(chains, 3), given(chains, 2), given(chains, 1)) == (3, 1, 1)
    (finding,) = unreachable_findings(stored(*sets), chains, START + 9 * DAY)
    assert finding.path == "duplicity-inc.20260102T000000Z.to.20260103T000000Z.manifest"
    assert "a restore of its time gives the point of 2026-01-02 00:00:00 UTC" in finding.hint
    assert "take a full backup now" in finding.hint  # no signatures lead to the later one


def test_two_chains_that_cover_a_time_are_refused() -> None:
    sets: tuple[Days, ...] = ((None, 0), (0, 1), (1, 3), (None, 0.5), (0.5, 1.5))
    chains = made(*sets)
    assert given(chains, 1) == Refusal.TWO_CHAINS
    assert (given(chains, 0), given(chains, 3), given(chains, 9)) == (0, 3, 3)
    (finding,) = unreachable_findings(stored(*sets), chains, START + 9 * DAY)
    assert "3 points, from 2026-01-01 12:00:00 UTC to 2026-01-02 12:00:00 UTC" in finding.got


def test_a_point_of_the_future_hides_what_is_newer_than_its_chain_begins() -> None:
    sets: tuple[Days, ...] = ((None, 0), (0, 400), (None, 2))
    chains = made(*sets)
    assert (given(chains, 3), given(chains, 2)) == (0, Refusal.TWO_CHAINS)
    (finding,) = future_findings(stored(*sets), chains, START + 3 * DAY)
    assert "gives the point of 2026-01-01 00:00:00 UTC with exit code 0, which is not the newest" in finding.hint
    assert unreachable_findings(stored(*sets), chains, START + 3 * DAY) == []  # a consequence


def test_the_newest_set_is_passed_over_where_its_signatures_are_lost() -> None:
    chains = made((None, 0), (0, 1), (1, 2), lost="signature")
    assert chains.discarded is not None
    assert given(chains, 2) == 1


def test_a_set_that_follows_a_full_is_not_passed_over() -> None:
    chains = made((None, 0), (0, 1), lost="signature")
    assert chains.discarded is None
    assert not chains.goes_on
    assert given(chains, 1) == 1


def test_a_set_without_a_manifest_stands_in_its_chain_since_3_0_6() -> None:
    sets: tuple[Days, ...] = ((None, 0), (0, 1))
    assert given(made(*sets, lost="manifest"), 9) == Refusal.NO_MANIFEST
    assert given(made(*sets, lost="manifest"), 0) == 0
    assert given(made(*sets, lost="manifest", release="2.2.4"), 9) == 0


def test_a_backup_by_a_clock_that_was_set_back_stands_in_no_chain() -> None:
    sets: tuple[Days, ...] = ((None, 0), (0, 3), (3, 2))
    (finding,) = unreachable_findings(stored(*sets), made(*sets), START + 9 * DAY)
    assert "the clock was set back" in finding.got
