"""Which view a job's destination has, by its scheme.

A new kind of destination is a module beside `folder` and `s3` that holds its view, and an entry in `OPENERS`
for each of its schemes.
"""

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from verify.destinations.folder import FolderView, HostFiles
from verify.destinations.view import NoView, View
from verify.job import Job
from verify.job.destination.schemes import scheme_of

Opener = Callable[[Job, HostFiles, Mapping[str, str]], View | NoView]


def view_of(job: Job, files: HostFiles, environment: Mapping[str, str]) -> View | NoView:
    """Given a job, return the view of its destination, or why there is none.

    `files` are those of the host that duplicity runs on; `environment` is where a client looks for what the
    job does not say, e.g. keys.
    """
    scheme = scheme_of(job.destination)
    opener = OPENERS.get(scheme)
    if opener is None:
        return NoView(f"a {scheme}:// destination can be looked at through duplicity only")
    return opener(job, files, environment)


def _folder(job: Job, files: HostFiles, _: Mapping[str, str]) -> View:
    return FolderView(files, unquote(job.destination.partition("://")[2]))


def _s3(job: Job, _: HostFiles, environment: Mapping[str, str]) -> View | NoView:
    from verify.destinations.s3 import s3_view  # noqa: PLC0415 - other schemes need no client of S3

    return s3_view(job, environment)


OPENERS: Mapping[str, Opener] = {"file": _folder, "s3": _s3, "boto3+s3": _s3}
