"""A job with backups on a MinIO: points taken by the job's own command, copies of them to damage, and drills."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from commands import Command
from minio import Minio
from minio.commonconfig import CopySource
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

from verify.errors import CannotRunError
from verify.job import read_job
from verify.lab.client.provision import minio_binary, provision_duplicity
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.servers import Command as ServerCommand
from verify.lab.stores.servers import Keys, Server, serve
from verify.secret import Secret

BUCKET = "jack-and-jills-bucket"
HEALTHY = "healthy"  # the prefix of the backup that is left as it is
PATIENCE = 30.0
RUNTIME_ONLY = "runtime"  # a folder that the job excludes
WORKBENCH, KEPT = "workbench", "kept"  # a folder that scenarios change, and the file that is always in it
CANNOT_RUN = 2  # the exit code
READ_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        }
    ],
}


@dataclass
class Audit:
    """What a MinIO says of each request that it has answered, as it comes."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""


@dataclass
class Report:
    """How a drill ended, and what it wrote."""

    code: int
    said: str
    json: Mapping[str, Any]
    markdown: str

    @property
    def failed(self) -> set[str]:
        """The checks that failed."""
        return {finding["check"] for finding in self.json["findings"]}

    @property
    def outcomes(self) -> dict[str, str]:
        """What became of each check."""
        return {each["id"]: each["outcome"] for each in self.json["checks"]}

    def must_be_proven(self) -> None:
        """Raise unless nothing was found."""
        assert (self.code, self.failed) == (0, set()), self.said

    def only_finding(self, check: str) -> Mapping[str, Any]:
        """Return the one finding that there is. Raise unless it is the only one, and of the check."""
        assert (self.code, self.failed) == (1, {check}), self.said
        assert "error" not in self.outcomes.values(), self.said
        (found,) = self.json["findings"]
        assert isinstance(found, dict)
        return found

    def sentence(self) -> str:
        """Return why there is no verdict. Raise if there is one."""
        assert self.code == CANNOT_RUN, self.said
        return str(self.json["sentence"])


@dataclass
class Site:
    """A MinIO with a job's backups, and the source that they are of."""

    folder: Path
    address: str
    keys: Keys
    client: Minio
    audit: Audit
    admin: MinioAdmin
    runtimes: tuple[str, ...] = ("embedded",)
    by_night: bool = False
    volume_size: int = 1  # MiB

    @property
    def source(self) -> Path:
        return self.folder / "data"

    def env_file(self, prefix: str, **changed: str) -> Path:
        """Write the job's env file, with the destination below a prefix, and variables changed."""
        source = self.source
        variables = {
            "SRC": str(source),
            "DST": f"s3:///{BUCKET}/{prefix}",
            "OPTIONS": f"--allow-source-mismatch --exclude {source}/{RUNTIME_ONLY} --volsize {self.volume_size}"
            f" --gpg-options=--s2k-count=65536"  # a passphrase that costs nothing to try: half of a scenario's time
            f" --archive-dir={self.folder}/archive-{prefix} --s3-endpoint-url=http://{self.address}",
            "AWS_ACCESS_KEY_ID": self.keys[0].reveal(),
            "AWS_SECRET_ACCESS_KEY": self.keys[1].reveal(),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
            "PASSPHRASE": "correct horse battery staple",
            "JOB_300_WHAT": "backup",
            "JOB_300_WHEN": "daily weekly",
            "JOB_300_HEALTHCHECKS_URL": "https://checks.example.org/ping/of-the-job",  # a drill pings nobody by it
            "JOB_400_WHAT": "dup full $SRC $DST",
            "JOB_400_WHEN": "monthly",
            "JOB_500_WHAT": "dup remove-all-but-n-full 3 --force $DST",
            "JOB_500_WHEN": "monthly",
        }
        file = self.folder / f"{prefix}.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in {**variables, **changed}.items()))
        return file

    @contextlib.contextmanager
    def workbench(self) -> Iterator[Path]:
        """Give the folder of the source that a scenario may change; afterwards it is as it was before."""
        folder = self.source / WORKBENCH
        try:
            yield folder
        finally:
            for path in folder.iterdir():
                if path.name != KEPT:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def back_up(self, prefix: str, *options: str, at: float | None = None, source: Path | None = None) -> None:
        """Take the next point, as the image's `backup` does: full where there is none, else incremental."""
        job = read_job(self.env_file(prefix), None, {})
        clock = () if at is None else (f"--current-time={int(at)}",)
        there = str(source or job.source)
        own = [word.replace(job.source, there) for word in job.options]
        self.duplicity(prefix, *clock, *options, *own, there, job.destination)

    def duplicity(self, prefix: str, *words: str) -> float:
        """Run duplicity with the job's environment; return the seconds that it took."""
        job = read_job(self.env_file(prefix), None, {})
        own = {
            name: value.reveal() if isinstance(value, Secret) else value for name, value in job.duplicity_env.items()
        }
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        env = {**own, "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(self.folder)}
        begun = time.perf_counter()
        subprocess.run([*provision_duplicity().command, *words], check=True, capture_output=True, env=env)
        return time.perf_counter() - begun

    def copy(self, prefix: str, of: str = HEALTHY) -> list[str]:
        """Make a prefix hold a copy of a backup, with the job's archive; return the names of its objects."""
        for name in self.names(prefix):
            self.remove(prefix, name)
        shutil.rmtree(self.folder / f"archive-{prefix}", ignore_errors=True)
        for name in self.names(of):
            self.client.copy_object(BUCKET, f"{prefix}/{name}", CopySource(BUCKET, f"{of}/{name}"))
        if (self.folder / f"archive-{of}").exists():
            shutil.copytree(self.folder / f"archive-{of}", self.folder / f"archive-{prefix}")
        return self.names(prefix)

    def names(self, prefix: str) -> list[str]:
        """Return the names of a backup's objects."""
        listed = self.client.list_objects(BUCKET, prefix=f"{prefix}/", recursive=True)
        return [(each.object_name or "").removeprefix(f"{prefix}/") for each in listed]

    def read(self, prefix: str, name: str) -> bytes:
        """Return an object's bytes."""
        response = self.client.get_object(BUCKET, f"{prefix}/{name}")
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def write(self, prefix: str, name: str, data: bytes) -> None:
        """Replace an object."""
        self.client.put_object(BUCKET, f"{prefix}/{name}", io.BytesIO(data), len(data))

    def remove(self, prefix: str, name: str) -> None:
        """Remove an object."""
        self.client.remove_object(BUCKET, f"{prefix}/{name}")

    def words(self, env_file: Path, *options: str, report: Path, runtime: str) -> list[str]:
        """Return the console command of a drill."""
        return [sys.executable, "-m", "verify.cli", *self._arguments(env_file, options, report, runtime)]

    def _arguments(self, env_file: Path, options: tuple[str, ...], report: Path, runtime: str) -> list[str]:
        own = (f"--env-file={env_file}", f"--runtime={runtime}", f"--report-dir={report}")
        return ["drill", *own, *options]

    def drill(self, env_file: Path, *options: str, report: Path, runtime: str = "embedded") -> Report:
        """Run a drill by the console command, and return what came of it."""
        started = self._started(env_file, options, report, runtime)
        return _told(started, report)

    def drills(self, env_file: Path, *options: str, report: Path, everywhere: bool = False) -> Iterator[Report]:
        """Run a drill in each runtime, all at once; yield what came of each, which is in a folder of its name.

        By day that is one runtime, which depends on the job's name, unless the test needs it `everywhere`: what a
        drill says of a backup comes from the same code in both.
        """
        both = everywhere or self.by_night
        ours = self.runtimes if both else (self.runtimes[crc32(env_file.name.encode()) % len(self.runtimes)],)
        folders = {runtime: report / runtime for runtime in ours}
        started = {runtime: self._started(env_file, options, folders[runtime], runtime) for runtime in folders}
        try:
            for runtime, process in started.items():
                yield _told(process, folders[runtime])
        finally:
            for process in started.values():
                process.terminate()  # where an earlier one was not what it should be

    def _started(self, env_file: Path, options: tuple[str, ...], report: Path, runtime: str) -> Command:
        return Command(*self._arguments(env_file, options, report, runtime), folder=self.folder)


def _told(command: Command, report: Path) -> Report:
    done = command.ended()
    files = report / "report.json", report / "report.md"
    data, text = (file.read_text() if file.exists() else "" for file in files)
    return Report(done.code, done.out, json.loads(data or "{}"), text)


@contextlib.contextmanager
def opened_site(run: LabelledRun, folder: Path, audit: Audit, here: str = "127.0.0.1") -> Iterator[Site]:
    """Give a MinIO with an empty bucket at an address of this machine; it tells `audit` of each request.

    Raise `CannotRunError` where this machine has no MinIO.
    """
    binary = minio_binary()
    if binary is None:
        raise CannotRunError("there is no MinIO on PATH, nor in the cache: run ci/prepare-host")

    def command(data: Path, port: int, keys: Keys) -> ServerCommand:
        root = {"MINIO_ROOT_USER": keys[0].reveal(), "MINIO_ROOT_PASSWORD": keys[1].reveal()}
        told = {"MINIO_AUDIT_WEBHOOK_ENABLE_test": "on", "MINIO_AUDIT_WEBHOOK_ENDPOINT_test": audit.address}
        argv = (str(binary), "server", "--quiet", "--address", f"{here}:{port}", str(data / "data"))
        return ServerCommand(
            argv, {**root, **(told if audit.address else {}), "MINIO_BROWSER": "off", "MINIO_UPDATE": "off"}
        )

    server = serve("MinIO", run, command, lambda server: ready(f"{here}:{server.port}", server))
    address, keys = f"{here}:{server.port}", server.keys
    credentials = StaticProvider(*(key.reveal() for key in keys))
    admin = MinioAdmin(endpoint=address, credentials=credentials, secure=False)
    with contextlib.closing(server):
        site = Site(folder, address, keys, client_of(address, keys), audit, admin)
        site.client.make_bucket(BUCKET)
        yield site
        subprocess.run(["gpgconf", "--homedir", str(site.folder / "home/.gnupg"), "--kill", "all"], check=False)


def client_of(address: str, keys: Keys) -> Minio:
    return Minio(address, *(key.reveal() for key in keys), secure=False, region="us-east-1")


def ready(address: str, server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.running():
        with contextlib.suppress(Exception):
            client_of(address, server.keys).bucket_exists(BUCKET)
            return
        time.sleep(0.1)
    raise TimeoutError
