"""Destinations whose scheme duplicity knows, and whose URL it does not read as its writer meant it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from packaging.version import Version

from verify.checks import Finding, Severity
from verify.job.credentials import password_of, printable_destination, printable_text
from verify.job.destination.multi import MULTI, read_multi
from verify.job.destination.urls import DestinationUrl, read_url
from verify.job.job import Job
from verify.job.shellwords import unwrapped, without_quotes

# Since then s3:// is what boto3+s3:// always was: the first part of the URL is the bucket.
BUCKET_FIRST_SINCE = Version("0.8.23")
BY_BOTO = frozenset({"s3", "s3+http", "boto+s3"})  # what boto 2 serves, where a server may stand before the bucket
_BUCKET = re.compile(r"[\w.-]{1,255}|arn:.*", re.ASCII)  # what boto3 takes
_AMAZON = re.compile(r"s3[.-]?(?:(?P<region>[a-z0-9-]+)\.)?amazonaws\.com(?:\.cn)?(?::\d+)?", re.IGNORECASE)
_BEFORE_AMAZON = re.compile(r"(?P<bucket>.+)\.(?P<host>s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?)", re.IGNORECASE)
# Names of servers, and not of buckets: those of providers, and those that say that they are one.
_SERVER = re.compile(
    r"(?:s3|minio|storage|objects?)(?:[.-].+)?\.\w+\.\w+|localhost|\d+\.\d+\.\d+\.\d+"
    r"|.*\.(?:googleapis\.com|digitaloceanspaces\.com|wasabisys\.com|backblazeb2\.com|cloudflarestorage\.com"
    r"|linodeobjects\.com|scw\.cloud|your-objectstorage\.com|dream\.io|dreamhost\.com|aliyuncs\.com|idrivee2\.com)",
    re.IGNORECASE,
)
_ESCAPES: Mapping[str, str] = {"#": "%23", "?": "%3F", "/": "%2F", "[": "%5B", "]": "%5D"}


def wrong_addresses(job: Job, release: Version) -> Iterator[Finding]:
    """Given a job and a release, yield a finding for each destination that duplicity refuses, or never finds."""
    for name, url in job.destinations.items():
        read = read_url(url)
        if read.refused and any(each.variable == name for each in job.unset):
            continue  # said of the variable in it that is not set
        if (plain := without_quotes(url)) != url:
            hint = f"write {name}={printable_destination(plain)}, without quotes"
            yield _finding(name, url, "duplicity refuses it: the quotes are part of it", hint)
        elif read.refused:
            got = f"duplicity refuses it: {read.refused}"
            yield _finding(name, url, got, _escaped(name, url, read.scheme))
        elif read.scheme == MULTI and (refused := read_multi(url).refused):
            hint = f"write {name}=multi:///folder/stores.json?mode=mirror, or mode=stripe"
            yield _finding(name, url, f"duplicity refuses it: {refused}", hint)
        elif _takes_bucket_first(read, release):
            yield from _bucket(job, name, url, read)


def misread_addresses(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding for each destination that duplicity finds elsewhere than its URL says."""
    for name, url in job.destinations.items():
        read = read_url(url)
        path = read.path.removeprefix("//")
        if read.scheme == "file" and path and not path.startswith("/"):
            path = path.removeprefix("localhost/")
            got = f"the folder {path} in whatever folder duplicity is started in"
            hint = f"write {name}=file:///{path}, with three slashes"
            yield replace(_finding(name, url, got, hint), severity=Severity.AT_RISK)
        elif read.ignored and not read.refused and name not in job.differing_names:
            yield replace(_ignored(name, url, read), severity=Severity.AT_RISK)


def doubtful_bucket(job: Job, release: Version) -> str:
    """Return why nobody can tell what an S3 URL of a job means; empty where it is clear.

    A bucket's name may have dots, and then looks like the host that older releases took first.
    """
    for name, url in job.destinations.items():
        read = read_url(url)
        doubtful = _takes_bucket_first(read, release) and re.match(r"[\w+]+://[^/]", url) and len(read.parts) > 1
        if doubtful and "." in read.parts[0] and not is_server(read.parts[0]):
            first, second, *rest = read.parts
            better = f"{name}=s3:///{'/'.join([second, *rest])}"
            return (
                f"{printable_destination(url)}: duplicity {release} takes {first} for the bucket's name; "
                f"if it is a server, write {better} and --s3-endpoint-url=https://{first}, else {name}=s3:///{first}/…"
            )
    return ""


def _finding(name: str, url: str, got: str, hint: str) -> Finding:
    shown = printable_destination(url)
    return Finding("scheme-supported", "", f"a URL that duplicity reads as it is meant in {name}={shown}", got, hint)


def _escaped(name: str, url: str, scheme: str) -> str:
    """Return what to do about a URL that duplicity refuses: mostly a password holds what ends it."""
    if scheme in {"s3", "boto3+s3"}:
        return f"write {name}=s3:///bucket/prefix, and the key into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    odd = [sign for sign in _ESCAPES if sign in password_of(url)]
    if not odd:
        return f"write {name} as `duplicity --help-urls` has it, such as sftp://user@host:22/folder"
    written = ", ".join(f"`{sign}` as {_ESCAPES[sign]}" for sign in odd)
    return f"in its password write {written}; or put the password into FTP_PASSWORD, where the backend reads that"


def _ignored(name: str, url: str, read: DestinationUrl) -> Finding:
    sign = read.ignored[0]
    got = f"what stands behind its `{sign}` is passed over"
    return _finding(name, url, got, f"write {_ESCAPES[sign]} for the `{sign}`, or leave out what stands behind it")


def is_by_boto(scheme: str, release: Version) -> bool:
    """Given a scheme of S3, return whether a release serves it by boto 2, which asks the server that the URL names."""
    return scheme in BY_BOTO and not (scheme == "s3" and release >= BUCKET_FIRST_SINCE)


def _takes_bucket_first(read: DestinationUrl, release: Version) -> bool:
    return read.scheme == "boto3+s3" or (read.scheme == "s3" and release >= BUCKET_FIRST_SINCE)


def _bucket(job: Job, name: str, url: str, read: DestinationUrl) -> Iterator[Finding]:
    if not read.parts:
        yield _finding(name, url, "no bucket", f"write {name}=s3:///bucket/prefix")
        return
    first = read.parts[0]
    own_server = _host_of(job.option("--s3-endpoint-url") or "") == first.rpartition("@")[2].lower()
    if is_server(first) or own_server:
        got = f"the bucket would be {printable_destination(f's3://{first}/').removeprefix('s3://').rstrip('/')}"
        yield _finding(name, url, f"{got}, which is a server's name", _lines(job, name, read))
    elif not _BUCKET.fullmatch(first):
        yield _finding(name, url, f"the bucket would be {first!r}", f"write {name}=s3:///bucket/prefix")


def is_server(first: str) -> bool:
    """Given the first part of an S3 URL, return whether it names a server, perhaps with a port or a key."""
    host = first.rpartition("@")[2]
    named = any(pattern.fullmatch(host) for pattern in (_AMAZON, _BEFORE_AMAZON, _SERVER))
    return named or "@" in first or bool(re.search(r":\d+$", host))


def _host_of(endpoint: str) -> str:
    return endpoint.partition("://")[2].partition("/")[0].lower()


def _lines(job: Job, name: str, read: DestinationUrl) -> str:
    """Return the lines to write where a server's name stands before the bucket's."""
    key, _, host = read.parts[0].rpartition("@")
    below = read.parts[1:]
    if virtual := _BEFORE_AMAZON.fullmatch(host):
        host, below = virtual["host"], [virtual["bucket"], *below]
    below = below or ["bucket", "prefix"]
    lines = ["the server is an option, and the bucket comes first; write", f"{name}=s3:///{'/'.join(below)}"]
    if option := _server_option(job, host):
        lines.append(f"OPTIONS={printable_text(f'{option} {plain_options(job)}'.strip(), job.secrets)}")
    if key:
        lines += ["AWS_ACCESS_KEY_ID=(what stands before the `:`)", "AWS_SECRET_ACCESS_KEY=(what stands behind it)"]
    return "\n".join(lines)


def plain_options(job: Job) -> str:
    """Given a job, return OPTIONS as written, but without quotes around all of it: another option has to fit in."""
    try:
        return unwrapped(job.options_text)
    except ValueError:
        return job.options_text


def _server_option(job: Job, host: str) -> str:
    """Return the option that names the server, empty where none is needed: Amazon's own, or one that is named."""
    amazon = _AMAZON.fullmatch(host)
    if amazon is None:
        plain = "--s3-unencrypted-connection" in job.options
        return "" if job.option("--s3-endpoint-url") else f"--s3-endpoint-url={'http' if plain else 'https'}://{host}"
    region = amazon["region"]
    return f"--s3-region-name={region}" if region and not job.option("--s3-region-name") else ""
