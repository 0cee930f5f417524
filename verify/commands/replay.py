"""`duplicity-verify replay`: failures that were found before, run again."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from verify.commands.parsers import Parser
from verify.commands.ready import told_on
from verify.errors import COULD_NOT_RUN, CannotRunError
from verify.options import JOB, LAB, REPORTS

if TYPE_CHECKING:
    from verify.lab.replay.failures import Case

EXAMPLES = """examples:
  duplicity-verify replay                                all failures that are kept
  duplicity-verify replay 3fa2c1d4                       one of them
  duplicity-verify replay --duplicity-release 3.0.7      with another duplicity than they were found with

what is fixed is removed from the folder of the reports; the job's files and the lab are those of the run that
found it, unless they are named here."""
EXIT_CODES = "exit codes: 0 all fixed, 1 one fails still, 2 one could not be run"


class ReplayOutcome(StrEnum):
    """What became of a failure."""

    FIXED = "FIXED"
    FAILED = "FAILED"
    ERROR = "ERROR"


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify replay", "Runs failures again that were found before.", EXAMPLES, EXIT_CODES)
    made.add_argument("ids", metavar="ID", nargs="*", help="which failures (default: all that are kept)")
    for title, options in (("the job", JOB), ("the lab", LAB), ("the run", REPORTS)):
        made.add_options(title, options)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the failures, a line each; return the exit code."""
    from verify.lab.replay.failures import kept  # noqa: PLC0415 - after --help and --version

    folder = Path(options.report_dir)
    ids = options.ids or kept(folder)
    if not ids:
        sys.stdout.write(f"no failure is kept in {folder}\n")
    met = set()
    with told_on(sys.stderr, quiet=False):
        for outcome, line in _replayed(folder, ids, options):
            met.add(outcome)
            sys.stdout.write(f"{outcome:6} {line}\n")
            sys.stdout.flush()
    return 1 if ReplayOutcome.FAILED in met else COULD_NOT_RUN if ReplayOutcome.ERROR in met else 0


def _replayed(folder: Path, ids: Sequence[str], options: argparse.Namespace) -> Iterator[tuple[ReplayOutcome, str]]:
    from verify.lab.replay.failures import forget, read_case  # noqa: PLC0415 - as above

    for id_ in ids:
        try:
            case = read_case(folder, id_)
            error = _error_of(case, options)
        except CannotRunError as trouble:
            yield ReplayOutcome.ERROR, f"{id_}: {trouble}"
            continue
        if error is None:
            forget(folder, id_)
            yield ReplayOutcome.FIXED, f"{id_} {case.test}"
        else:
            yield _told(f"{id_} {case.test}", error)


def _told(what: str, error: BaseException) -> tuple[ReplayOutcome, str]:
    from verify.checks import FindingsError  # noqa: PLC0415 - as above

    if isinstance(error, FindingsError):
        return ReplayOutcome.FAILED, f"{what}{error}"
    return ReplayOutcome.ERROR, f"{what}: {type(error).__name__}: {error}"


def _error_of(case: "Case", options: argparse.Namespace) -> BaseException | None:
    """Run a case in a lab of its own; return what its test raises."""
    from verify.lab.hosts.runtime import choose  # noqa: PLC0415 - as above
    from verify.lab.opening import open_lab  # noqa: PLC0415 - as above
    from verify.lab.packs import OPERATIONS, judged  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above

    body = _body_of(case.test)
    given = {name: getattr(options, name) for name in LabSettings.__dataclass_fields__ if getattr(options, name, None)}
    settings = LabSettings.from_options({**(case.options if not _names_duplicity(options) else _job_of(case)), **given})
    operations = {OPERATIONS: case.operations} if case.operations else {}
    runtime = choose(options.runtime if options.runtime != "auto" else case.runtime)
    with open_lab(settings, runtime.name) as lab, lab.lane("replay") as lane:
        (verdict,) = judged(
            replace(lane, variant=case.variant), [lambda lab: body(lab=lab, **operations, **case.example)]
        )
    return verdict.error if verdict else None


def _names_duplicity(options: argparse.Namespace) -> bool:
    return bool(options.duplicity_release or options.duplicity_command or options.duplicity_image)


def _job_of(case: "Case") -> dict[str, str]:
    return {each.name: case.options[each.name] for each in JOB if each.name in case.options}


def _body_of(test: str) -> Callable[..., None]:
    """Given the module and name of a test of the suite, return its body. Raise `CannotRunError` if it is gone."""
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - as above

    from verify.assets import suite  # noqa: PLC0415 - as above
    from verify.lab.packs.drawing import body_of  # noqa: PLC0415 - as above

    name, _, function = test.partition("::")
    path = suite() / Path(name).name
    spec = spec_from_file_location(path.stem, path) if path.exists() else None
    body = None
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        body = body_of(getattr(module, function, None))
    if body is None:
        raise CannotRunError(f"this version of duplicity-verify has no test {test} that could be run again")
    return body
