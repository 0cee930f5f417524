"""A kind of destination, served, with what writes backups to it and what looks at them."""

import contextlib
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version
from vendors.stores import KINDS, VendorStore

from verify.destinations.needs import needs_of
from verify.destinations.opening import view_of
from verify.destinations.view import NoView, View
from verify.drill.host.embedded import embedded_drill_host
from verify.drill.settings import DrillSettings
from verify.job import Job, read_job
from verify.job.destination.schemes import scheme_of
from verify.lab.client.provision import (
    DEFAULT_RELEASE,
    minio_binary,
    provision_duplicity,
    provision_server,
    with_packages,
)
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.settings import LabSettings
from verify.lab.stores.destination import Destination
from verify.lab.stores.kinds import S3, lacking, server_of
from verify.lab.stores.minio import start_minio
from verify.lab.stores.starting import start_served
from verify.lab.stores.store import Store
from verify.policy import Policy
from verify.secret import Secret

PASSPHRASE = "correct horse battery staple"


def cannot_serve(kind: str) -> str:
    """Return why this machine cannot serve a kind; empty where it can."""
    if kind == S3:
        return "" if minio_binary() else "MinIO is not here: ci/prepare-host installs it"
    missing = [] if kind in KINDS else [*lacking(kind)]
    return f"{missing[0]} is not installed: ci/prepare-host does" if missing else ""


def served(kind: str, run: LabelledRun, host: Host, release: str = DEFAULT_RELEASE) -> Store:
    """Serve a kind on this machine; a vendor's is emulated. `release` is of duplicity, whose URLs differ for S3."""
    if kind == S3:
        binary = minio_binary()
        assert binary, "no MinIO here: ci/prepare-host installs it"
        return start_minio(binary, run, Version(release))
    if kind in KINDS:
        return VendorStore(kind, Path(host.scratch_path(f"{kind}-login")))
    return start_served(kind, run, host, provision_server(server_of(kind)))


@dataclass
class Bench:
    """A kind of destination, served, and duplicity on this machine: what writes backups, and what looks at them."""

    store: Store
    folder: Path
    run: LabelledRun
    release: str = DEFAULT_RELEASE

    @property
    def healthy(self) -> Destination:
        """Where the backup lies."""
        return self.store.destination("healthy")

    def entered_with(self, password: str) -> Mapping[str, str]:
        """Return the destination's variables that hold a password, with another one; none where there is none."""
        keys = getattr(self.store, "keys", None)  # a vendor's password is the whole value
        changed = {}
        for name, value in self.healthy.env.items():
            if isinstance(value, Secret):
                own = keys[1].reveal() if keys else value.reveal()
                changed[name] = value.reveal().replace(own, password)
        return changed

    def job(self, at: Destination, **changed: str) -> Job:
        """Return a job with that destination."""
        return read_job(self.env_file(at, **changed), None, {})

    def env_file(self, at: Destination, **changed: str) -> Path:
        """Write that job's env file."""
        own = shlex.join([*at.options, "--volsize=1", f"--archive-dir={self.folder}/archive"])
        variables: Mapping[str, str | Secret] = {
            "SRC": str(self.folder / "source"),
            "DST": at.url,
            "OPTIONS": f"{own} --allow-source-mismatch --gpg-options=--s2k-count=65536",
            "PASSPHRASE": PASSPHRASE,
            **at.env,
            **changed,
        }
        shown = {key: value.reveal() if isinstance(value, Secret) else value for key, value in variables.items()}
        file = self.folder / "duplicity.env"
        file.write_text("".join(f"{key}={value}\n" for key, value in shown.items()))
        return file

    def back_up(self, at: Destination, moment: int) -> None:
        """Take the next point at a time in seconds since the epoch."""
        self.duplicity(*self._to_back_up(at, moment))

    def cut_short(self, at: Destination, moment: int) -> None:
        """Take the next point, and kill that backup as soon as a file of it lies there."""
        before = len(at.objects())
        with self.started(*self._to_back_up(at, moment)) as child:
            while len(at.objects()) == before:
                assert child.poll() is None, child.communicate()
            child.kill()
        assert child.returncode < 0, "it was quicker"

    def _to_back_up(self, at: Destination, moment: int) -> tuple[Job, *tuple[str, ...]]:
        job = self.job(at)
        return job, *job.options, f"--current-time={moment}", job.source, job.destination

    def duplicity(self, job: Job, *words: str) -> None:
        """Run duplicity with the job's variables; it has to end well."""
        child = self.started(job, *words)
        said, _ = child.communicate()
        assert child.returncode == 0, said

    def started(self, job: Job, *words: str) -> subprocess.Popen[str]:
        """Start duplicity with the job's variables; what it prints is piped."""
        own = {key: value.reveal() if isinstance(value, Secret) else value for key, value in job.duplicity_env.items()}
        env = {**own, "PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        made = provision_duplicity(self.release)
        made = with_packages(made, needs_of(scheme_of(job.destination), made.release).packages)
        argv = [*made.command, *words]
        return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)

    @contextlib.contextmanager
    def view(self, job: Job) -> Iterator[View]:
        """Give what is seen of a job's destination."""
        settings = DrillSettings(
            lab=LabSettings(duplicity_release=self.release), policy=Policy(), folder=self.folder / "drill"
        )
        with embedded_drill_host(settings, job, self.run) as host:
            view = view_of(job, host.main, {}, host.looking(job))
            assert not isinstance(view, NoView)
            yield view


def planted(bench: Bench) -> Bench:
    """Take a full and an incremental of two volumes each, as `healthy`; return the bench."""
    source = bench.folder / "source"
    source.mkdir()
    (source / "large").write_bytes(os.urandom(1_500_000))
    at = bench.healthy
    at.put("made by hand", b"")  # makes the folder, which some of duplicity's backends do not
    at.remove("made by hand")
    bench.back_up(at, 1_790_000_000)
    (source / "larger").write_bytes(os.urandom(1_500_000))
    bench.back_up(at, 1_790_086_400)
    return bench


def without_server(at: Destination, port: int) -> Destination:
    """Return a destination as it would be on a server, or behind a proxy, that nobody runs."""
    env = {name: replaced(value, f":{port}", ":9") for name, value in at.env.items()}
    return replace(at, url=at.url.replace(f":{port}", ":9"), env=env)


def replaced(value: str | Secret, old: str, new: str) -> str | Secret:
    """Return a variable's value with another word in it."""
    return Secret(value.reveal().replace(old, new)) if isinstance(value, Secret) else value.replace(old, new)
