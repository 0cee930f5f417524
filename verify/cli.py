"""The console command: looks at its arguments, then runs pytest on the suite."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import verify
from verify.assets import sample_env, sample_stack, suite
from verify.errors import CannotRunError

COULD_NOT_RUN = 2
EXAMPLES = """examples:
  duplicity-verify                                      the sample job
  duplicity-verify --env-file duplicity.env --stack stack.yml
  duplicity-verify --source /etc --runtime embedded     a real folder as one more tree; it is only read
  duplicity-verify doctor                               what this machine can do, and what it lacks

exit codes: 0 proven, 1 findings, 2 could not run"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with code 2."""
        self.exit(COULD_NOT_RUN, f"duplicity-verify: {message}; see duplicity-verify --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return doctor(options) if options.command == "doctor" else run(options)
    except CannotRunError as error:
        print(f"duplicity-verify: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        print("duplicity-verify: interrupted; nothing left behind", file=sys.stderr)
        return COULD_NOT_RUN


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        prog="duplicity-verify",
        description="Verifies a duplicity job in a throw-away lab: would this backup come back?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("command", nargs="?", choices=["doctor"], help="doctor: say what this machine can do, and what to install")
    add("--version", action="version", version=f"duplicity-verify {verify.__version__}")
    add("--env-file", metavar="FILE", help="the job's duplicity.env (default: the sample job's)")
    add("--stack", metavar="FILE", help="the job's stack file")
    add("--source", metavar="DIR", help="a real folder to back up and restore too; it is only read")
    add("--runtime", choices=("auto", "docker", "embedded"), default="auto", help="where the lab runs (default: auto)")
    add("--duplicity-image", metavar="IMAGE", help="the job's image (default: one of our own, built when absent)")
    add("--duplicity-release", metavar="VERSION", help="duplicity release from PyPI (default: 3.2.1)")
    add("--duplicity-command", metavar="PROGRAM", help="program to run in duplicity's place (embedded)")
    add("--minio-image", metavar="IMAGE", help="image of the MinIO container")
    add("--profile", choices=("smoke", "default", "nightly"), default="default", help="how much is drawn")
    add("--report-dir", metavar="DIR", default=".duplicity-verify", help="for the reports (default: %(default)s)")
    add("-k", metavar="EXPRESSION", dest="keyword", help="run only the tests that match, as in pytest")
    add(
        "-n",
        metavar="WORKERS",
        dest="workers",
        type=int,
        default=os.cpu_count() or 1,
        help="labs at once (default: cores)",
    )
    add("--prepare", action="store_true", help="with doctor: fill the cache, for a machine without network")
    return made


def doctor(options: argparse.Namespace) -> int:
    """Print what this machine can do; 0 if a lab can run, else 2."""
    from verify.lab.doctor import examine, prepare  # noqa: PLC0415 - imports what a run may not need

    if options.prepare:
        prepare(options.duplicity_release)
    lines = examine()
    for line in lines:
        print(line)
    return COULD_NOT_RUN if any(line.needed and not line.ok for line in lines) else 0


def run(options: argparse.Namespace) -> int:
    """Run the suite by pytest, with our own reporter in place of pytest's; return the exit code."""
    look_at(options)
    import pytest  # noqa: PLC0415 - what is wrong with the arguments is said without it
    from rich.console import Console  # noqa: PLC0415 - as above

    from verify.report.console import ConsoleReporter  # noqa: PLC0415 - as above

    reporter = ConsoleReporter(Console(highlight=False))
    code = pytest.main(pytest_arguments(options), plugins=[reporter])
    return reporter.exit_code if reporter.exit_code is not None else max(int(code), COULD_NOT_RUN)


def look_at(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.job import read_job  # noqa: PLC0415 - after --help and --version
    from verify.lab.runtime import choose  # noqa: PLC0415 - as above

    env_file, stack = options.env_file, options.stack
    if not env_file and not stack:
        env_file, stack = sample_env(), sample_stack()
    read_job(Path(env_file) if env_file else None, Path(stack) if stack else None, os.environ)
    if options.source and not Path(options.source).is_dir():
        raise CannotRunError(f"--source {options.source} is no folder: name one that exists")
    choose(options.runtime)
    try:
        Path(options.report_dir).mkdir(parents=True, exist_ok=True)
        probe = Path(options.report_dir, ".writable")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotRunError(
            f"no report can be written to {options.report_dir} ({error.strerror}): name a folder with --report-dir"
        ) from error


def pytest_arguments(options: argparse.Namespace) -> list[str]:
    """Return pytest's arguments: the suite's folder as its root, and nothing of the caller's configuration."""
    folder = suite()
    given = {
        name: getattr(options, name.replace("-", "_"))
        for name in (
            "env-file", "stack", "source", "runtime", "duplicity-image", "duplicity-release", "duplicity-command",
            "minio-image", "profile", "report-dir",
        )
    }  # fmt: skip
    ours = [f"--{name}={value}" for name, value in given.items() if value]
    isolated = ["-c", os.devnull, f"--rootdir={folder}", f"--confcutdir={folder}", "--import-mode=importlib"]
    plugins = ["-p", "verify.plugin", "-p", "no:cacheprovider", "-p", "no:terminalreporter"]
    chosen = ["-k", options.keyword] if options.keyword else []
    workers = ["-n", str(options.workers), "--dist=worksteal"] if options.workers > 1 else ["-p", "no:xdist"]
    return [str(folder), *isolated, *plugins, *workers, *chosen, *ours]
