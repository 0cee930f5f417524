"""A kind of destination, served, with what writes backups to it and what looks at them."""

import contextlib
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kinds import Served, ftpd, openssh, rclone, rsyncd, webdav

from verify.destinations.needs import needs_of
from verify.destinations.opening import view_of
from verify.destinations.view import NoView, View
from verify.drill.host.embedded import embedded_drill_host
from verify.drill.settings import DrillSettings
from verify.job import Job, read_job
from verify.job.destination.schemes import scheme_of
from verify.lab.client.provision import add_packages, provision_duplicity
from verify.lab.hosts.runs import LabelledRun
from verify.lab.settings import LabSettings
from verify.policy import Policy
from verify.secret import Secret

# How each kind is served, and by which programs.
SERVERS = {
    "sftp": (openssh, ("sshd", "ssh-keygen")),
    "scp": (openssh, ("sshd", "ssh-keygen", "scp")),
    "pexpect+sftp": (openssh, ("sshd", "ssh-keygen", "sftp")),
    "rsync+ssh": (openssh, ("sshd", "ssh-keygen", "rsync")),
    "rsync": (rsyncd, ("rsync",)),
    "ftp": (ftpd, ("lftp",)),
    "ncftp+ftp": (ftpd, ("ncftpls",)),
    "webdav": (webdav, ("rclone",)),
    "rclone": (rclone, ("rclone",)),
}
PASSPHRASE = "correct horse battery staple"


@dataclass
class Bench:
    """A kind of destination, served, and duplicity on this machine: what writes backups, and what looks at them."""

    served: Served
    folder: Path
    run: LabelledRun

    def job(self, name: str, **changed: str) -> Job:
        """Return a job whose destination is a folder of that name."""
        return read_job(self.env_file(name, **changed), None, {})

    def env_file(self, name: str, **changed: str) -> Path:
        """Write that job's env file."""
        own = shlex.join([*self.served.options, "--volsize=1", f"--archive-dir={self.folder}/archive-{name}"])
        variables = {
            "SRC": str(self.folder / "source"),
            "DST": self.served.dst(name),
            "OPTIONS": f"{own} --allow-source-mismatch --gpg-options=--s2k-count=65536",
            "PASSPHRASE": PASSPHRASE,
            **self.served.variables,
            **changed,
        }
        file = self.folder / f"{name}.env"
        file.write_text("".join(f"{key}={value}\n" for key, value in variables.items()))
        return file

    def back_up(self, name: str, at: int) -> None:
        """Take the next point at a time in seconds since the epoch."""
        job = self.job(name)
        own = {key: value.reveal() if isinstance(value, Secret) else value for key, value in job.duplicity_env.items()}
        env = {**own, "PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        words = [*job.options, f"--current-time={at}", job.source, job.destination]
        made = provision_duplicity()
        add_packages(made, needs_of(scheme_of(job.destination)).packages)
        done = subprocess.run([*made.command, *words], check=False, capture_output=True, text=True, env=env)
        assert done.returncode == 0, done.stdout + done.stderr

    @contextlib.contextmanager
    def view(self, job: Job) -> Iterator[View]:
        """Give what is seen of a job's destination."""
        settings = DrillSettings(lab=LabSettings(), policy=Policy(), folder=self.folder / "drill")
        with embedded_drill_host(settings, job, self.run) as host:
            view = view_of(job, host.main, {}, host.looking(job))
            assert not isinstance(view, NoView)
            yield view


def planted(bench: Bench) -> Bench:
    """Take a full and an incremental of two volumes each, at `healthy`; return the bench."""
    source = bench.folder / "source"
    source.mkdir()
    (source / "large").write_bytes(os.urandom(1_500_000))
    if bench.served.kind in {"ncftp+ftp", "rsync+ssh"}:
        bench.served.place("healthy").mkdir()  # which these two do not
    bench.back_up("healthy", 1_790_000_000)
    (source / "larger").write_bytes(os.urandom(1_500_000))
    bench.back_up("healthy", 1_790_086_400)
    return bench
