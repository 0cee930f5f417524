"""`duplicity-verify deploy`: the drill as a service of its own, in files that fit the job. It deploys nothing."""

import argparse
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from verify.commands.parsers import Parser
from verify.errors import CannotRunError
from verify.options import JOB, POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verify.drill.settings import DrillSettings
    from verify.job import Job

EXAMPLES = """examples:
  duplicity-verify deploy --print --stack stack.yml --env-file duplicity.env --stack-name duplicity
                                                         a stack file for docker stack deploy
  duplicity-verify deploy --into . --stack stack.yml --stack-name duplicity
                                                         the same, into this folder
  duplicity-verify deploy --kind systemd --into /tmp/units --env-file duplicity.env
                                                         a service and a timer, without containers"""
EXIT_CODES = "exit codes: 0 they are written, 2 they are not; an existing file is never changed"
KINDS = ("swarm", "compose", "systemd")
AT = "30 5 * * *"
POLICY_FILE = next(each for each in POLICY if each.name == "policy")


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify deploy", "Writes the files that run a job's drill by a schedule; starts nothing.",
        EXAMPLES, EXIT_CODES,
    )  # fmt: skip
    made.add_options("the job", JOB)
    made.add_options("the drill", (POLICY_FILE,))
    made.add_argument("--at", metavar="CRON", default=AT, help="when it runs: a line of cron (default: %(default)s)")
    made.add_argument("--kind", choices=KINDS, help="what runs it (default: what starts the job)")
    made.add_argument(
        "--image", default="duplicity-verify", help="our image, as you have named it (default: %(default)s)"
    )
    made.add_argument(
        "--stack-name", metavar="NAME", default="", help="the name by which the job's stack or project is deployed"
    )
    made.add_argument(
        "--node", metavar="NAME", default=socket.gethostname(), help="the node that has the source (default: this one)"
    )
    made.add_argument(
        "--scheduler", choices=("own", "swarm-cronjob"), default="own",
        help="what starts a drill in a swarm: the image itself, or the service swarm-cronjob (default: own)",
    )  # fmt: skip
    where = made.add_mutually_exclusive_group()
    where.add_argument("--print", action="store_true", help="print the files: it does so without --into")
    where.add_argument("--into", metavar="DIR", help="a folder to write them into")
    return made


def run(options: argparse.Namespace) -> int:
    """Write the files, or print them; return 0. Raise `CannotRunError` for what does not fit together."""
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - not for --help

    settings = DrillSettings.from_options({**vars(options), "report_dir": "."})
    job = settings.lab.read_job(os.environ)
    folder = Path(options.into or ".").absolute()
    files = _files(options, settings, job, folder)
    if options.into:
        _write(files, folder)
        return 0
    several = len(files) > 1
    sys.stdout.write("\n".join((f"# {name}\n" if several else "") + text for name, text in files.items()))
    return 0


def _files(options: argparse.Namespace, settings: "DrillSettings", job: "Job", folder: Path) -> "Mapping[str, str]":
    from verify.deployment import compose_file, needs_of_drill, swarm_file, units_of  # noqa: PLC0415 - as above

    kind = options.kind or _kind(job)
    lab = settings.lab
    if options.scheduler != "own" and kind != "swarm":
        raise CannotRunError(f"--scheduler {options.scheduler} starts services of a swarm: leave it out for {kind}")
    if kind == "swarm" and job.reading == "dotenv" and job.stack_file:
        why = "; ".join(job.reading_notes) or "you say so"
        raise CannotRunError(f"docker compose starts this job ({why}): give --kind compose, or --started-by stack")
    if kind == "systemd":
        words, secrets = _on_this_machine(settings, job)
        return units_of(
            [_program(), *words], cron=options.at, time_zone=job.text_of("TZ"), secrets=secrets,
            job=job.stack_file or job.env_files[0],
        )  # fmt: skip
    needs = needs_of_drill(
        job, settings.policy, os.environ,
        image=options.image, cron=options.at, node=options.node, service=lab.service or "",
        env_file=str(lab.env_file or ""), source=str(lab.source or ""), prefix=options.stack_name,
    )  # fmt: skip
    if kind == "compose":
        return {"drill.compose.yml": compose_file(needs, folder)}
    return {"drill.yml": swarm_file(needs, folder, by_cronjob=options.scheduler != "own")}


def _kind(job: "Job") -> str:
    if job.stack_file is None:
        return "systemd"
    return "compose" if job.reading == "dotenv" else "swarm"


def _on_this_machine(settings: "DrillSettings", job: "Job") -> tuple[list[str], list[str]]:
    """Return the words of a drill that runs here, and the variables whose value is kept elsewhere."""
    from verify.deployment.job_files import variables_asked_for  # noqa: PLC0415 - as above

    secret, plain = variables_asked_for(job, settings.policy, os.environ)
    given = {
        "stack": settings.lab.stack, "env-file": settings.lab.env_file, "service": settings.lab.service,
        "started-by": settings.lab.started_by, "source": settings.lab.source, "policy": settings.policy.file,
    }  # fmt: skip
    words = ["drill", *(f"--{name}={value}" for name, value in given.items() if value)]
    return [*words, "--report-dir=/var/lib/duplicity-verify"], [*secret, *plain]


def _program() -> str:
    typed = Path(sys.argv[0])
    found = str(typed.absolute()) if typed.name == "duplicity-verify" else shutil.which("duplicity-verify")
    return found or str(Path(sys.prefix) / "bin" / "duplicity-verify")


def _write(files: "Mapping[str, str]", folder: Path) -> None:
    """Write files that are not there yet: all of them, or none."""
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise CannotRunError(f"{folder / there[0]} exists and stays as it is: remove it, or name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise CannotRunError(f"{folder} cannot be written ({error.strerror}): name another folder") from None
    sys.stdout.writelines(f"wrote {folder / name}: read it; its first lines say how to start it\n" for name in files)
