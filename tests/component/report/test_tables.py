"""Tables are gathered cell by cell, and written for people and for machines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from verify.report.tables import TableFiles, as_markdown, cell

TEST = """
def test_one(tabulate):
    tabulate("Damage", "full volume", "missing", "refused | loudly")

def test_other(tabulate):
    tabulate("Damage", "full manifest", "garbage", "restored right")
"""


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["one-process", "workers"])
def test_cells_become_files_also_from_workers(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "test_it.py").write_text(TEST)
    options = ("-p", "verify.plugin", "--report-dir=reports", f"--rootdir={tmp_path}", *workers)
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run([sys.executable, "-m", "pytest", "-q", *options], cwd=tmp_path, env=env, check=True)
    (table,) = json.loads((tmp_path / "reports" / "tables.json").read_text())
    assert table["title"] == "Damage"
    assert table["columns"] == ["garbage", "missing"]
    assert [row["name"] for row in table["rows"]] == ["full manifest", "full volume"]
    assert table["rows"][1]["cells"] == {"missing": "refused | loudly"}
    text = (tmp_path / "reports" / "tables.md").read_text()
    assert "| full volume |  | refused \\| loudly |" in text


def test_a_run_without_tables_leaves_no_older_runs(tmp_path: Path) -> None:
    (tmp_path / "tables.md").write_text("of another run")
    TableFiles(tmp_path).pytest_sessionfinish()
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_tried_is_empty() -> None:
    assert "| row |  | x |" in as_markdown({"title": {"row": {"b": "x"}, "other": {"a": "y"}}})


def test_a_cell_is_plain_data() -> None:
    name, value = cell("table", "row", "column", "text")
    assert json.loads(json.dumps([name, value])) == ["cell", ["table", "row", "column", "text"]]
