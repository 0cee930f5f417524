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

if TYPE_CHECKING:
    from verify.job import Job
    from verify.notify.settings import ToldReceiver
    from verify.notify.teller import Teller


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

    receivers, job = list["ToldReceiver"](), None
    if not options.no_notify:
        receivers, job = _receivers(options)
    if receivers and options.keyword:
        _say("nobody is told of this drill: -k chooses some of its checks, and these alone say nothing of the backup")
        receivers = []
    of_job = [*job.env_files[:1], job.stack_file] if job else []
    name = Path(str(next(filter(None, [options.env_file, options.stack, *of_job]), "backup"))).name
    secrets = job.secrets if job else ()
    return Teller(receivers, f"{name} on {socket.gethostname()}", Path(options.report_dir), lambda: secrets)


def _receivers(options: argparse.Namespace) -> "tuple[list[ToldReceiver], Job | None]":
    from verify.notify.settings import receivers_of, variables_of  # noqa: PLC0415 - not for --help
    from verify.policy import NotifyTable, find_policy, read_notify  # noqa: PLC0415 - as above

    env_file = Path(options.env_file) if options.env_file else None
    named = Path(options.policy) if options.policy else None
    tables = [NotifyTable(receiver=each) for each in options.notify or ()]
    with contextlib.suppress(CannotRunError):  # the drill stops by it, too, and says so
        tables = [*read_notify(find_policy(named, Path.cwd(), env_file), os.environ), *tables]
    if not tables:
        return [], None
    job = _job(options)
    of_job = {name: job.text_of(name) for name in job.variables if name.startswith(("SMTP_", "EMAIL_"))} if job else {}
    return receivers_of(tables, variables_of(os.environ, of_job)), job


def _job(options: argparse.Namespace) -> "Job | None":
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - not for --help

    try:
        return DrillSettings.from_options(vars(options)).lab.read_job(os.environ)
    except CannotRunError:
        return None


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
        add_deliveries(teller.runs[name], Path(options.report_dir, name))


def _say(line: str) -> None:
    sys.stderr.write(f"duplicity-verify: {line}\n")
