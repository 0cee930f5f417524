"""What a run consisted of, in words: the histories that were verified, and where the time went."""

from collections.abc import Iterator, Mapping

from verify.plurals import counted
from verify.report.wording import duration

OURS = ("draw", "materialise", "observe")  # what takes time beside duplicity, as the lab names it
EDIT, CHAIN = "edits_", "chains_of_"  # what counts by kind are named by


def summary_of(statistics: Mapping[str, float]) -> dict[str, str]:
    """Given a run's statistics, return what a report says of them, by name; nothing where no history was verified."""
    if not statistics.get("histories"):
        return {}
    return {
        "histories": "; ".join(_histories(statistics)),
        "edits": ", ".join(f"{count:,.0f} {kind}" for kind, count in by_kind(statistics, EDIT)),
        "points": "; ".join(_points(statistics)),
        "time": "; ".join(_times(statistics)),
    }


def by_kind(statistics: Mapping[str, float], prefix: str) -> list[tuple[str, float]]:
    """Given the beginning of their names, return the kinds that were counted, the most frequent first."""
    found = [(name.removeprefix(prefix), count) for name, count in statistics.items() if name.startswith(prefix)]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _histories(statistics: Mapping[str, float]) -> Iterator[str]:
    histories, alone = statistics["histories"], statistics.get("histories_alone", 0)
    yield f"{histories:,.0f} verified"
    packs = statistics.get("packs", 0)
    if packs:
        yield f"{counted(round(packs), 'pack')} of about {(histories - alone) / packs:,.0f}"
    yield f"{alone:,.0f} alone"
    encrypted = statistics.get("histories_encrypted", 0)
    yield f"{encrypted / histories:.0%} encrypted"


def _points(statistics: Mapping[str, float]) -> Iterator[str]:
    yield f"{statistics.get('restores', 0):,.0f} restored"
    lengths = by_kind(statistics, CHAIN)
    if lengths:
        yield "chains of " + ", ".join(
            f"{counted(int(length), 'point')}: {count:,.0f}"
            for length, count in sorted(lengths, key=lambda each: int(each[0]))
        )


def _times(statistics: Mapping[str, float]) -> Iterator[str]:
    yield f"{duration(statistics.get('duplicity_milliseconds', 0) / 1000)} in duplicity"
    ours = {name: statistics.get(f"{name}_milliseconds", 0) / 1000 for name in OURS}
    yield "ours: " + ", ".join(f"{name} {duration(seconds)}" for name, seconds in ours.items())
