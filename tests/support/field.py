"""Shapes of the field: jobs and destinations as people have them, and what is right to say of each.

Each is a folder of `fixtures/field`, data only. Its `expected.toml` says what the shape is and what is asked of it:

    shape = "SRC ends with a slash, as the recipe writes it"

    [[asked]]                       # the job alone, as it is read: no server, no duplicity
    env_file = "duplicity.env"      # stack = "stack.yml" likewise
    findings = []                   # all that must be found, no more and no fewer
    says = ["not proven: the c"]    # why its files do not say when it makes its backups

    [[asked]]                       # a command, as an operator types it in a copy of the folder
    command = "selection --env-file duplicity.env --listing listing"
    exit = 0                        # 1 with a finding that is graver than to tidy up
    # of the report that it writes; each key of a finding may be given, and what it says anywhere
    findings = [{ check = "rules-effective", severity = "tidy-up", says = ["--exclude /var/data/x"] }]
    says = ["PROVEN"]               # must be printed
    never = ["Traceback"]           # must not be
    first = [{ command = "drill …" }, { remove = "source/letters" }]    # steps that are taken in the copy before

What lies at its destination is made by `[[destination]]` steps: see `field_destinations.py`. `@HERE@` in a shape's
files is where its copy lies.
"""

import json
import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import Command
from field_destinations import placed, take

from verify.checks import Severity
from verify.errors import CannotRunError
from verify.job import findings_of, read_job, start_not_told

FIELD = Path(__file__).parents[2] / "fixtures" / "field"
KEYS = {"shape", "asked", "destination"}
KEYS_OF_ASKED = {"env_file", "stack", "command", "exit", "findings", "says", "never", "first"}


@dataclass(frozen=True)
class Asked:
    """One question about a shape, and the right answer."""

    shape: str
    number: int
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.shape if self.number == 0 else f"{self.shape}-{self.number + 1}"

    def disagreements(self, scratch: Path) -> list[str]:
        """Ask it, in a copy of the shape's folder; return what is not as it should be."""
        here = placed(FIELD / self.shape, scratch, steps_of(self.shape))
        take(self.data.get("first", ()), here)
        code, said, found = _of_command(here, self.data) if "command" in self.data else _of_job(here, self.data)
        wrong = [] if code == self.data.get("exit", 0) else [f"exit code {code}, not {self.data.get('exit', 0)}"]
        wrong += [f"does not say {words!r}" for words in self.data.get("says", []) if words not in said]
        wrong += [f"says {words!r}" for words in self.data.get("never", []) if words in said]
        if "findings" in self.data:
            wrong += _differences(self.data["findings"], found)
        return [*wrong, said] if wrong else []


def shapes() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each shape's name and its `expected.toml`."""
    for file in sorted(FIELD.glob("*/expected.toml")):
        yield file.parent.name, tomllib.loads(file.read_text(encoding="utf-8"))


def steps_of(shape: str) -> Sequence[Mapping[str, Any]]:
    """Given a shape's name, return the steps that make its destination."""
    return dict(shapes())[shape].get("destination", ())  # type: ignore[no-any-return]  # TOML has no types


def questions() -> Iterator[Asked]:
    """Yield all that is asked of all shapes."""
    for name, expected in shapes():
        for number, data in enumerate(expected["asked"]):
            yield Asked(name, number, data)


def _of_job(here: Path, data: Mapping[str, Any]) -> tuple[int, str, list[Mapping[str, str]]]:
    """Read a job; return an exit code as a command's would be, the printed findings, and the findings."""
    files = [here / data[name] if name in data else None for name in ("env_file", "stack")]
    try:
        job = read_job(files[0], files[1], {})
        found = list(findings_of(job))
    except CannotRunError as error:
        return 2, str(error), []
    failing = any(finding.severity.is_at_least(Severity.AT_RISK) for finding in found)
    untold = [f"not proven: {reason}" for reason in (start_not_told(job),) if reason]
    return int(failing), "\n".join([*map(str, found), *untold]), [finding.as_json() for finding in found]


def _of_command(here: Path, data: Mapping[str, Any]) -> tuple[int, str, list[Mapping[str, str]]]:
    """Run a command; return its exit code, what it printed, and the findings of the report that it wrote."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(here.parent), "COLUMNS": "120"}
    done = Command(*shlex.split(data["command"]), folder=here, environment=environment).ended()
    report = here / ".duplicity-verify" / "report.json"
    return done.code, done.out, json.loads(report.read_text())["findings"] if report.exists() else []


def _differences(expected: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield what is expected and not found, and what is found and not expected."""
    left = list(found)
    for each in expected:
        match = next((one for one in left if _matches(each, one)), None)
        if match is None:
            yield f"did not find {dict(each)}"
        else:
            left.remove(match)
    yield from (f"found {one}" for one in left)


def _matches(expected: Mapping[str, Any], found: Mapping[str, str]) -> bool:
    """Return whether a finding is the one that is meant: its words are anywhere in it, other keys are equal."""
    text = " ".join(found.values())
    fits = all(found.get(key) == value for key, value in expected.items() if key != "says")
    return fits and all(words in text for words in expected.get("says", []))
