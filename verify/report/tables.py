"""Tables that tests fill cell by cell: `tables.md` and `tables.json`, for results that have two dimensions.

A test fills one by the fixture `tabulate`; a cell is a user property, which also arrives from another worker.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from verify.properties import Property

Table = dict[str, dict[str, str]]  # text by row and column, each in the order in which it was first met


def cell(table: str, row: str, column: str, text: str) -> tuple[str, list[str]]:
    """Given a table's title, a row, a column and what stands there, return them as a user property."""
    return Property.CELL.with_value([table, row, column, text])


class TableFiles:
    """Gathers the cells of a run, and writes the tables when it has ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, Table] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a test's cells from the report of its last phase, which has all of its properties."""
        if report.when == "teardown":
            for title, row, column, text in Property.CELL.values_of(report):
                self.tables.setdefault(title, {}).setdefault(row, {})[column] = text

    def pytest_sessionfinish(self) -> None:
        """Write the files; a run without a table leaves none, neither an older run's."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("tables.json", as_json(self.tables)), ("tables.md", as_markdown(self.tables))):
            if self.tables:
                (self.folder / name).write_text(text, encoding="utf-8")
            else:
                (self.folder / name).unlink(missing_ok=True)


def as_json(tables: Mapping[str, Table]) -> str:
    """Given tables by their titles, return them as JSON: a list of objects with title, columns and rows."""
    listed: list[dict[str, Any]] = [
        {
            "title": title,
            "columns": columns_of(table),
            "rows": [{"name": row, "cells": cells} for row, cells in sorted(table.items())],
        }
        for title, table in sorted(tables.items())
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def as_markdown(tables: Mapping[str, Table]) -> str:
    """Given tables by their titles, return them in GitHub's and GitLab's Markdown; what was not tried is empty."""
    return "\n".join(line for title, table in sorted(tables.items()) for line in _lines(title, table)) + "\n"


def columns_of(table: Table) -> list[str]:
    """Given a table, return its columns in the order of their names."""
    return sorted({column for cells in table.values() for column in cells})


def _lines(title: str, table: Table) -> Iterable[str]:
    columns = columns_of(table)
    yield from (f"### {title}", "")
    yield _line(["", *columns])
    yield _line(["---"] * (len(columns) + 1))
    yield from (_line([row, *(cells.get(name, "") for name in columns)]) for row, cells in sorted(table.items()))
    yield ""


def _line(texts: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(text.replace("|", "\\|").split()) for text in texts) + " |"
