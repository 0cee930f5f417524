"""`duplicity-verify differential`: what two duplicities make of the same histories."""

import argparse

from verify.assets import asset
from verify.commands.parsers import Parser
from verify.commands.sandbox import look_at
from verify.commands.suite_run import add_pytest_options, run_tests
from verify.errors import CannotRunError
from verify.options import AGAINST, JOB, LAB, RUN

EXAMPLES = """examples:
  duplicity-verify differential --against-release 2.2.4  the default release beside another
  duplicity-verify differential --duplicity-command ./patched --against duplicity --runtime embedded
                                                         two programs of this machine
  duplicity-verify differential --duplicity-image you/new --against-image you/old
                                                         two images"""


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify differential", "Runs two duplicities through the same histories.", EXAMPLES)
    for title, options in (("the other duplicity", AGAINST), ("the job", JOB), ("the lab", LAB), ("the run", RUN)):
        made.add_options(title, options)
    made.add_output()
    add_pytest_options(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the comparison by pytest; return the exit code."""
    if not any(getattr(options, each.name) for each in AGAINST):
        flags = ", ".join(each.flag for each in AGAINST)
        raise CannotRunError(f"there is nothing to compare with: give one of {flags}")
    runtime = look_at(options)
    return run_tests([asset("tests/differential")], parser(), options, (*AGAINST, *JOB, *LAB, *RUN), runtime)
