"""Which view a job's destination has, by its scheme.

S3 and folders have views of their own; other kinds are looked at by duplicity's own backend for them. A kind that
deserves a view of its own is a module beside `folder` and `s3`, and an entry in `OPENERS` for each of its schemes.
"""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import unquote

from packaging.version import Version

from verify.destinations.folder import FolderView
from verify.destinations.host_files import HostFiles
from verify.destinations.own_backend import BackendView, Looking
from verify.destinations.view import NoView, View
from verify.job import Job
from verify.job.destination.addresses import BY_BOTO
from verify.job.destination.schemes import scheme_of
from verify.job.findings import NEWEST
from verify.secret import masked

Opener = Callable[[Job, HostFiles, Mapping[str, str], Version], View | NoView]


def view_of(
    job: Job, files: HostFiles, environment: Mapping[str, str], looking: Looking | None, release: Version = NEWEST
) -> View | NoView:
    """Given a job, return the view of its destination, or why there is none.

    `files` are those of the host that duplicity runs on, `release` is its release; `environment` is where a client
    looks for what the job does not say, e.g. keys; `looking` is None where its own interpreter is not known.
    """
    scheme = scheme_of(job.destination)
    opener = OPENERS.get(scheme)
    view = (
        opener(job, files, environment, release)
        if opener
        else NoView(f"{scheme}:// is looked at through duplicity only")
    )
    if isinstance(view, NoView) and looking is not None and scheme in TRIED:
        hidden = partial(masked, secrets=job.secrets)
        return BackendView(looking, job.printable_destination, hidden, files, hashes=scheme in HASHED_THERE)
    return view


def _folder(job: Job, files: HostFiles, *_: object) -> View:
    return FolderView(files, unquote(job.destination.partition("://")[2]))


def _s3(job: Job, _: HostFiles, environment: Mapping[str, str], release: Version) -> View | NoView:
    from verify.destinations.s3 import s3_view  # noqa: PLC0415 - other schemes need no client of S3

    return s3_view(job, environment, release)


OPENERS: Mapping[str, Opener] = {"file": _folder, "boto3+s3": _s3, **dict.fromkeys(BY_BOTO, _s3)}
# The schemes whose servers may hash files themselves: `onsite.looking.HASHERS` asks them.
HASHED_THERE = frozenset({"sftp", "scp", "paramiko+sftp", "paramiko+scp"})
# The schemes whose backends are known, by trying, to make nothing where `onsite.looking` looks through them.
TRIED = frozenset(
    {
        *("sftp", "scp", "paramiko+sftp", "paramiko+scp", "pexpect+sftp", "pexpect+scp"),
        *("ftp", "ftps", "ftpes", "lftp+ftp", "lftp+ftps", "ncftp+ftp"),
        *("rsync", "webdav", "webdavs", "rclone", "azure", "swift"),
        *("b2", "dpbx", "gdrive", "gdocs", "pydrive", "pydrive+gdocs", "onedrive"),
    }
)
