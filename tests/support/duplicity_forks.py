"""duplicity's own commands, each in a process that is forked from one that has imported duplicity.

Import is most of what a command on a few small files costs. What is forked runs duplicity's own entry, words and exit
code included, so that hundreds of them cost seconds.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from verify.lab.client.provision import provision_duplicity

PROGRAM = """
import gc, json, os, runpy, sys
try:
    from duplicity.__main__ import dup_run
except ImportError:  # an older release

    def dup_run():
        runpy.run_path(os.path.join(os.path.dirname(sys.executable), "duplicity"), run_name="__main__")

from duplicity import backend, dup_main, dup_collections, patchdir, diffdir, gpg, log, manifest
log.setup()
backend.import_backends()
gc.freeze()
os.umask(0o022)

def die_after(puts):
    from duplicity.backends.localbackend import LocalBackend
    put, done = LocalBackend._put, []
    def counted(*arguments):
        put(*arguments)
        done.append(1)
        if len(done) == puts:
            os._exit(9)  # KILLED in second_opinion
    LocalBackend._put = counted

for line in sys.stdin:
    argv, environment, output = json.loads(line)
    child = os.fork()
    if not child:
        for number in (1, 2):
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(environment)
        sys.argv = ["duplicity", *argv]
        if "DIES_AFTER_PUTS" in environment:
            die_after(int(environment["DIES_AFTER_PUTS"]))
        code = 70
        try:
            code = dup_run()
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 0 if code is None else 1)
    _, status = os.waitpid(child, 0)
    print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    said: str


class DuplicityForks:
    """duplicity of a release, ready to be forked."""

    def __init__(self, folder: Path, release: str) -> None:
        """Given a folder for a home and for what commands print, start it."""
        self._folder, provisioned = folder, provision_duplicity(release)
        self.release = provisioned.release
        (folder / "home").mkdir(parents=True)
        env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [provisioned.python, "-W", "ignore", "-c", PROGRAM],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip

    @property
    def home(self) -> Path:
        """The home of the commands, which has gpg's."""
        return self._folder / "home"

    def __call__(self, *words: str, environment: Mapping[str, str]) -> Ended:
        """Run a command with variables; return how it ended. DIES_AFTER_PUTS kills it after so many uploads."""
        output = self._folder / "output"
        output.unlink(missing_ok=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([words, dict(environment), str(output)]) + "\n")
        self._process.stdin.flush()
        code = json.loads(self._process.stdout.readline())
        return Ended(code, output.read_text(encoding="utf-8", errors="replace") if output.exists() else "")

    def succeeds(self, *words: str, environment: Mapping[str, str]) -> str:
        """Run a command. Raise unless it ends with 0; return what it printed."""
        ended = self(*words, environment=environment)
        assert not ended.code, f"{words}: {ended}"
        return ended.said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # ends it, and closes both pipes
        home = self._folder / "home/.gnupg"
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
