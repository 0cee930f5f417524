"""Looking at a destination without duplicity: what lies there, how large it is, and what it hashes to.

A view has no method that writes or deletes. What it downloads is counted.
"""

import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from verify.archive.sets import Object
from verify.job import Job
from verify.job.schemes import scheme_of
from verify.lab.hosts.host import Host


class RefusedError(Exception):
    """The destination answers, and refuses: `got` says what, `hint` what to do about it."""

    def __init__(self, got: str, hint: str) -> None:
        super().__init__(got)
        self.got, self.hint = got, hint


class View(Protocol):
    """What can be seen of a destination.

    Its methods raise `RefusedError`, `CannotRunError` where nothing answers, and FileNotFoundError
    for an object that is gone.
    """

    downloaded: int  # bytes, so far

    def objects(self) -> list[Object]:
        """Return what lies at the destination itself, not in folders of it."""

    def read(self, name: str) -> bytes:
        """Return an object's bytes: for small ones."""

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return an object's hexadecimal digest, and how many bytes it has."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why a destination can be looked at through duplicity only."""

    why: str


def view_of(job: Job, host: Host, environment: Mapping[str, str]) -> View | Unseen:
    """Given a job and where duplicity runs, return the view of its destination, or why there is none.

    `environment` is what the S3 client takes from its surroundings where the job says nothing.
    """
    from verify.destinations.s3 import SCHEMES, S3View, s3_place  # noqa: PLC0415 - another scheme needs no client

    scheme = scheme_of(job.destination)
    if scheme in SCHEMES:
        place = s3_place(job, environment)
        return place if isinstance(place, Unseen) else S3View.of(place, job, environment)
    if scheme == "file":
        return FileView(host, unquote(job.destination.partition("://")[2]))
    return Unseen(f"a {scheme}:// destination can be looked at through duplicity only")


class FileView:
    """The view of a `file://` destination, as the host that duplicity runs on sees it."""

    def __init__(self, host: Host, folder: str) -> None:
        self._host, self._folder = host, posixpath.normpath(f"/{folder.lstrip('/')}")
        self.downloaded = 0

    def objects(self) -> list[Object]:
        """Return the files in the folder."""
        try:
            listed = self._host.sizes(self._folder)
        except FileNotFoundError:
            raise RefusedError(f"no folder {self._folder}", "correct DST, or mount what holds it") from None
        except OSError as error:
            raise RefusedError(f"{self._folder} cannot be listed ({error.strerror})", "run as who can") from None
        return [Object(os.fsdecode(name), size, f"{mtime_ns}", mtime_ns / 1e9) for name, size, mtime_ns in listed]

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        data = self._host.get(posixpath.join(self._folder, name))
        self.downloaded += len(data)
        return data

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return a file's digest and size; it is read where it lies."""
        digest, size = self._host.digest(posixpath.join(self._folder, name), algorithm)
        self.downloaded += size
        return digest, size
