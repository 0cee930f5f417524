"""`duplicity-verify`: the main job. The verification suite on a job, in a throw-away lab."""

import argparse
import os
from pathlib import Path

from verify.assets import suite
from verify.commands.parsers import Parser
from verify.commands.suite_run import add_pytest_options, run_tests
from verify.errors import CannotRunError
from verify.options import JOB, LAB, RUN

EXAMPLES = """examples:
  duplicity-verify                                       the sample job
  duplicity-verify --env-file duplicity.env --stack stack.yml
                                                         your own job
  duplicity-verify --source /etc --runtime embedded      a real folder as one more tree; it is only read
  duplicity-verify -k encrypt --profile smoke            some tests, few examples"""


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify", "Verifies a duplicity job in a throw-away lab: would this backup come back?", EXAMPLES
    )
    for title, options in (("the job", JOB), ("the lab", LAB), ("the run", RUN)):
        made.add_options(title, options)
    add_pytest_options(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the suite by pytest; return the exit code."""
    look_at(options)
    return run_tests([suite()], parser(), options, (*JOB, *LAB, *RUN))


def look_at(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.job import read_job  # noqa: PLC0415 - after --help and --version
    from verify.lab.runtime import choose  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    if options.workers < 1:
        raise CannotRunError(f"-n {options.workers} leaves nothing to run with: give 1 or more")
    must_be_writable(Path(options.report_dir))
    settings = LabSettings.from_options(vars(options))
    read_job(settings.env_file, settings.stack, os.environ)
    if settings.source:
        must_hold_something(settings.source)
    choose(options.runtime)


def must_hold_something(source: Path) -> None:
    """Raise `CannotRunError` unless a folder can be read and is not empty: nothing would be proven by it."""
    try:
        empty = not any(source.iterdir())
    except NotADirectoryError:
        raise CannotRunError(f"--source {source} is no folder: name the folder that holds it") from None
    except FileNotFoundError:
        raise CannotRunError(f"--source {source} does not exist: name a folder that does") from None
    except OSError as error:
        raise CannotRunError(f"--source {source} cannot be read ({error.strerror}): run as who can") from None
    if empty:
        raise CannotRunError(f"--source {source} is empty, so it would prove nothing: name a folder that holds files")
