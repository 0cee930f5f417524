"""`duplicity-verify`: the main job. The verification suite on a job, in a throw-away lab."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from verify.assets import suite, tests
from verify.commands.parsers import Parser
from verify.commands.policy_options import take_policy
from verify.commands.suite_run import add_pytest_options, run_tests
from verify.errors import CannotRunError
from verify.options import AGAIN, JOB, LAB, POLICY, PROOFS, RUN

if TYPE_CHECKING:
    from verify.lab.hosts.runtime import RuntimeChoice

EXAMPLES = """examples:
  duplicity-verify                                       a sample job
  duplicity-verify --env-file duplicity.env --stack stack.yml
                                                         your own job
  duplicity-verify --source /etc --runtime embedded      back up and restore a real folder too; it is only read
  duplicity-verify -k encrypt --profile smoke            some tests, few examples"""

DESCRIPTION = """Would this backup come back? Runs your duplicity job in a throw-away lab: it backs up,
restores and compares. Your real backup is not touched; `duplicity-verify drill` checks that one.
Without --env-file and --stack it runs a sample job."""
WITHOUT_EFFECT = {  # options of each runtime alone, and what to give so that they have one
    "embedded": dict.fromkeys(("--duplicity-image", "--minio-image"), "give --runtime docker"),
    "docker": {"--duplicity-command": "give --runtime embedded"},
}


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify", DESCRIPTION, EXAMPLES)
    for title, options in (("the job", JOB), ("the policy", POLICY), ("the lab", LAB), ("the run", (*RUN, AGAIN))):
        made.add_options(title, options)
    made.add_output()
    add_pytest_options(made)
    made.set_defaults(proofs=True)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the suite by pytest; return the exit code."""
    take_policy(options)
    runtime = look_at(options)
    modules = [suite(), *([tests("lock")] if options.lock else [])]
    return run_tests(modules, parser(), options, (*JOB, *POLICY, *LAB, *RUN, AGAIN, PROOFS), runtime)


def look_at(options: argparse.Namespace) -> "RuntimeChoice":
    """Return the runtime. Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.lab.hosts.runs import scratch_place  # noqa: PLC0415 - after --help and --version
    from verify.lab.hosts.runtime import choose  # noqa: PLC0415 - as above
    from verify.lab.hosts.transfer import must_hold_something  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    if options.workers < 1:
        raise CannotRunError(f"-n {options.workers} leaves nothing to run with: give 1 or more")
    scratch_place()
    settings = LabSettings.from_options(vars(options))
    settings.read_job(os.environ)
    if settings.source:
        must_hold_something(settings.source)
    runtime = choose(options.runtime)
    must_go_together(options, runtime)
    must_be_writable(Path(options.report_dir))
    return runtime


def must_go_together(options: argparse.Namespace, runtime: "RuntimeChoice") -> None:
    """Given the options and the runtime of the run, raise `CannotRunError` where one would be without effect.

    A verdict on another duplicity than the one that was named would be a wrong one.
    """
    for flag, other in WITHOUT_EFFECT[runtime.name].items():
        if getattr(options, flag.removeprefix("--").replace("-", "_")):
            here = f"in the {runtime.name} runtime ({runtime.why})"
            raise CannotRunError(f"{flag} has no effect {here}: {other}, or leave it out")
    for flag in ("duplicity_image", "duplicity_command"):
        if getattr(options, flag) and options.duplicity_release:
            named = flag.replace("_", "-")
            raise CannotRunError(f"--{named} brings a duplicity of its own: leave out --duplicity-release")
