"""What duplicity makes of a destination URL: why it refuses one, and which bucket or folder it takes from it.

Read in its `backend.py` and in the backends, 1.2.3 to 3.2.1; `tests/component/lab_provision/test_urls.py` asks
duplicity's own parser of drawn URLs.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlparse

# Schemes whose URLs name a host; with any other, all behind the `//` is a path to duplicity.
_OF_A_HOST = frozenset(
    """fish ftp ftpes ftps gdata+gdocs gdocs gdrive hsi http https imap imaps lftp+fish lftp+ftp lftp+ftpes lftp+ftps
    lftp+http lftp+https lftp+sftp lftp+webdav lftp+webdavs mega megav2 megav3 ncftp+ftp paramiko+scp paramiko+sftp
    pexpect+scp pexpect+sftp pydrive pydrive+gdocs rsync scp sftp webdav webdavs""".split()  # noqa: SIM905 - a table of names, not of lines
)
_READ_QUERIES = frozenset({"box", "gdrive", "gdocs", "pydrive", "pydrive+gdocs", "megav3", "multi"})
_LIKE_A_URL = re.compile(r"[\w+]+://")
_PREFIXES = ("par2+", "gio+")
_OLD_RSYNC = re.compile(r"::[^:]*$")


@dataclass(frozen=True, slots=True)
class DestinationUrl:
    """A URL as duplicity reads it. `refused` says why it does not read it, and is empty where it does.

    `path` is without `%` escapes; where the scheme names no host, it begins with what stands behind `//`. `ignored` is
    the end of the URL that duplicity passes over: what stands behind a `#`, or a `?` that the backend does not read.
    """

    scheme: str
    host: str = ""
    path: str = ""
    ignored: str = ""
    refused: str = ""

    @property
    def parts(self) -> list[str]:
        """The parts of the path that are not empty: of an S3 URL the bucket, then the folders."""
        return [part for part in self.path.split("/") if part]


def is_url(text: str) -> bool:
    """Given SRC or DST, return whether duplicity takes it for a URL, and not for a path."""
    return len(text.splitlines()) <= 1 and bool(_LIKE_A_URL.match(text))


def read_url(text: str) -> DestinationUrl:
    """Given a URL, return what duplicity makes of it."""
    if not text or ":" not in text:
        return DestinationUrl("")
    plain = text
    for prefix in _PREFIXES:
        plain = plain.removeprefix(prefix)
    scheme = plain.partition(":")[0].lower()
    try:
        url = urlparse(plain)
        host = url.hostname or ""
    except ValueError:
        return DestinationUrl(scheme, refused="`[` or `]` in it, which stand around an IPv6 address alone")
    if reason := _bad_port(plain, scheme):
        return DestinationUrl(scheme, refused=reason)
    of_a_host = scheme in _OF_A_HOST
    path = unquote(url.path) if of_a_host or not url.netloc else f"//{url.netloc}{unquote(url.path)}"
    if of_a_host and not host:
        return DestinationUrl(scheme, refused="no host's name behind the `//`")
    if not of_a_host and not path.startswith("/"):
        return DestinationUrl(scheme, refused="no `//` behind the scheme")
    return DestinationUrl(scheme, host if of_a_host else "", path, _ignored(plain, scheme))


def read_query(text: str) -> dict[str, list[str]]:
    """Given a URL that is not refused, return the values by name behind its `?`. Raise ValueError for anything else."""
    query = urlparse(text).query
    return parse_qs(query, strict_parsing=True) if query else {}


def _bad_port(text: str, scheme: str) -> str:
    """Return why duplicity finds no port where it looks for one; empty if it finds one, or none is there."""
    try:
        urlparse(text).port  # noqa: B018 - it raises
    except ValueError:
        if scheme == "rclone" or ("rsync" in scheme and _OLD_RSYNC.search(text)):
            return ""
        return "no number where the port has to be: behind the last `:` before the first `/`, `?` or `#`"
    return ""


def _ignored(text: str, scheme: str) -> str:
    before, sign, fragment = text.partition("#")
    if scheme not in _READ_QUERIES and "?" in before:
        return "?" + text.partition("?")[2]
    return sign + fragment
