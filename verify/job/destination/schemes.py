"""Whether the duplicity of a job knows its destination's scheme, and what to write if it does not."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.version import Version

from verify.checks import Finding
from verify.job.credentials import printable_destination, printable_text
from verify.job.destination.addresses import misread_addresses, plain_options, wrong_addresses
from verify.job.destination.multi import MultiStore
from verify.job.job import Job
from verify.job.shellwords import without_quotes

_GOOGLE = "https://storage.googleapis.com"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in for a scheme that duplicity has dropped, or that leads nowhere any more.

    `destination` may hold {host} (user, password and port included) and {path} (without a slash
    before it); `variables` are lines of the env file beside it. `dropped` is the first release without the scheme;
    `closed` says that it works with no release, also with those that have it.
    """

    destination: str
    option: str = ""
    variables: tuple[str, ...] = ()
    why: str = ""
    dropped: Version | None = None
    closed: bool = False


_NEVER = Version("0")  # of what no release has that can be installed
_WITHOUT_BOTO = Version("2.0")
_GS = Replacement(
    "s3:///{host}/{path}",
    f"--s3-endpoint-url={_GOOGLE}",
    (
        "AWS_ACCESS_KEY_ID=(the value of GS_ACCESS_KEY_ID)",
        "AWS_SECRET_ACCESS_KEY=(the value of GS_SECRET_ACCESS_KEY)",
    ),
    "Google Cloud Storage speaks S3, and its HMAC keys are S3 keys",
    dropped=Version("0.8.23"),
)
_S3 = Replacement("s3:///{host}/{path}", why="s3:// takes the bucket after three slashes", dropped=_WITHOUT_BOTO)
_CLOUDFILES = Replacement(
    "swift://{host}/{path}",
    why="it needs pyrax, which nobody maintains and no Python since 3.10 can import; Rackspace Cloud Files is Swift: "
    "set SWIFT_*",
    closed=True,
)
_CLOUD_DRIVE = Replacement(
    "s3:///bucket/{host}/{path}", why="Amazon closed Cloud Drive in 2023; choose a new destination", closed=True
)
_GDATA = Replacement(
    "gdrive://(the service account's address)/{path}?myDriveFolderID=(id of a folder that is shared with it)",
    variables=("GOOGLE_SERVICE_JSON_FILE=(the file with the service account's key)",),
    why="Google closed the Documents List API in 2015; gdrive:// is what goes to Google Drive",
    closed=True,
)

# Sources: duplicity's change log and man page; measured with 0.8.18 to 3.2.1.
REPLACEMENTS: Mapping[str, Replacement] = {
    "gs": _GS,
    "boto+gs": replace(_GS, dropped=_WITHOUT_BOTO),
    "s3+http": replace(_S3, dropped=Version("0.8.23")),
    "boto+s3": _S3,
    "boto3+s3": replace(_S3, dropped=None),
    "ssh": Replacement("sftp://{host}/{path}", why="sftp:// and scp:// are what ssh:// was", dropped=_NEVER),
    "cf+http": _CLOUDFILES,
    "cfpyrax+http": _CLOUDFILES,
    "acd+acdcli": _CLOUD_DRIVE,
    "acd": _CLOUD_DRIVE,
    "ad": _CLOUD_DRIVE,
    "gdata+gdocs": _GDATA,
    "lftp+ftpes": Replacement(
        "ftpes://{host}/{path}", why="lftp knows no ftpes://, and is told to go there; ftpes:// works", closed=True
    ),
    "pcloud": Replacement(
        "rclone://remote:/{path}", why="rclone knows pCloud (`rclone config` sets it up)", dropped=_NEVER
    ),
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
        if url and without_quotes(url) == url and not _knows(scheme_of(url), registered)
    ]
    return [*unknown, *_closed(job, release, registered)] or list(wrong_addresses(job, release))


def dead_schemes(job: Job, release: Version) -> list[Finding]:
    """Given a job and a release, return a finding for each destination whose scheme leads nowhere with it.

    What it says of a release is true of those that duplicity's authors published: see `no_way_there` for others.
    """
    dropped = [
        _unknown(job, name, url, (), release)
        for name, url in job.destinations.items()
        if (found := REPLACEMENTS.get(scheme_of(url))) and found.dropped is not None and release >= found.dropped
    ]
    return [*dropped, *_closed(job, release)]


def _closed(job: Job, release: Version, registered: Collection[str] | None = None) -> Iterator[Finding]:
    """Yield a finding for each destination that leads nowhere though duplicity knows its scheme, if that is asked."""
    for name, url in job.destinations.items():
        scheme = scheme_of(url)
        replacement = REPLACEMENTS.get(scheme)
        if replacement and replacement.closed and (registered is None or _knows(scheme, registered)):
            expected = f"a destination that duplicity {release} can reach in {name}={printable_destination(url)}"
            yield Finding(
                "scheme-supported", "", expected, f"{scheme}://, which works no more", _hint(job, name, url, ())
            )


def scheme_of(url: str) -> str:
    """Given a destination URL, return its scheme in lower case, empty if it has none."""
    scheme, separator, _ = url.partition("://")
    return scheme.lower() if separator else ""


def schemes_of(job: Job, stores: Iterable[MultiStore]) -> list[str]:
    """Given a job, and the stores behind a `multi:` destination, return all schemes that it uses, each once."""
    urls = [*(job.destinations.values() or [job.destination]), *(each.url for each in stores)]
    return list(dict.fromkeys(map(scheme_of, urls)))


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
        lines.append(f"OPTIONS={printable_text(f'{option} {plain_options(job)}'.strip(), job.secrets)}")
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
