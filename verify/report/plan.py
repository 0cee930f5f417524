"""What is known of the tests before they run, and its way from a worker to the main process."""

import fcntl
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from verify.evidence import checks_of, runtime_of
from verify.report.outcome import Planned

Plan = Mapping[str, Planned]  # by the test's node id


def plan_of(items: Iterable[pytest.Item]) -> Plan:
    """Given collected items, return what is known of each before it runs."""
    return {item.nodeid: planned(item) for item in items}


def planned(item: pytest.Item) -> Planned:
    """Given an item, return what is known of it before it runs."""
    shares = item.get_closest_marker("together")
    return Planned(
        checks_of(item),
        runtime_of(item),
        of_the_release=item.get_closest_marker("of_the_release") is not None,
        together=str(shares.args[0]) if shares else "",
    )


def write_plan(items: Iterable[pytest.Item], path: Path) -> None:
    """Given collected items, leave their plan in a file that exists; the first worker to come does.

    All workers collect the same.
    """
    plan = {name: asdict(planned) for name, planned in plan_of(items).items()}
    with path.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not file.read(1):
            json.dump(plan, file)


def read_plan(path: Path) -> Plan:
    """Given the file that `write_plan` left, return the plan; an empty one where no worker has left it."""
    plan = json.loads(path.read_text(encoding="utf-8") or "{}")
    return {name: Planned(**{**known, "checks": tuple(known["checks"])}) for name, known in plan.items()}
