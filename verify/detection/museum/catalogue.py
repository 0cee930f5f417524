"""The museum's catalogue, as `fixtures/museum.toml` has it."""

import tomllib
from dataclasses import dataclass

from verify.assets import asset
from verify.checks import CATALOGUE


@dataclass(frozen=True)
class Exhibit:
    """A defect: what it was, a release that has it, one that has not any more, and what shows it.

    `test` is a test of the unchanged suite, by its module and name; `scenario` one that was written for
    the defect. One of them is given, or `uncaught`: why no check can tell the two releases apart.
    """

    id: str
    summary: str
    affected: str
    fixed: str
    source: str
    check: str = ""
    test: str = ""
    scenario: str = ""
    uncaught: str = ""

    def __post_init__(self) -> None:
        ways = [way for way in (self.test, self.scenario, self.uncaught) if way]
        if len(ways) != 1:
            raise ValueError(f"{self.id}: give a test, a scenario, or why it is uncaught, and one only")
        if not self.uncaught and self.check not in CATALOGUE:
            raise ValueError(f"{self.id}: no check has the id {self.check!r}")

    def __str__(self) -> str:
        return self.id


def exhibits() -> tuple[Exhibit, ...]:
    """Return all exhibits, in the catalogue's order. Raise ValueError for one that is not complete."""
    data = tomllib.loads(asset("fixtures/museum.toml").read_text(encoding="utf-8"))
    return tuple(Exhibit(**entry) for entry in data["defect"])
