"""Which kinds of destination a lab can serve besides S3, and which of them a job's destination is."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from verify.job.destination.schemes import scheme_of
from verify.lab.stores import azurite, ftpd, openssh, rclone, rsyncd, swift
from verify.lab.stores.serving import KindServer

FOLDER = "file"
S3 = "s3"
# What goes to hosts that a vendor's client names, not DST: no lab serves it.
BY_VENDORS = frozenset({"b2", "dpbx", "gdrive", "gdocs", "pydrive", "pydrive+gdocs", "onedrive"})
WITHOUT_A_SERVER = frozenset({"", S3, FOLDER})  # what takes none besides the lab's S3 server
SERVERS: Mapping[str, KindServer] = {
    "sftp": openssh.SFTP,
    "scp": openssh.SCP,
    "pexpect+sftp": openssh.PEXPECT_SFTP,
    "pexpect+scp": openssh.PEXPECT_SCP,
    "rsync+ssh": openssh.RSYNC_OVER_SSH,
    "rsync": rsyncd.RSYNC,
    "ftp": ftpd.FTP,
    "ftps": ftpd.FTPS,
    "ftpes": ftpd.FTPES,
    "ncftp+ftp": ftpd.NCFTP,
    "webdav": rclone.WEBDAV,
    "webdavs": rclone.WEBDAVS,
    "rclone": rclone.REMOTE,
    "azure": azurite.AZURITE,
    "swift": swift.SWIFT,
}
# Other names of some of these: served, so that looking at them is tried, too.
SIBLINGS: Mapping[str, KindServer] = {
    "paramiko+sftp": openssh.PARAMIKO_SFTP,
    "paramiko+scp": openssh.PARAMIKO_SCP,
    "lftp+ftp": ftpd.LFTP_FTP,
    "lftp+ftps": ftpd.LFTP_FTPS,
}
_SAME = {  # two names of one backend
    "boto3+s3": S3, "paramiko+sftp": "sftp", "paramiko+scp": "scp", "lftp+ftp": "ftp", "lftp+ftps": "ftps",
}  # fmt: skip
_SYSTEM = Path("/usr/sbin")  # where servers lie, on PATH or not


def kind_of(destination: str) -> str:
    """Given a URL, return what kind of destination it is: its scheme, but for the two ways of rsync, and synonyms."""
    scheme = scheme_of(destination)
    if scheme == "rsync" and "::" not in destination:
        return "rsync+ssh"
    return _SAME.get(scheme, scheme)


def server_of(kind: str) -> KindServer:
    """Given a kind of `SERVERS` or `SIBLINGS`, return what serves it."""
    return SERVERS.get(kind) or SIBLINGS[kind]


def lacking(kind: str) -> Mapping[str, str]:
    """Return which programs this machine lacks to serve a kind, by the Debian package that has each."""
    needed = server_of(kind).programs
    return {each: needed[each] for each in needed if not shutil.which(each) and not (_SYSTEM / each).exists()}
