"""Whether the duplicity of a job knows its destination's scheme, and what to write if it does not."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from packaging.version import Version

from verify.checks import Finding
from verify.job.credentials import printable_destination, printable_text
from verify.job.destination.addresses import misread_addresses, wrong_addresses
from verify.job.job import Job

_GOOGLE = "https://storage.googleapis.com"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in for a scheme that duplicity has dropped.

    `destination` may hold {host} (user, password and port included) and {path} (without a slash
    before it); `variables` are lines of the env file beside it.
    """

    destination: str
    option: str = ""
    variables: tuple[str, ...] = ()
    why: str = ""


_GS = Replacement(
    "s3:///{host}/{path}",
    f"--s3-endpoint-url={_GOOGLE}",
    (
        "AWS_ACCESS_KEY_ID=(the value of GS_ACCESS_KEY_ID)",
        "AWS_SECRET_ACCESS_KEY=(the value of GS_SECRET_ACCESS_KEY)",
    ),
    "Google Cloud Storage speaks S3, and its HMAC keys are S3 keys",
)
_S3 = Replacement("s3:///{host}/{path}", why="s3:// takes the bucket after three slashes")
_SSH = Replacement("sftp://{host}/{path}", why="sftp:// and scp:// are what ssh:// was")
_CLOUDFILES = Replacement("swift://{host}/{path}", why="Rackspace Cloud Files is Swift; set SWIFT_*")
_CLOUD_DRIVE = Replacement("s3:///bucket/{path}", why="Amazon closed Cloud Drive in 2023; choose a new destination")

# Sources: duplicity's change log and man page; measured with 0.8.18 to 3.2.1.
REPLACEMENTS: Mapping[str, Replacement] = {
    "gs": _GS,
    "boto+gs": _GS,
    "s3+http": _S3,
    "boto+s3": _S3,
    "boto3+s3": _S3,
    "ssh": _SSH,
    "cf+http": _CLOUDFILES,
    "cfpyrax+http": _CLOUDFILES,
    "acd+acdcli": _CLOUD_DRIVE,
    "acd": _CLOUD_DRIVE,
    "pcloud": Replacement("rclone://remote:/{path}", why="rclone knows pCloud (`rclone config` sets it up)"),
}


def scheme_finding(job: Job, registered: Collection[str], release: Version) -> list[Finding]:
    """Given a job and a duplicity's schemes, return a finding for each destination it does not know, or misreads.

    `registered` holds schemes as duplicity names them ("s3", "boto3+s3") and its prefixes ("par2");
    `release` is that duplicity's. A job in the image's multi mode has several destinations.
    """
    return [*no_way_there(job, registered, release), *misread_addresses(job)]


def no_way_there(job: Job, registered: Collection[str], release: Version) -> list[Finding]:
    """Given the same, return a finding for each destination that duplicity would not even begin to look for."""
    unknown = [
        _unknown(job, name, url, registered, release)
        for name, url in job.destinations.items()
        if url and not _knows(scheme_of(url), registered)
    ]
    return unknown or list(wrong_addresses(job, release))


def scheme_of(url: str) -> str:
    """Given a destination URL, return its scheme in lower case, empty if it has none."""
    scheme, separator, _ = url.partition("://")
    return scheme.lower() if separator else ""


def _knows(scheme: str, registered: Collection[str]) -> bool:
    """Return whether a scheme is registered, by itself or behind registered prefixes such as par2+."""
    if scheme in registered:
        return True
    first, plus, rest = scheme.partition("+")
    return bool(plus) and (first in registered or f"{first}+" in registered) and _knows(rest, registered)


def _unknown(job: Job, name: str, url: str, registered: Collection[str], release: Version) -> Finding:
    scheme = scheme_of(url)
    got = f"{scheme}://, which it has not" if scheme else f"{name} without a scheme"
    return Finding(
        "scheme-supported",
        expected=f"a scheme that duplicity {release} knows in {name}={printable_destination(url)}",
        got=got,
        hint=_hint(job, name, url, registered),
    )


def _hint(job: Job, name: str, url: str, registered: Collection[str]) -> str:
    scheme = scheme_of(url)
    if replacement := REPLACEMENTS.get(scheme):
        return "\n".join([f"{replacement.why}; write", *replacing_lines(job, name, url)])
    if not scheme and url.startswith("/"):
        return f"write {name}=file://{url}"
    near = difflib.get_close_matches(scheme, sorted(registered), n=3)
    known = ", ".join(f"{s}://" for s in near or sorted(registered))
    return f"write {name}=scheme://… with one of {known}"


def replacing_lines(job: Job, name: str, url: str) -> tuple[str, ...]:
    """Given a job and a destination whose scheme has a replacement, return the env file's new lines.

    A password in them is `***`.
    """
    replacement = REPLACEMENTS[scheme_of(url)]
    host, path, endpoint = _parts(scheme_of(url), url)
    option = replacement.option or (f"--s3-endpoint-url=https://{endpoint}" if endpoint else "")
    lines = [f"{name}={printable_destination(replacement.destination.format(host=host, path=path))}"]
    if option:
        # It goes first: a comment, or an old option that the image takes away with the next word, comes last.
        lines.append(f"OPTIONS={printable_text(f'{option} {job.options_text}'.strip(), job.secrets)}")
    return (*lines, *replacement.variables)


def _parts(scheme: str, url: str) -> tuple[str, str, str]:
    """Given a URL, return its host or bucket, its path, and the S3 endpoint that stood before the bucket."""
    rest = url.partition("://")[2].lstrip("/")
    host, _, path = rest.partition("/")
    # boto's s3 URLs are scheme://endpoint/bucket/prefix where the first part is a host's name.
    if "s3" in scheme and re.search(r"\.|:\d+$", host) and path:
        bucket, _, prefix = path.partition("/")
        return bucket, prefix, host
    return host, path, ""
