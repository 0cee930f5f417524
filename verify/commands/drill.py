"""`duplicity-verify drill`: restore verification of a real backup, where it really lies."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from verify.assets import tests
from verify.commands.parsers import Parser
from verify.commands.suite_run import add_pytest_options, run_tests
from verify.errors import COULD_NOT_RUN, CannotRunError
from verify.options import DRILL, FAIL_ON, JOB, LAB, POLICY, REPORTS

if TYPE_CHECKING:
    from verify.lab.hosts.runtime import RuntimeChoice

EXAMPLES = """examples:
  duplicity-verify drill --env-file duplicity.env --stack stack.yml
                                                         the nightly job: checks, and a sample restored
  duplicity-verify drill --env-file duplicity.env --budget 2GB --minutes 30
                                                         no more than that
  duplicity-verify drill --env-file duplicity.env --full everything restored and compared
  duplicity-verify drill --env-file duplicity.env mine/  your own assertions on what was restored, as pytest tests

restored files go to a temporary folder (TMPDIR) and are removed afterwards."""
DESCRIPTION = """Would this backup come back? Restores from your real backup, and compares with its source.
Nothing is written to the backup or to the source."""
POLICY_FILE = next(each for each in POLICY if each.name == "policy")
OPTIONS = (
    *JOB,
    *(each for each in LAB if each.name not in {"minio_image", "store"}),
    FAIL_ON,
    *REPORTS,
    POLICY_FILE,
    *DRILL,
)


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify drill", DESCRIPTION, EXAMPLES)
    made.add_argument("tests", nargs="*", type=Path, help="folders or modules of your own tests of what was restored")
    made.add_options("the job", JOB)
    made.add_options("the drill", (POLICY_FILE, *DRILL))
    made.add_options("where it runs", (each for each in OPTIONS if each in LAB))
    made.add_options("the run", (FAIL_ON, *REPORTS))
    made.add_output()
    add_pytest_options(made, workers=False)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the drill's tests, and the user's own, by pytest; return the exit code.

    A job with several destinations is drilled at one after the other, also where one cannot be; the worst exit code
    counts.
    """
    several = each_destination(options)
    return max(_drilled(each, alone=len(several) == 1) for each in several)


def _drilled(options: argparse.Namespace, *, alone: bool) -> int:
    if options.destination and not options.quiet:
        sys.stderr.write(f"the destination {options.destination}\n")
    try:
        return run_tests([tests("drill"), *options.tests], parser(), options, OPTIONS, look_at(options))
    except CannotRunError as error:
        if alone:
            raise
        sys.stderr.write(f"duplicity-verify: {options.destination}: {error}\n")
        return COULD_NOT_RUN


def each_destination(options: argparse.Namespace) -> list[argparse.Namespace]:
    """Given the options, return them once for each destination of the job, with a folder of reports of its own."""
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - after --help and --version

    if options.destination:
        return [options]
    job = DrillSettings.from_options(vars(options)).lab.read_job(os.environ)
    if job.destination != "multi" or not job.destinations:
        return [options]
    given = vars(options)
    return [
        argparse.Namespace(**{**given, "destination": name, "report_dir": str(Path(options.report_dir, name))})
        for name in job.destinations
    ]


def look_at(options: argparse.Namespace) -> "RuntimeChoice":
    """Return the runtime. Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.drill.opening import must_have_one_destination  # noqa: PLC0415 - after --help and --version
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - as above
    from verify.lab.hosts.runtime import choose  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above
    from verify.report.wording import near  # noqa: PLC0415 - as above

    for path in options.tests:
        if not path.exists():
            raise CannotRunError(f"{path} does not exist: name a folder or a module of tests")
    settings = DrillSettings.from_options(vars(options))
    options.policy = near(str(settings.policy.file)) if settings.policy.file else None  # for the run, too
    must_have_one_destination(settings.lab.read_job(os.environ))
    runtime = choose(options.runtime)
    must_be_writable(Path(options.report_dir))
    return runtime
