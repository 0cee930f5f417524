"""Failures that are kept: each in a folder of its own, to be looked at, run again, and sent to who can mend it."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from verify import __version__
from verify.checks import Finding
from verify.errors import CannotRunError
from verify.lab.client.variants import Variant
from verify.operations import Operation, operations_of, shown
from verify.trees import History, Tree
from verify.trees.as_json import read, written

FORMAT = 1  # of case.json
FOLDER = "failures"  # below the folder of a run's reports
CASE, FINDINGS, SCRIPT = "case.json", "findings.json", "repro.sh"


@dataclass(frozen=True)
class Case:
    """A test of the suite with all that it was given: what it takes to run it again.

    `test` is its module and name, `options` are those of the run that say which job and which duplicity.
    """

    test: str
    runtime: str
    release: str
    example: Mapping[str, History | Tree]
    operations: tuple[Operation, ...] = ()
    variant: Variant = field(default_factory=Variant)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What a user names the failure by."""
        return hashlib.sha256(json.dumps(self._what(), sort_keys=True).encode()).hexdigest()[:8]

    def _what(self) -> dict[str, Any]:
        return {
            "test": self.test,
            "runtime": self.runtime,
            "variant": asdict(self.variant),
            "operations": shown(self.operations),
            "example": {name: written(value) for name, value in self.example.items()},
        }

    def as_json(self) -> dict[str, Any]:
        """Return the case as JSON."""
        head = {"format": FORMAT, "duplicity-verify": __version__, "duplicity": self.release}
        return {**head, "options": dict(self.options), **self._what()}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Given what `as_json` made, return the case. Raise ValueError that says where it is something else."""
        if not isinstance(data, dict):
            raise ValueError("it holds no JSON object")  # noqa: TRY004 - one error for who reads
        if data.get("format") != FORMAT:
            raise ValueError(
                f"it has the format {data.get('format')!r}, of duplicity-verify {data.get('duplicity-verify')}; "
                f"this is {__version__}, which reads format {FORMAT}"
            )
        for name, kind in (("test", str), ("runtime", str), ("example", dict), ("variant", dict), ("options", dict)):
            if not isinstance(data.get(name), kind):
                raise ValueError(f"{name} is missing, or no {kind.__name__}")  # noqa: TRY004 - as above
        try:
            variant = Variant(**data["variant"])
        except TypeError as error:
            raise ValueError(f"variant: {error}") from error
        example = {name: read(value, f"example.{name}") for name, value in data["example"].items()}
        operations = operations_of(data["operations"]) if data.get("operations") else ()
        release = str(data.get("duplicity", ""))
        return cls(data["test"], data["runtime"], release, example, operations, variant, data["options"])


def keep(folder: Path, case: Case, findings: Sequence[Finding], script: str = "") -> Path:
    """Given the folder of a run's reports and a failure, write its folder, and return that."""
    place = folder / FOLDER / case.id
    place.mkdir(parents=True, exist_ok=True)
    _write(place / FINDINGS, [found.as_json() for found in findings])
    if script:
        (place / SCRIPT).write_text(script, encoding="utf-8", errors="surrogateescape")
        (place / SCRIPT).chmod(0o755)
    _write(place / CASE, case.as_json())
    return place


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def forget(folder: Path, id_: str) -> None:
    """Remove the folder of a failure, if it is there."""
    shutil.rmtree(folder / FOLDER / id_, ignore_errors=True)


def kept(folder: Path) -> list[str]:
    """Return the ids of the failures that are kept, the oldest first."""
    cases = list((folder / FOLDER).glob(f"*/{CASE}"))
    return [path.parent.name for path in sorted(cases, key=lambda path: path.stat().st_mtime_ns)]


def read_case(folder: Path, id_: str) -> Case:
    """Given the id of a failure, return its case. Raise `CannotRunError` where there is none that can be read."""
    path = folder / FOLDER / id_ / CASE
    try:
        return Case.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = ", ".join(kept(folder)) or "none"
        raise CannotRunError(f"no failure {id_} is kept in {folder / FOLDER} (there: {known})") from None
    except (OSError, ValueError) as error:
        raise CannotRunError(
            f"{path} cannot be read: {error}; remove {path.parent}, or run the suite again, which finds it anew"
        ) from error


def reproducing(findings: Sequence[Finding], place: Path) -> tuple[Finding, ...]:
    """Given findings and the folder that they are kept in, return them with what to type to meet them again."""
    again = f"duplicity-verify replay {place.name}\nsh {place / SCRIPT}"
    return tuple(replace(found, reproduce=again) for found in findings)
