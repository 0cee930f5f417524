"""A job's backup on a MinIO, made by the job's own command, copies of it to damage, and drills of them.

The source is real files, edited between the points: a full, then incrementals. The newest point is
of now, since a drill asks what has changed since; the older ones are a day apart by duplicity's clock.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minio import Minio
from minio.commonconfig import CopySource
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

from verify.job import read_job
from verify.lab.provision import provision_duplicity
from verify.lab.servers import Keys, Server
from verify.secret import Secret

DAY = 86_400
BUCKET = "jack-and-jills-bucket"
HEALTHY = "healthy"  # the prefix of the backup that is left as it is
SETTLED = 3.0  # seconds between an edit and the backup after it, more than a drill's margin
PATIENCE = 30.0
PACKAGES = ("json", "email", "logging", "sqlite3")  # of Python's library: real files
RUNTIME_ONLY = "runtime"  # a folder that the job excludes
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

    def outcome(self, check: str) -> str:
        """Return what became of a check."""
        return next(str(each["outcome"]) for each in self.json["checks"] if each["id"] == check)

    def findings(self, check: str) -> list[Mapping[str, Any]]:
        """Return the findings of a check."""
        return [finding for finding in self.json["findings"] if finding["check"] == check]


@dataclass
class Site:
    """A MinIO with a job's backups, and the source that they are of."""

    folder: Path
    address: str
    keys: Keys
    client: Minio
    audit: Audit
    admin: MinioAdmin

    @property
    def source(self) -> Path:
        return self.folder / "data"

    def env_file(self, prefix: str, **changed: str) -> Path:
        """Write the job's env file, with the destination below a prefix, and variables changed."""
        source = self.source
        variables = {
            "SRC": str(source),
            "DST": f"s3:///{BUCKET}/{prefix}",
            "OPTIONS": f"--allow-source-mismatch --exclude {source}/{RUNTIME_ONLY} --volsize 1"
            f" --archive-dir={self.folder}/archive-{prefix} --s3-endpoint-url=http://{self.address}",
            "AWS_ACCESS_KEY_ID": self.keys[0].reveal(),
            "AWS_SECRET_ACCESS_KEY": self.keys[1].reveal(),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
            "PASSPHRASE": "correct horse battery staple",
            "JOB_300_WHAT": "backup",
            "JOB_300_WHEN": "daily weekly",
        }
        file = self.folder / f"{prefix}.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in {**variables, **changed}.items()))
        return file

    @contextlib.contextmanager
    def unmounted(self) -> Iterator[None]:
        """Have an empty folder in the source's place, as where a mount was forgotten."""
        aside = self.source.rename(self.source.with_suffix(".aside"))
        self.source.mkdir()
        try:
            yield
        finally:
            self.source.rmdir()
            aside.rename(self.source)

    def back_up(self, prefix: str, *options: str, at: float | None = None) -> None:
        """Take the next point, as the image's `backup` does: full where there is none, else incremental."""
        job = read_job(self.env_file(prefix), None, {})
        clock = () if at is None else (f"--current-time={int(at)}",)
        words = [
            *provision_duplicity().command,
            *clock,
            *options,
            *job.options,
            job.source,
            job.destination,
        ]
        env = {
            name: value.reveal() if isinstance(value, Secret) else value for name, value in job.duplicity_env.items()
        }
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        subprocess.run(
            words, check=True, capture_output=True, env={**env, "PATH": os.environ["PATH"], "HOME": str(home)}
        )

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
        own = (f"--env-file={env_file}", f"--runtime={runtime}", f"--report-dir={report}")
        return [sys.executable, "-m", "verify.cli", "drill", *own, *options]

    def drill(self, env_file: Path, *options: str, report: Path, runtime: str) -> Report:
        """Run a drill by the console command, and return what came of it."""
        words = self.words(env_file, *options, report=report, runtime=runtime)
        done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=self.folder)
        files = report / "report.json", report / "report.md"
        data, text = (file.read_text() if file.exists() else "" for file in files)
        return Report(done.returncode, done.stdout + done.stderr, json.loads(data or "{}"), text)


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


def static(keys: Keys) -> StaticProvider:
    return StaticProvider(keys[0].reveal(), keys[1].reveal())


def plant(site: Site) -> None:
    """Fill the source, and take its points: a full and three incrementals, with edits before each."""
    source = site.source
    now = time.time()
    for package in PACKAGES:
        origin = Path(json.__file__).parents[1] / package
        shutil.copytree(origin, source / "library" / package, ignore=shutil.ignore_patterns("__pycache__"))
    write(source / "config/traefik/traefik.yml", "entryPoints: {web: {address: ':80'}}\n")
    write(source / RUNTIME_ONLY / "pid", "1\n")
    write(source / "documents/2026/letter.txt", "Dear all,\n" * 50)
    (source / "media").mkdir()
    for number in range(3):
        (source / f"media/film-{number}.bin").write_bytes(os.urandom(900_000))
    database(source / "app.sqlite", 200)
    site.back_up(HEALTHY, at=now - 3 * DAY)
    write(source / "documents/2026/letter.txt", "Dear all, once more,\n" * 50)
    site.back_up(HEALTHY, at=now - 2 * DAY)
    database(source / "app.sqlite", 300)
    (source / "media/film-0.bin").unlink()
    site.back_up(HEALTHY, at=now - DAY)
    write(source / "documents/2026/invoice.txt", "1,000,000\n")
    time.sleep(SETTLED)
    site.back_up(HEALTHY)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def database(path: Path, rows: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS things (number INTEGER, name TEXT)")
    connection.executemany("INSERT INTO things VALUES (?, ?)", [(number, f"thing {number}") for number in range(rows)])
    connection.commit()
    connection.close()
