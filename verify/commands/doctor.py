"""`duplicity-verify doctor`: what this machine can run, and what to install."""

import argparse
import os
import sys

from verify.commands.parsers import Parser
from verify.errors import COULD_NOT_RUN
from verify.options import JOB, LAB

EXAMPLES = """examples:
  duplicity-verify doctor                                what this machine can do, and what it lacks
  duplicity-verify doctor --env-file duplicity.env       also what that job's destination needs
  duplicity-verify doctor --prepare                      fill the cache, for a machine without network"""
EXIT_CODES = "exit codes: 0 a run works here, 2 it does not"


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify doctor", "Shows what this machine can run, and what to install.", EXAMPLES, EXIT_CODES
    )
    made.add_argument("--prepare", action="store_true", help="fill the cache beforehand")
    made.add_options("the job", (each for each in JOB if each.name != "source"))
    made.add_options("the lab", (each for each in LAB if each.name == "duplicity_release"))
    return made


def run(options: argparse.Namespace) -> int:
    """Print what this machine can do; return 0 if a lab can run on it, else 2."""
    from verify.lab.doctor import examine, prepare  # noqa: PLC0415 - imports what --help may not need
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above

    named = options.env_file or options.stack
    job = LabSettings.from_options(vars(options)).read_job(os.environ) if named else None
    if options.prepare:
        for step in prepare(options.duplicity_release, job):
            sys.stderr.write(f"{step} …\n")
    lines = examine(options.duplicity_release, job)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return COULD_NOT_RUN if any(line.needed and not line.ok for line in lines) else 0
