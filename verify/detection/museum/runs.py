"""Running tests of the unchanged suite with a release, once for all exhibits that ask."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.assets import suite
from verify.errors import CannotRunError
from verify.lab.client.provision import provision_duplicity
from verify.lab.hosts.cache import locked

SUITE_ENDS_WITHIN = 1800.0  # seconds for all that is run with one release


@dataclass(frozen=True)
class Ended:
    """How one test ended: "passed", "findings", "skipped" …, in how long, and by which checks it failed."""

    ending: str
    seconds: float
    checks: frozenset[str]


class SuiteRuns:
    """Runs of the suite, by release; their reports lie in a folder, which several processes may share."""

    def __init__(self, folder: Path, wanted: Mapping[str, Iterable[str]]) -> None:
        """Given the folder, and by release the tests that will be asked for."""
        self.folder = folder
        self._wanted = {release: sorted(set(tests)) for release, tests in wanted.items()}

    def ended(self, release: str, test: str) -> Ended:
        """Given a release and a test as `module.py::name[parameters]`, return how it ended.

        Raise `CannotRunError` where the release cannot be had, LookupError where there is no such test.
        """
        report = self._report(release)
        name = test.rpartition("::")[2]
        for check in report["checks"]:
            for each in check["tests"]:
                if each["id"].rpartition("::")[2] == name:
                    found = frozenset(one["check"] for one in report["findings"] if one["test"] == each["id"])
                    return Ended(each["ending"], each["seconds"], found)
        raise LookupError(f"the suite has no test {test}")

    def _report(self, release: str) -> dict[str, Any]:
        folder = self.folder / release
        with locked(folder.with_name(f"{release}.lock")):
            if not (folder / "report.json").exists():
                provision_duplicity(release)
                _run(release, self._wanted[release], folder)
        report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        return report


def _run(release: str, tests: Iterable[str], folder: Path) -> None:
    options = (f"--duplicity-release={release}", f"--report-dir={folder}", "--runtime=embedded", "--profile=nightly")
    plugins = ("-p", "no:cacheprovider", "-p", "verify.plugin")
    argv = [sys.executable, "-m", "pytest", "-q", *plugins, *options, *(f"{suite()}/{test}" for test in tests)]
    env = {**os.environ, "PYTEST_ADDOPTS": ""}
    try:
        done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=SUITE_ENDS_WITHIN, env=env)
    except subprocess.TimeoutExpired as error:
        raise CannotRunError(f"the suite did not end with duplicity {release} in {SUITE_ENDS_WITHIN:.0f} s") from error
    if not (folder / "report.json").exists():
        raise CannotRunError(f"the suite did not run with duplicity {release}: {done.stdout[-2000:]}{done.stderr}")
