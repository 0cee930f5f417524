"""A job whose destination is several stores behind one URL, as duplicity's `multi:` backend has them; or one URL."""

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commands import Command

from verify.destinations.needs import needs_of
from verify.job import read_job
from verify.job.destination.schemes import scheme_of
from verify.lab.client.provision import provision_duplicity, with_packages
from verify.secret import Secret

PASSPHRASE = "correct horse battery staple"
FULL, INCREMENTAL = 1_790_000_000, 1_790_086_400
RELEASE = "3.2.1"


@dataclass
class Several:
    """The job, with stores by URL and their variables; `options` are its own besides."""

    folder: Path
    stores: Sequence[tuple[str, Mapping[str, str]]]
    mode: str = "mirror"
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    release: str = RELEASE
    command: str = ""  # in duplicity's place
    url: str = ""  # in place of several stores

    def env_file(self, query: str = "", **changed: str) -> Path:
        """Write the job's env file, and the file that names the stores."""
        stores = self.folder / "stores.json"
        named = [
            {"url": url, "env": [{"name": name, "value": value} for name, value in own.items()]}
            for url, own in self.stores
        ]
        stores.write_text(json.dumps(named))
        own = [*self.options, "--volsize=1", f"--archive-dir={self.folder}/archive", "--allow-source-mismatch"]
        variables = {
            "SRC": str(self.folder / "source"),
            "DST": self.url or f"multi://{stores}?{query or f'mode={self.mode}'}",
            "OPTIONS": shlex.join([*own, "--gpg-options=--s2k-count=65536"]),
            "PASSPHRASE": PASSPHRASE,
            **self.variables,
            **changed,
        }
        file = self.folder / "several.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        return file

    def back_up(self) -> None:
        """Take a full and an incremental, of two volumes each."""
        source = self.folder / "source"
        source.mkdir()
        for name, at in (("large", FULL), ("larger", INCREMENTAL)):
            (source / name).write_bytes(os.urandom(1_500_000))
            done = self.duplicity(f"--current-time={at}", str(source), self.destination)
            assert done.returncode == 0, done.stdout + done.stderr

    @property
    def destination(self) -> str:
        return read_job(self.env_file(), None, {}).destination

    def duplicity(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run duplicity with the job's options and variables."""
        job = read_job(self.env_file(), None, {})
        own = {name: each.reveal() if isinstance(each, Secret) else each for name, each in job.duplicity_env.items()}
        env = {**own, "PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        made = provision_duplicity(self.release)
        for url in (self.url, *(url for url, _ in self.stores)):
            made = with_packages(made, needs_of(scheme_of(url), made.release).packages)
        argv = [*made.command, *words[:-2], *job.options, *words[-2:]]
        return subprocess.run(argv, check=False, capture_output=True, text=True, env=env)

    def drilled(
        self, report: Path, *words: str, env_file: Path | None = None, release: str = "", runtime: str = "embedded"
    ) -> tuple[int, dict[str, Any], str]:
        """Drill; return the exit code, the report, and what was printed."""
        file = env_file or self.env_file()
        which = (
            f"--duplicity-command={self.command}" if self.command else f"--duplicity-release={release or self.release}"
        )
        given = (f"--runtime={runtime}", "--max-age=100000d", which, *words)
        done = Command("drill", f"--env-file={file}", f"--report-dir={report}", *given, folder=self.folder).ended()
        said = done.out + done.err
        written = report / "report.json"
        return done.code, json.loads(written.read_text()) if written.exists() else {}, said


def outcomes_of(report: Mapping[str, Any]) -> dict[str, str]:
    """Return what became of each check."""
    return {each["id"]: each["outcome"] for each in report["checks"]}


def only_finding(code: int, report: Mapping[str, Any], said: str) -> Mapping[str, Any]:
    """Return the one finding of a drill. Raise unless there is exactly one, and it is a verdict."""
    assert code == 1, said
    (found,) = report["findings"]
    assert isinstance(found, dict)
    return found
