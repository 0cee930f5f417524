"""What `ci/monitoring` asks of Prometheus: its expressions, the metrics that they name, and promtool."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "ci" / "monitoring"
NAMED = re.compile(r"\bduplicity_verify_\w+")


def expressions() -> Iterator[tuple[str, str]]:
    """Yield each expression of the rules and of the dashboard, with the name of the alert or panel before it."""
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])
    for panel in json.loads((FOLDER / "dashboard.json").read_text())["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


def metrics_named() -> set[str]:
    """Return the metrics that the expressions name."""
    return {name for _, expression in expressions() for name in NAMED.findall(expression)}


def promtool(*words: str, stdin: bytes = b"") -> str:
    """Run promtool; return what it said. Fail the test where it is not content, skip it where there is none."""
    found = subprocess.run([FOLDER / "promtool"], capture_output=True, text=True, check=False)
    if found.returncode == 3:
        pytest.skip(found.stderr.strip())
    assert not found.returncode, found.stderr
    done = subprocess.run([found.stdout.strip(), *words], input=stdin, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode()
    assert not done.returncode, said
    return said
