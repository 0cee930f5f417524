"""`duplicity-verify regression`: what a change of a job's files changes in its backup."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from verify.assets import suite, tests
from verify.commands.parsers import TABLE, Parser
from verify.commands.policy_options import must_name_paths, take_policy
from verify.commands.sandbox import look_at
from verify.commands.suite_run import add_pytest_options, command_of, print_answer, run_and_tell
from verify.errors import CannotRunError
from verify.options import CHANGE, JOB, LAB, POLICY, RUN, SELECTION

if TYPE_CHECKING:
    from verify.regression.sides import ChangeSide
    from verify.report.outcome import Run

EXAMPLES = """examples:
  duplicity-verify regression --before HEAD~1 --env-file duplicity.env --source /var/data
                                                         the last commit's change of the file
  duplicity-verify regression --before old.env --after new.env --listing paths.txt
                                                         two files
  duplicity-verify regression --before main:duplicity.env --after duplicity.env --source /var/data --no-sandbox
                                                         the quick answer: nothing is started"""
JOB_MODULES = ("test_job.py", "test_job_received.py", "test_job_rules.py")
KNOWN = (*JOB, *CHANGE, *SELECTION, *POLICY, *LAB, *RUN)


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify regression",
        "Says which paths a change of a job makes leave or enter its backup, and what else it means.",
        EXAMPLES,
    )
    made.add_options("the change", CHANGE)
    made.add_options("the job", JOB)
    made.add_options("the source and the policy", (*SELECTION, *POLICY))
    made.add_output(TABLE)
    made.add_argument(
        "--no-sandbox", action="store_true", help="do not run the two jobs in the lab: only compare what they say"
    )
    for title, options in (("the lab", LAB), ("the run", RUN)):
        made.add_options(title, options)
    add_pytest_options(made, workers=False)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the tests of a change, and both jobs in the lab; print the answer, and return the exit code."""
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - not for --help and --version
    from verify.regression.sides import SideFiles, open_sides  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    must_name_paths(take_policy(options))
    if not options.before:
        raise CannotRunError("nothing says what the job was before: give --before FILE, REVISION or REVISION:FILE")
    release = LabSettings.from_options(vars(options)).release
    files = SideFiles(
        options.env_file and Path(options.env_file),
        options.stack and Path(options.stack),
        options.service,
        options.started_by,
    )
    with open_sides(options.before, options.after, files, os.environ, release) as sides:
        must_be_writable(Path(options.report_dir))
        return _compared(options, sides).exit_code


def _compared(options: argparse.Namespace, sides: "tuple[ChangeSide, ChangeSide]") -> "Run":
    from verify.report.answers.regression_answer import RegressionAnswer  # noqa: PLC0415 - as above

    answer = RegressionAnswer(options.form, sides)
    command = command_of(parser(), options, KNOWN) + (" --no-sandbox" if options.no_sandbox else "")
    before, after = (_with(options, side) for side in sides)
    modules = [
        tests("regression") / name for name in ("test_regression.py", *(["test_approval.py"] if options.lock else []))
    ]
    runtime = None
    if not options.no_sandbox:
        runtime = look_at(after)
        _title("the job before the change, in the lab", options)
        before.report_dir = str(Path(options.report_dir, "before"))
        answer.sandbox["before"] = run_and_tell(
            sandbox_tests(), parser(), before, (*JOB, *LAB, *RUN), runtime=runtime, answer=answer, command=command
        )
        _title("\nthe change, and the job after it in the lab", options)
        modules += sandbox_tests()
    with answer.standard_input(options.listing):
        ended = run_and_tell(modules, parser(), after, KNOWN, runtime=runtime, answer=answer, command=command)
    if not options.no_sandbox:
        answer.sandbox["after"] = _part_in_the_lab(ended)
    print_answer(answer, ended, options)
    return ended


def _title(text: str, options: argparse.Namespace) -> None:
    if not options.quiet:
        sys.stderr.write(f"{text}\n")


def _part_in_the_lab(run: "Run") -> "Run":
    return replace(
        run,
        checks=tuple(check for check in run.checks if check.runtime),
        tests=tuple(test for test in run.tests if test.planned.runtime),
    )


def _with(options: argparse.Namespace, side: "ChangeSide") -> argparse.Namespace:
    """Return the options for a run of one side."""
    files = {
        name: path and str(path) for name, path in (("env_file", side.files.env_file), ("stack", side.files.stack))
    }
    return argparse.Namespace(**{**vars(options), **files})


def sandbox_tests() -> list[Path]:
    """Return the modules of the suite that are about the job rather than about drawn trees."""
    return [suite() / name for name in JOB_MODULES]
