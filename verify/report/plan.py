"""What is known of the tests before they run, and its way from a worker to the main process."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from verify.evidence import checks_of, runtime_of
from verify.report.outcome import Planned

Plan = Mapping[str, Planned]  # by the test's node id


def plan_of(items: Iterable[pytest.Item]) -> Plan:
    """Given collected items, return what is known of each before it runs."""
    return {item.nodeid: Planned(checks_of(item), runtime_of(item)) for item in items}


def write_plan(items: Iterable[pytest.Item], path: Path) -> None:
    """Given collected items, leave their plan in a file, all of it or nothing."""
    plan = {name: [planned.checks, planned.runtime] for name, planned in plan_of(items).items()}
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(plan), encoding="utf-8")
    partial.replace(path)


def read_plan(path: Path) -> Plan:
    """Given the file that `write_plan` left, return the plan."""
    plan = json.loads(path.read_text(encoding="utf-8"))
    return {name: Planned(tuple(checks), runtime) for name, (checks, runtime) in plan.items()}
