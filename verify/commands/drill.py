"""`duplicity-verify drill`: restore verification of a real backup, where it really lies."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from verify.assets import tests
from verify.commands.parsers import JSON, Parser
from verify.commands.suite_run import add_pytest_options, run_and_tell
from verify.commands.telling import folder_of_job, reports_of, telling
from verify.errors import COULD_NOT_RUN, CannotRunError
from verify.options import DRILL, FAIL_ON, JOB, LAB, NOTIFY, POLICY, REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from verify.lab.hosts.runtime import RuntimeChoice
    from verify.notify.teller import Teller
    from verify.report.outcome import Run

EXAMPLES = """examples:
  duplicity-verify drill --env-file duplicity.env --stack stack.yml
                                                         the nightly job: checks, and a sample restored
  duplicity-verify drill --env-file duplicity.env --budget 2GB --minutes 30
                                                         no more than that
  duplicity-verify drill --env-file duplicity.env --full every byte read and compared, at every point
  duplicity-verify drill --env-file duplicity.env --notify mail
                                                         a mail where it finds something, as SMTP_HOST … say
  duplicity-verify drill --all                           every job of the policy file, one after the other
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
    made.add_argument(
        "--all", action="store_true",
        help="drill at each job that the policy file names, [jobs.NAME], with reports in jobs/NAME and one page of all",
    )  # fmt: skip
    made.add_options("the drill", (POLICY_FILE, *DRILL))
    made.add_options("where it runs", (each for each in OPTIONS if each in LAB))
    made.add_options("the run", (FAIL_ON, *REPORTS))
    made.add_options("who is told", NOTIFY)
    made.add_output()
    add_pytest_options(made, workers=False)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the drill's tests, and the user's own, by pytest; tell of it, and return the exit code.

    Several jobs are drilled one after the other, and a job with several destinations at one after the other, also
    where one cannot be; the worst exit code counts.
    """
    options.report_dir = str(reports_of(options))
    with telling(options) as teller:
        if options.all:
            code = max(_drilled_job(each, teller) for each in each_job(options))
            _write_page(options, teller.runs)
        else:
            several = each_destination(options)
            code = max(_drilled(each, teller, each.destination if several[1:] else "") for each in several)
    if options.form == JSON:
        _print(teller.runs.values())
    return code


def _print(runs: "Iterable[Run]") -> None:
    from verify.report.answers.answer import ReportAnswer  # noqa: PLC0415 - not for --help and --version

    for ended in runs:
        answer = ReportAnswer()
        answer.run = ended
        answer.print()


def each_job(options: argparse.Namespace) -> list[argparse.Namespace]:
    """Given the options, return them once for each job of the policy file, with a folder of reports of its own.

    Raise `CannotRunError` where the file names none, or an option names one.
    """
    from verify.policy import policy_file_of, read_policy  # noqa: PLC0415 - after --help and --version

    given = [name for name in ("env_file", "stack", "service", "source", "job", "destination") if vars(options)[name]]
    if given:
        flag = given[0].replace("_", "-")
        raise CannotRunError(f"--all and --{flag} say both what is drilled at: give one of them")
    file = policy_file_of(vars(options))
    jobs = read_policy(file, os.environ).jobs
    if not jobs:
        where = f"{file} names no job" if file else "there is no policy file here, which would name the jobs"
        raise CannotRunError(f"--all: {where}: write a table [jobs.NAME] into duplicity-verify.toml")
    return [
        argparse.Namespace(
            **{**vars(options), "all": False, "job": name, "report_dir": str(folder_of_job(options.report_dir, name))}
        )
        for name in jobs
    ]


def _drilled_job(options: argparse.Namespace, teller: "Teller") -> int:
    if not options.quiet:
        sys.stderr.write(f"the job {options.job}\n")
    try:
        several = each_destination(options)
    except CannotRunError as error:
        return _not_drilled(error, teller, options.job)
    names = [f"{options.job}/{each.destination}" if several[1:] else options.job for each in several]
    return max(_drilled(each, teller, name) for each, name in zip(several, names, strict=True))


def _write_page(options: argparse.Namespace, runs: "Mapping[str, Run]") -> None:
    from verify.report.pages.files import write_page  # noqa: PLC0415 - jinja2 is slow to import
    from verify.report.pages.jobs_page import jobs_page  # noqa: PLC0415 - as above

    file = Path(options.report_dir, "jobs.html")
    try:
        write_page(jobs_page(runs), file)
    except CannotRunError as error:  # no verdict depends on it
        sys.stderr.write(f"duplicity-verify: {error}\n")
        return
    if not options.quiet:
        sys.stderr.write(f"duplicity-verify: all jobs: {file}\n")


def _not_drilled(error: CannotRunError, teller: "Teller", name: str) -> int:
    sys.stderr.write(f"duplicity-verify: {name}: {error}\n")
    teller.could_not_run(str(error), name)
    return COULD_NOT_RUN


def _drilled(options: argparse.Namespace, teller: "Teller", name: str) -> int:
    if options.destination and not options.quiet:
        sys.stderr.write(f"the destination {options.destination}\n")
    try:
        ended = _ended(options)
    except CannotRunError as error:
        if name:
            return _not_drilled(error, teller, name)
        raise
    teller.note(name, ended)
    return ended.exit_code


def _ended(options: argparse.Namespace) -> "Run":
    from verify.report.answers.answer import ReportAnswer  # noqa: PLC0415 - not for --help and --version

    runtime = look_at(options)
    answer = ReportAnswer() if options.form == JSON else None  # printed once somebody was told
    own = [tests("drill"), *options.tests]
    return run_and_tell(own, parser(), options, OPTIONS, runtime=runtime, answer=answer)


def each_destination(options: argparse.Namespace) -> list[argparse.Namespace]:
    """Given the options, return them once for each destination of the job, with a folder of reports of its own."""
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - after --help and --version

    settings = DrillSettings.from_options(vars(options)).lab
    if settings.destination:
        return [argparse.Namespace(**{**vars(options), "destination": settings.destination})]
    job = settings.read_job(os.environ)
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
