"""What duplicity took, recorded by ci/record_selection.py, is what the oracle says that it takes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from verify.selection import Entry, matching, parse_rules, select
from verify.selection.pairs.edges import MOMENT

SAMPLES = sorted(Path(__file__).with_name("samples").glob("*.jsonl"))


def samples() -> list[Any]:
    found = ((file.stem, json.loads(line)) for file in SAMPLES for line in file.read_text().splitlines())
    return [pytest.param(Version(release), sample, id=f"{release}-{sample['title']}") for release, sample in found]


def taken(release: Version, sample: dict[str, Any]) -> set[str]:
    lists = {name: os.fsencode(text) for name, text in sample["lists"].items()}
    rules = parse_rules("/s", sample["words"], release, lists)
    entries = [Entry(os.fsencode(path), kind, 1, MOMENT + age) for path, kind, age, _ in sample["paths"]]
    return {os.fsdecode(decision.path) for decision in select(entries, rules) if decision.included}


@pytest.mark.parametrize(("release", "sample"), samples())
def test_the_oracle_takes_what_duplicity_took(release: Version, sample: dict[str, Any]) -> None:
    assert taken(release, sample) == {path for path, *_, was_taken in sample["paths"] if was_taken}


@pytest.mark.parametrize("few", [1, 10**9], ids=["all-together", "one-by-one"])
@pytest.mark.parametrize(("release", "sample"), samples())
def test_rules_take_the_same_together_and_one_by_one(
    release: Version, sample: dict[str, Any], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "FEW", few)
    assert taken(release, sample) == {path for path, *_, was_taken in sample["paths"] if was_taken}
