"""Writes what the last runs of detect and of the museum found out into docs/ and the README: figures are never typed.

uv run python ci/figures.py FOLDER…    folders of reports: with detection.json, with the museum's tables.json

A detection of some saboteurs (detect -k) joins the last one of all, and replaces what that said of these; runs that
have nothing to find (detect --null) join those of other seeds.
"""

import json
import re
import sys
from pathlib import Path

from verify.detection.catalogue import saboteurs
from verify.detection.files import read_detection, write_detection
from verify.detection.museum import exhibits
from verify.detection.museum.table import TITLE, museum_table, sentence, shown
from verify.detection.result import updated
from verify.detection.table import summary
from verify.errors import CannotRunError

CHECKOUT = Path(__file__).resolve().parents[1]
README, DOCS = CHECKOUT / "README.md", CHECKOUT / "docs"
DETECTION, MUSEUM = DOCS / "detection.json", DOCS / "museum.json"


def written(readme: str) -> str:
    """Given the README's text, return it with the results in docs/."""
    readme = _between(readme, "detection", summary(read_detection(DETECTION)))
    return _between(readme, "museum", f"{sentence(shown(exhibits(), _tables(MUSEUM)))}.\n")


def _between(readme: str, name: str, text: str) -> str:
    place = re.compile(rf"(?<=<!-- {name}: ci/figures.py -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    return place.sub(lambda _: f"{text}\n", readme)


def _tables(path: Path) -> list[dict[str, object]]:
    tables: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    return [table for table in tables if table["title"] == TITLE]


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


if __name__ == "__main__":
    for name in sys.argv[1:]:
        try:
            _keep(Path(name))
        except CannotRunError as error:
            print(f"{name}: {error}", file=sys.stderr)
            sys.exit(2)
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
