"""How a saboteur comes in: in duplicity's place, in a job's files, as a source, on top of an image."""

import contextlib
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.assets import sample_env, sample_stack, tests
from verify.detection.catalogue import Saboteur, program
from verify.detection.deciding_folders import LISTING, PROMISES, folder_of
from verify.detection.pytest_runs import run_pytest
from verify.lab.client.provision import Provisioned

HIT = "hit \n"


@dataclass(frozen=True)
class Bench:
    """What trials have in common.

    `duplicity` is what is sabotaged, `profiles` are those to try, smallest first, and `folder` is for what trials
    leave, a folder each. `containers` says whether an engine answers; `everything` whether all is to run in them.
    """

    duplicity: Provisioned
    profiles: Sequence[str]
    folder: Path
    containers: bool = False
    everything: bool = False

    def runtime_of(self, saboteur: Saboteur) -> str:
        """Return the runtime that a saboteur is tried out in; empty where this machine does not have it."""
        if saboteur.lab == "docker" or (self.everything and not saboteur.lab):
            return "docker" if self.containers else ""
        return "embedded"


@contextlib.contextmanager
def brought_in(saboteur: Saboteur, bench: Bench, folder: Path) -> Iterator[list[str]]:
    """Given a saboteur and the folder of its trial, give pytest's options that bring it in.

    What it hits is noted in the folder's `notes`, by itself, or here where it has nothing else to do.
    """
    runtime = bench.runtime_of(saboteur)
    options = [f"--runtime={runtime}", f"--duplicity-release={bench.duplicity.release}"]
    if saboteur.means == "image" or (saboteur.means == "command" and runtime == "docker"):
        from verify.detection.layers import layered  # noqa: PLC0415 - imports docker

        with layered(saboteur, str(bench.duplicity.release), folder / "notes") as image:
            yield [*options, f"--duplicity-image={image}"]
    elif saboteur.means == "command":
        yield [*options, f"--duplicity-command={_command(saboteur, bench, folder)}"]
    elif saboteur.means == "source":
        (folder / "source").mkdir()
        _note(_run(saboteur, folder / "source"), folder)
        yield [*options, f"--source={folder / 'source'}"]
    else:
        yield [*options, *_job(saboteur, folder)]


def _command(saboteur: Saboteur, bench: Bench, folder: Path) -> str:
    # By duplicity's own Python, whose modules the lab asks for URL schemes.
    run = [bench.duplicity.python, str(program()), "command", saboteur.name, str(folder / "notes")]
    return shlex.join([*run, str(folder / "state"), *bench.duplicity.command, "--"])


def _job(saboteur: Saboteur, folder: Path) -> list[str]:
    """Let a saboteur at copies of the sample job's files; return the options that name them, for what decides."""
    before, after = Files(folder / "before"), Files(folder / "after")
    for files in (before, after):
        files.write()
    _note(_run(saboteur, after.env, after.stack), folder)
    decided = folder_of(saboteur.check)
    name = decided.name if decided else ""
    if name not in ("selection", "regression"):
        return after.options
    (folder / "listing").write_text(LISTING)
    listing = f"--listing={folder / 'listing'}"
    if name == "selection":
        return [*after.options, listing, *PROMISES]
    changed = "stack" if before.env.read_bytes() == after.env.read_bytes() else "env"
    change = [f"--before={getattr(before, changed)}", f"--after={getattr(after, changed)}"]
    return [*before.options, *change, listing, *(_lock(before, folder) if saboteur.check == "lock-current" else [])]


@dataclass(frozen=True)
class Files:
    """The files of a job in a folder: the sample job's, which makes fulls once a month besides."""

    folder: Path

    @property
    def env(self) -> Path:
        """The env file."""
        return self.folder / "duplicity.env"

    @property
    def stack(self) -> Path:
        """The stack file."""
        return self.folder / "stack.yml"

    @property
    def options(self) -> list[str]:
        """What names them to pytest."""
        return [f"--env-file={self.env}", f"--stack={self.stack}"]

    def write(self) -> None:
        """Make the folder and the files."""
        self.folder.mkdir()
        self.env.write_text(sample_env().read_text().replace("\nOPTIONS=", "\nOPTIONS=--full-if-older-than 1M "))
        self.stack.write_bytes(sample_stack().read_bytes())


def _lock(approved: Files, folder: Path) -> list[str]:
    """Let a job be approved; return the option that names the lock."""
    lock, reports = f"--lock={folder / 'duplicity-verify.lock'}", folder / "approval"
    reports.mkdir()
    run_pytest(
        tests("lock"), [*approved.options, lock, "--update-lock", f"--report-dir={reports}"], reports, timeout=60
    )
    return [lock]


def _note(struck: bool, folder: Path) -> None:
    if struck:
        (folder / "notes").write_text(HIT)


def _run(saboteur: Saboteur, *paths: Path) -> bool:
    """Let a saboteur at files or a folder; return whether it changed something."""
    argv = [sys.executable, str(program()), saboteur.means, saboteur.name, *map(str, paths)]
    return subprocess.run(argv, check=False).returncode == 0
