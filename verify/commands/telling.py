"""Who is told of a drill, and that they are told whatever ends it. No verdict changes here."""

import argparse
import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from verify.errors import INTERRUPTED, CannotRunError
from verify.options import REPORTS

if TYPE_CHECKING:
    from verify.job import Job
    from verify.notify.settings import ToldReceiver
    from verify.notify.teller import Teller


OF_MAIL = ("SMTP_", "EMAIL_")  # variables of a job, by how their names begin


@contextlib.contextmanager
def telling(options: argparse.Namespace) -> Iterator["Teller"]:
    """Given a drill's options, tell that it begins; at its end tell of the runs that the teller was given.

    Where it ends by an exception that is told as "could not run", and the exception goes on.
    """
    teller = teller_of(options)
    for note in teller.notes:
        _say(f"note: {note}")
    teller.begin()
    try:
        yield teller
    except CannotRunError as error:
        teller.could_not_run(str(error))
        raise
    except KeyboardInterrupt:
        teller.could_not_run(INTERRUPTED)
        raise
    except Exception as error:
        teller.could_not_run(f"duplicity-verify crashed: {type(error).__name__}: see its output")
        raise
    finally:
        _tell(teller, options)


def teller_of(options: argparse.Namespace) -> "Teller":
    """Given a drill's options, return who tells of it; one who tells nobody where that is asked for, and with -k."""
    from verify.notify.teller import Teller  # noqa: PLC0415 - not for --help

    receivers, jobs = list["ToldReceiver"](), list["Job"]()
    if not options.no_notify:
        receivers, jobs = _receivers(options)
    if receivers and options.keyword:
        _say("nobody is told of this drill: -k chooses some of its checks, and these alone say nothing of the backup")
        receivers = []
    secrets = [secret for job in jobs for secret in job.secrets]
    about = f"{_name(options, jobs)} on {socket.gethostname()}"
    return Teller(receivers, about, Path(options.report_dir), lambda: secrets, several_jobs=options.all)


def _name(options: argparse.Namespace, jobs: "list[Job]") -> str:
    if options.all:
        return "all jobs"
    if options.job:
        return str(options.job)
    of_job = [*jobs[0].env_files[:1], jobs[0].stack_file] if jobs else []
    return Path(str(next(filter(None, [options.env_file, options.stack, *of_job]), "backup"))).name


def reports_of(options: argparse.Namespace) -> Path:
    """Given parsed options, return the folder of the reports: a job of several has its own, unless another is named."""
    named: str = options.report_dir
    return folder_of_job(named, options.job) if options.job and named == REPORTS[0].more["default"] else Path(named)


def folder_of_job(reports: str, name: str) -> Path:
    """Given the folder of the reports and the name of a job of several, return the folder of that job's reports."""
    return Path(reports, "jobs", name)


def _receivers(options: argparse.Namespace) -> "tuple[list[ToldReceiver], list[Job]]":
    from verify.notify.settings import receivers_of, variables_of  # noqa: PLC0415 - not for --help
    from verify.policy import NotifyTable, policy_file_of, read_notify  # noqa: PLC0415 - as above

    tables = [NotifyTable(receiver=each) for each in options.notify or ()]
    with contextlib.suppress(CannotRunError):  # the drill stops by it, too, and says so
        tables = [*read_notify(policy_file_of(vars(options)), os.environ), *tables]
    if not tables:
        return [], []
    jobs = [*_jobs(options)]
    mails = next((job for job in jobs if job.text_of("SMTP_HOST")), None)
    of_job = {name: mails.text_of(name) for name in mails.variables if name.startswith(OF_MAIL)} if mails else {}
    return receivers_of(tables, variables_of(os.environ, of_job)), jobs


def _jobs(options: argparse.Namespace) -> Iterator["Job"]:
    """Yield the job, or all jobs of the policy file, as far as they can be read: the drill says why others cannot."""
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - not for --help
    from verify.policy import policy_file_of, read_policy  # noqa: PLC0415 - as above

    names: tuple[str | None, ...] = (options.job,)
    with contextlib.suppress(CannotRunError):
        if options.all:
            names = read_policy(policy_file_of(vars(options)), os.environ).jobs
    for name in names:
        with contextlib.suppress(CannotRunError):
            yield DrillSettings.from_options({**vars(options), "job": name}).lab.read_job(os.environ)


def _tell(teller: "Teller", options: argparse.Namespace) -> None:
    from verify.report.files import add_deliveries  # noqa: PLC0415 - not for --help

    try:
        deliveries = teller.tell()
    except Exception as error:  # noqa: BLE001 - whatever it is, the verdict stands
        _say(f"nobody was told: this is a bug of duplicity-verify: {type(error).__name__}")
        return
    for each in deliveries:
        if not (each.sent and options.quiet):
            _say(str(each))
    for name, run in teller.runs.items():
        teller.runs[name] = replace(run, deliveries=deliveries)
        folder = folder_of_job(options.report_dir, name) if options.all else Path(options.report_dir, name)
        add_deliveries(teller.runs[name], folder)


def _say(line: str) -> None:
    sys.stderr.write(f"duplicity-verify: {line}\n")
