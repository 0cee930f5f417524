"""What a run of the museum found out: by how many checks, as a table and in one sentence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.detection.museum.catalogue import Exhibit

# How tests/museum tabulates: a row an exhibit, with the checks that failed with each of its two releases.
TITLE, AFFECTED, FIXED = "Museum", "1 with the defect", "2 without it"
NOTHING, UNTRIED = "nothing found", "not tried: "


@dataclass(frozen=True, slots=True)
class Shown:
    """An exhibit, and what was found with the release that has the defect, and with the one that has it no more."""

    exhibit: Exhibit
    affected: str = ""
    fixed: str = ""

    @property
    def outcome(self) -> str:
        """How it went: "caught", "missed", "uncaught" (no check can), or "not tried" (a release could not be had)."""
        if self.exhibit.uncaught:
            return "uncaught"
        if not all(found and not found.startswith(UNTRIED) for found in (self.affected, self.fixed)):
            return "not tried"
        red = self.exhibit.check in self.affected.split(", ")
        return "caught" if red and self.fixed == NOTHING else "missed"


def shown(exhibits: Iterable[Exhibit], tables: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """Given the exhibits and the tables of a run, as tables.json has them, return what was shown."""
    rows = [row for table in tables if table["title"] == TITLE for row in table["rows"]]
    cells = {row["name"]: row["cells"] for row in rows}
    found = [(exhibit, cells.get(exhibit.id, {})) for exhibit in exhibits]
    return [Shown(exhibit, seen.get(AFFECTED, ""), seen.get(FIXED, "")) for exhibit, seen in found]


def sentence(all_shown: Sequence[Shown]) -> str:
    """Given what was shown, return it in one line."""
    caught = [each for each in all_shown if each.outcome == "caught"]
    by_suite = sum(bool(each.exhibit.test) for each in caught)
    told = f"{len(caught)} of {len(all_shown)} defects of real releases are caught, {by_suite} by the unchanged suite"
    others = [each.outcome for each in all_shown if each.outcome != "caught"]
    return "; ".join([told, *(f"{others.count(outcome)} {outcome}" for outcome in dict.fromkeys(others))])


def museum_table(all_shown: Sequence[Shown]) -> str:
    """Given what was shown, return it in Markdown: a row for each exhibit."""
    return "\n".join(_lines(all_shown)) + "\n"


def _lines(all_shown: Sequence[Shown]) -> Iterator[str]:
    yield from ("# The museum: defects of real releases of duplicity", "", f"{sentence(all_shown)}.", "")
    yield "| | defect | with | not with | check | shown by | source |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, all_shown)


def _row(each: Shown) -> str:
    exhibit = each.exhibit
    by = f"`{exhibit.test.rpartition('::')[2]}`" if exhibit.test else exhibit.uncaught or f"scenario {exhibit.scenario}"
    if each.outcome in ("missed", "not tried"):
        by = f"**{each.outcome}**: {each.affected or 'no run'}, {each.fixed or 'no run'}; {by}"
    check = f"`{exhibit.check}`" if exhibit.check else ""
    cells = (exhibit.summary, exhibit.affected, exhibit.fixed, check, by, exhibit.source)
    sign = "✓" if each.outcome == "caught" else "✗"
    return f"| {sign} | " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
