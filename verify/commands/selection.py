"""`duplicity-verify selection`: what a job's rules include of a source, and what each rule did."""

import argparse
import os
from pathlib import Path

from verify.assets import tests
from verify.commands.parsers import TABLE, Parser
from verify.commands.policy_options import must_name_a_job, must_name_paths, take_policy
from verify.commands.suite_run import add_pytest_options, print_answer, run_and_tell
from verify.options import JOB, LAB, POLICY, RUN, SELECTION

EXAMPLES = """examples:
  duplicity-verify selection --env-file duplicity.env --source /var/data
                                                         what is included and excluded, and by which rule
  duplicity-verify selection --env-file duplicity.env --source /var/data --explain config/traefik.yml
                                                         which rule decided on a path
  find /var/data -printf '%P\\t%y\\t%s\\t%T@\\0' | ssh HERE duplicity-verify selection --env-file F --listing -
                                                         a source that is elsewhere
  duplicity-verify selection --env-file duplicity.env --source /var/data --format json
                                                         every path, as for jq -r '.excluded[]'"""
RELEASE = tuple(each for each in LAB if each.name == "duplicity_release")
REPORT = tuple(each for each in RUN if each.name in {"report_dir", "fail_on"})
KNOWN = (*JOB, *SELECTION, *POLICY, *RELEASE, *REPORT)


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify selection", "Shows what the job's rules include and exclude. Runs no duplicity.", EXAMPLES
    )
    made.add_options("the job", (*JOB, *RELEASE))
    made.add_options("the source and the policy", (*SELECTION, *POLICY))
    made.add_output(TABLE)
    made.add_argument(
        "--explain", metavar="PATH", action="append", default=[], help="say which rule decides on this path"
    )
    made.add_options("the run", REPORT)
    add_pytest_options(made, workers=False)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the tests of a selection, print the answer, and return the exit code."""
    from verify.report.answers.selection_answer import SelectionAnswer  # noqa: PLC0415 - not for --help and --version

    policy = take_policy(options)
    must_name_a_job(options)
    must_name_paths(policy)
    look_at(options)
    answer = SelectionAnswer(options.form, tuple(options.explain))
    with answer.standard_input(options.listing):
        modules = [tests("selection"), *([tests("lock")] if options.lock else [])]
        ended = run_and_tell(modules, parser(), options, KNOWN, answer=answer)
    print_answer(answer, ended, options)
    return ended.exit_code


def look_at(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` for what is wrong with the arguments, before anything is read at length."""
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - after --help and --version
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above
    from verify.selection.survey import lists_of, rules_of  # noqa: PLC0415 - as above

    settings = LabSettings.from_options(vars(options))
    job = settings.read_job(os.environ)
    rules_of(job, settings.release, lists_of(job, settings.release))
    must_be_writable(Path(options.report_dir))
