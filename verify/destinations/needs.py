"""What duplicity's backends need besides duplicity: packages of Python, and programs.

Source: duplicity 3.2.1's backends, each run against a server or a stand-in for one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.version import Version

from verify.job.destination.addresses import is_by_boto

PINS = Path(__file__).with_name("backend_packages.txt")  # the versions of all packages; looked up 2026-11-30


@dataclass(frozen=True)
class BackendNeeds:
    """`packages` as the package index has them, `modules` as a backend imports them, `programs` by Debian package."""

    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    programs: Mapping[str, str] = field(default_factory=dict)


_NOTHING = BackendNeeds()
_PARAMIKO = BackendNeeds(("paramiko",), ("paramiko",))
_OPENSSH = BackendNeeds(programs={"sftp": "openssh-client", "scp": "openssh-client"})
_LFTP = BackendNeeds(programs={"lftp": "lftp"})
_BOTO = BackendNeeds(("boto",), ("boto",))
_PYDRIVE = BackendNeeds(("pydrive2", "pysocks"), ("pydrive2",))
_OF_SCHEME: Mapping[str, BackendNeeds] = {
    **dict.fromkeys(("sftp", "scp", "paramiko+sftp", "paramiko+scp"), _PARAMIKO),
    **dict.fromkeys(("pexpect+sftp", "pexpect+scp"), _OPENSSH),
    **dict.fromkeys(("ftp", "ftps", "ftpes", "fish"), _LFTP),
    "ncftp+ftp": BackendNeeds(programs={"ncftpls": "ncftp"}),
    "rsync": BackendNeeds(programs={"rsync": "rsync"}),
    "rclone": BackendNeeds(programs={"rclone": "rclone"}),
    "azure": BackendNeeds(("azure-storage-blob",), ("azure.storage.blob",)),
    "b2": BackendNeeds(("b2sdk",), ("b2sdk",)),
    "swift": BackendNeeds(("python-swiftclient", "python-keystoneclient"), ("swiftclient",)),
    "dpbx": BackendNeeds(("dropbox",), ("dropbox",)),
    "gdrive": BackendNeeds(
        ("google-api-python-client", "google-auth-oauthlib", "pysocks"), ("googleapiclient", "google_auth_oauthlib")
    ),
    **dict.fromkeys(("gdocs", "pydrive", "pydrive+gdocs"), _PYDRIVE),
    "onedrive": BackendNeeds(("requests-oauthlib",), ("requests_oauthlib",)),
    "mega": BackendNeeds(programs={"megals": "megatools"}),
    **dict.fromkeys(("s3", "boto3+s3"), BackendNeeds(modules=("boto3",))),  # the package is always there
}


def needs_of(scheme: str, release: Version | None = None) -> BackendNeeds:
    """Given a URL's scheme, return what its backend needs: that of a release, of one of today without it."""
    if release is not None and is_by_boto(scheme, release):
        return _BOTO
    if scheme.startswith("par2+"):
        inner = needs_of(scheme.removeprefix("par2+"))
        return BackendNeeds(inner.packages, inner.modules, {**inner.programs, "par2": "par2"})
    if scheme.startswith("lftp+"):
        return _LFTP
    return _OF_SCHEME.get(scheme, _NOTHING)
