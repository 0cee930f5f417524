"""`duplicity-verify drill`: restore verification of a real backup, where it really lies."""

import argparse
import os
from pathlib import Path

from verify.assets import tests
from verify.commands.parsers import Parser
from verify.commands.suite_run import run_tests
from verify.errors import CannotRunError
from verify.options import DRILL, JOB, LAB, POLICY, REPORTS

EXAMPLES = """examples:
  duplicity-verify drill --env-file duplicity.env --stack stack.yml
                                                         the nightly job: checks, and a sample restored
  duplicity-verify drill --env-file duplicity.env --budget 2GB --minutes 30
                                                         no more than that
  duplicity-verify drill --env-file duplicity.env --full everything restored and compared
  duplicity-verify drill --env-file duplicity.env mine/  your own assertions on what was restored, as pytest tests

nothing is written to the destination, nor to the live source; restores go to scratch (TMPDIR) and are wiped."""
POLICY_FILE = next(each for each in POLICY if each.name == "policy")
OPTIONS = (*JOB, *(each for each in LAB if each.name != "minio_image"), *REPORTS, POLICY_FILE, *DRILL)


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify drill", "Verifies a real backup, where it really lies: would it come back?", EXAMPLES
    )
    made.add_argument("tests", nargs="*", type=Path, help="folders or modules of your own tests of what was restored")
    made.add_options("the job", JOB)
    made.add_options("the drill", (POLICY_FILE, *DRILL))
    made.add_options("where it runs", (each for each in OPTIONS if each in LAB))
    made.add_options("the run", REPORTS)
    made.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="run only the tests that match, as in pytest")
    return made


def run(options: argparse.Namespace) -> int:
    """Run the drill's tests, and the user's own, by pytest; return the exit code."""
    options.workers = 1  # one drill at a time: its tests build on each other
    look_at(options)
    return run_tests([tests("drill"), *options.tests], parser(), options, OPTIONS)


def look_at(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.drill.opening import must_have_one_destination  # noqa: PLC0415 - after --help and --version
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - as above
    from verify.job import read_job  # noqa: PLC0415 - as above
    from verify.lab.hosts.runtime import choose  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    for path in options.tests:
        if not path.exists():
            raise CannotRunError(f"{path} does not exist: name a folder or a module of tests")
    must_be_writable(Path(options.report_dir))
    settings = DrillSettings.from_options(vars(options))
    must_have_one_destination(read_job(settings.lab.env_file, settings.lab.stack, os.environ))
    choose(options.runtime)
