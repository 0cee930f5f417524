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
from verify.options import JOB, LAB, POLICY, RUN

if TYPE_CHECKING:
    from verify.lab.hosts.runtime import RuntimeChoice

EXAMPLES = """examples:
  duplicity-verify                                       the sample job
  duplicity-verify --env-file duplicity.env --stack stack.yml
                                                         your own job
  duplicity-verify --source /etc --runtime embedded      a real folder as one more tree; it is only read
  duplicity-verify -k encrypt --profile smoke            some tests, few examples"""

WITHOUT_EFFECT = {  # options of each runtime alone, and what to give so that they have one
    "embedded": dict.fromkeys(("--duplicity-image", "--minio-image"), "give --runtime docker where an engine answers"),
    "docker": {"--duplicity-command": "give --runtime embedded"},
}


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify", "Verifies a duplicity job in a throw-away lab: would this backup come back?", EXAMPLES
    )
    for title, options in (("the job", JOB), ("the policy", POLICY), ("the lab", LAB), ("the run", RUN)):
        made.add_options(title, options)
    add_pytest_options(made)
    return made


def run(options: argparse.Namespace) -> int:
    """Run the suite by pytest; return the exit code."""
    take_policy(options)
    look_at(options)
    modules = [suite(), *([tests("lock")] if options.lock else [])]
    return run_tests(modules, parser(), options, (*JOB, *POLICY, *LAB, *RUN))


def look_at(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.job import read_job  # noqa: PLC0415 - after --help and --version
    from verify.lab.hosts.runs import scratch_place  # noqa: PLC0415 - as above
    from verify.lab.hosts.runtime import choose  # noqa: PLC0415 - as above
    from verify.lab.hosts.transfer import must_hold_something  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    if options.workers < 1:
        raise CannotRunError(f"-n {options.workers} leaves nothing to run with: give 1 or more")
    must_be_writable(Path(options.report_dir))
    scratch_place()
    settings = LabSettings.from_options(vars(options))
    read_job(settings.env_file, settings.stack, os.environ)
    if settings.source:
        must_hold_something(settings.source)
    must_go_together(options, choose(options.runtime))


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
