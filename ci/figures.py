"""Writes what the last runs of detect and of the museum found, and the catalogue of checks, into docs/ and the README.

Figures and tables of checks are never typed: they stand between markers that name this program.

uv run python ci/figures.py FOLDER…    folders of reports: with detection.json, with the museum's tables.json

A detection of some saboteurs (detect -k) joins the last one of all, and replaces what that said of these; runs that
have nothing to find (detect --null) join those of other seeds.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from verify.checks import CATALOGUE
from verify.detection.catalogue import saboteurs
from verify.detection.deciding_folders import folder_of
from verify.detection.files import read_detection, write_detection
from verify.detection.museum import exhibits
from verify.detection.museum.table import TITLE, museum_table, sentence, shown
from verify.detection.result import updated
from verify.errors import CannotRunError

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"
FIELD = CHECKOUT / "fixtures" / "field"
PAGES = (CHECKOUT / "README.md", DOCS / "checks.md", DOCS / "destinations.md")
DETECTION, MUSEUM, DESTINATIONS = (DOCS / f"{name}.json" for name in ("detection", "museum", "destinations"))
KINDS = "Destinations"  # the title of their table, as tests/component/destinations fills it
COLUMNS = (
    "how real", "listed, sized, hashed", "missing place", "wrong password", "no server", "drill proves",
    "lost volume named", "cut volume named", "flipped volume named", "swapped volume named", "killed, run again",
    "lab, embedded", "lab, docker",
)  # fmt: skip
# The folder of tests that decides a check -> its part of docs/checks.md. No folder: the owner's own, in a drill.
PARTS = {"suite": "the lab", "selection": "a change", "regression": "a change", "lock": "a change",
         "differential": "two releases", "drill": "a drill"}  # fmt: skip


def written(page: str) -> str:
    """Given a page's text, return it with what belongs between its markers."""
    for name, text in parts().items():
        page = _between(page, name, text)
    return page


def parts() -> Mapping[str, str]:
    """Return what this program writes, by the name in its markers."""
    tables = {f"checks of {part}": "\n".join(_table(part)) + "\n" for part in dict.fromkeys(PARTS.values())}
    return {"detected": _detected(), "kinds": "\n".join(_kinds()) + "\n", **tables}


def _kinds() -> Iterator[str]:
    """Yield the table of destinations: what became of each kind when it was tried last."""
    yield f"| kind | {' | '.join(COLUMNS)} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    for kind, cells in sorted(_cells_of_kinds().items()):
        yield f"| `{kind}` | {' | '.join(cells.get(column, '') for column in COLUMNS)} |"


def _cells_of_kinds() -> dict[str, dict[str, str]]:
    cells: dict[str, dict[str, str]] = json.loads(DESTINATIONS.read_text(encoding="utf-8"))
    return cells


def _detected() -> str:
    museum = sentence(shown(exhibits(), _tables(MUSEUM)))
    return f"- {read_detection(DETECTION).sentence}.\n- {museum}.\n- {_field()}.\n"


def _field() -> str:
    """Return how many shapes of the field there are. That each is told right is a test's: no change lands otherwise."""
    shapes = [tomllib.loads(file.read_text(encoding="utf-8")) for file in FIELD.glob("*/expected.toml")]
    questions = sum(len(shape["asked"]) for shape in shapes)
    return (
        f"{len(shapes)} shapes of jobs and destinations as people have them, from public files and bug reports: "
        f"{questions} questions, all answered right in CI"
    )


def _table(part: str) -> Iterator[str]:
    yield "| check | what it says of a good backup | severity |"
    yield "|---|---|---|"
    for check in CATALOGUE.values():
        if _part_of(check.id) == part:
            yield f"| `{check.id}` | {check.meaning} | {check.severity} |"


def _part_of(check: str) -> str:
    folder = folder_of(check)
    return PARTS[folder.name if folder else "drill"]


def _between(page: str, name: str, text: str) -> str:
    place = re.compile(rf"(?<=<!-- {name}: ci/figures.py -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    return place.sub(lambda _: f"{text}\n", page)


def _tables(path: Path, title: str = TITLE) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [table for table in tables if table["title"] == title]


def _keep_kinds(rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what became of kinds of destinations; of those that a run has not tried, what it was before stands."""
    cells = _cells_of_kinds()
    for row in rows:
        cells[row["name"]] = cells.get(row["name"], {}) | row["cells"]
    DESTINATIONS.write_text(json.dumps(cells, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _keep(folder: Path) -> None:
    """Write what a folder of reports has into docs/."""
    detection, tables = folder / "detection.json", folder / "tables.json"
    if not detection.exists() and not tables.exists():
        raise CannotRunError("neither a detection.json nor a tables.json is there: give a folder of reports")
    if detection.exists():
        names = [saboteur.name for saboteur in saboteurs()]
        write_detection(updated(read_detection(DETECTION), read_detection(detection), names), DOCS)
    if tables.exists() and _tables(tables):
        museum = _tables(tables)
        MUSEUM.write_text(json.dumps(museum, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (DOCS / "museum.md").write_text(museum_table(shown(exhibits(), museum)), encoding="utf-8")
    for table in _tables(tables, KINDS) if tables.exists() else ():
        _keep_kinds(table["rows"])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        try:
            _keep(Path(name))
        except CannotRunError as error:
            print(f"{name}: {error}", file=sys.stderr)
            sys.exit(2)
    for page in PAGES:
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
