"""Looking at an S3 destination, by a client of our own."""

import contextlib
import hashlib
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials.providers import AWSConfigProvider, ChainedProvider, EnvAWSProvider, Provider, StaticProvider
from minio.error import MinioException, S3Error
from minio.helpers import check_bucket_name
from packaging.version import Version

from verify.archive.sets import Object
from verify.destinations.view import NoView, RefusedError, View
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.addresses import is_by_boto, is_server
from verify.job.destination.urls import DestinationUrl, read_url
from verify.job.findings import NEWEST

Answer = TypeVar("Answer")

CONNECTING, ANSWERING = 5.0, 15.0  # seconds that a store has, and that a download may stand still
AMAZON = "s3.amazonaws.com"
ATTEMPTS = 3  # at a download: one that stops early is no reason for an alarm
CHUNK = 1 << 20  # bytes
PARTIAL = 206  # HTTP's word for the part of an object that was asked for
AT_ONCE = 4  # connections
AUTHORITIES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
REFUSALS: Mapping[str, str] = {  # what to do about each of S3's error codes
    "NoSuchBucket": "correct DST, or find out who removed the bucket",
    "InvalidBucketName": "correct the bucket's name in DST",
    "InvalidAccessKeyId": "correct AWS_ACCESS_KEY_ID: the key is unknown, or was withdrawn",
    "SignatureDoesNotMatch": "correct AWS_SECRET_ACCESS_KEY",
    "AccessDenied": "let the key list the bucket and get its objects",
    "ExpiredToken": "renew the key: its session has expired",
    "InvalidTokenId": "renew the key: AWS_SESSION_TOKEN is not valid",
    "RequestTimeTooSkewed": "set this machine's clock",
}
_DOWN = (urllib3.exceptions.HTTPError, OSError, MinioException)


@dataclass(frozen=True, slots=True)
class S3Location:
    """Where an S3 destination is: `address` is host:port, `prefix` is empty or ends with a slash."""

    address: str
    secure: bool
    region: str | None
    bucket: str
    prefix: str


def s3_location(job: Job, environment: Mapping[str, str], release: Version = NEWEST) -> S3Location | NoView:
    """Given a job with an S3 destination, return where that is to a release; its options go before variables."""
    url = read_url(job.destination)
    if not url.refused and is_by_boto(url.scheme, release):
        return _by_boto(job, url)
    bucket, *below = url.parts or [""]
    if url.refused or is_server(bucket):
        return NoView("its URL is not read as it is meant: see scheme-supported")
    _must_be_valid(bucket)
    named = _first(job, environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    region = job.option("--s3-region-name") or _first(job, environment, "AWS_DEFAULT_REGION", "AWS_REGION")
    endpoint = urlsplit(job.option("--s3-endpoint-url") or named or f"https://{AMAZON}")
    amazon = (endpoint.hostname or "").endswith("amazonaws.com")
    return S3Location(
        address=endpoint.netloc,
        secure=endpoint.scheme != "http",
        region=region or (None if amazon else "us-east-1"),
        bucket=bucket,
        prefix="".join(f"{part}/" for part in below),
    )


def _by_boto(job: Job, url: DestinationUrl) -> S3Location:
    """Return where boto 2 looks: at the server that the URL names, else at Amazon; it knows no endpoint."""
    names_server = url.scheme != "s3+http" and url.path.startswith("//")
    server, *parts = url.parts if names_server else [AMAZON, *url.parts]
    bucket, *below = parts or [""]
    _must_be_valid(bucket)
    address = server.rpartition("@")[2]
    return S3Location(
        address=address,
        secure="--s3-unencrypted-connection" not in job.options,
        region=None if address.partition(":")[0].endswith("amazonaws.com") else "us-east-1",
        bucket=bucket,
        prefix="".join(f"{part}/" for part in below),
    )


def s3_view(job: Job, environment: Mapping[str, str], release: Version = NEWEST) -> View | NoView:
    """Given a job with an S3 destination, return the view of it for a release, with the job's own keys."""
    location = s3_location(job, environment, release)
    if isinstance(location, NoView):
        return location
    client = Minio(
        location.address, credentials=_credentials(job), secure=location.secure, region=location.region,
        http_client=_pool(location, environment),
    )  # fmt: skip
    return S3View(location, client)


def _must_be_valid(bucket: str) -> None:
    try:
        check_bucket_name(bucket)
    except ValueError:
        raise CannotRunError(
            f"DST names the bucket {bucket!r}, and no bucket can be called so (3 to 63 letters, digits, dots and "
            "hyphens): correct DST, as in DST=s3:///bucket/prefix"
        ) from None


class S3View(View):
    """The view of an S3 destination."""

    def __init__(self, location: S3Location, client: Minio) -> None:
        self._location, self._client = location, client
        self.downloaded = 0

    def objects(self) -> list[Object]:
        """Return the objects below the prefix, but those in folders of it."""
        location = self._location
        listed = self._asked(
            f"list the bucket {location.bucket}",
            lambda: list(self._client.list_objects(location.bucket, prefix=location.prefix, recursive=False)),
        )
        return [
            Object(
                (each.object_name or "").removeprefix(location.prefix),
                each.size or 0,
                (each.etag or "").strip('"'),
                each.last_modified.timestamp() if each.last_modified else 0.0,
                each.storage_class or "",
            )
            for each in listed
            if not each.is_dir
        ]

    def read(self, name: str) -> bytes:
        """Return an object's bytes."""
        return self._downloaded(name, b"".join)

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield an object's bytes in pieces; a download that stops early goes on where it stopped."""
        fetched = 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                for chunk in self._chunks(name, fetched):
                    fetched += len(chunk)
                    yield chunk
            except CannotRunError:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return an object's digest and size, without keeping its bytes."""
        return self._downloaded(name, lambda chunks: _digest(chunks, algorithm))

    def _downloaded(self, name: str, use: Callable[[Iterator[bytes]], Answer]) -> Answer:
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(CannotRunError):
                return use(self._chunks(name))
        return use(self._chunks(name))

    def _chunks(self, name: str, offset: int = 0) -> Iterator[bytes]:
        location, path = self._location, self._location.prefix + name
        response = self._asked(f"get {name}", lambda: self._client.get_object(location.bucket, path, offset=offset))
        try:
            if offset and response.status != PARTIAL:
                raise CannotRunError(f"{location.address} does not go on with a download that stopped: run again")
            for chunk in response.stream(CHUNK):
                self.downloaded += len(chunk)
                yield chunk
        except _DOWN as error:
            raise _unreachable(location, error) from error
        finally:
            response.close()
            response.release_conn()

    def _asked(self, what: str, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except S3Error as error:
            if error.code == "NoSuchKey":
                raise FileNotFoundError(what) from error
            hint = REFUSALS.get(error.code or "", "see the store's log")
            raise RefusedError(f"{self._location.address} refuses to {what}: {error.code}", hint) from error
        except _DOWN as error:
            raise _unreachable(self._location, error) from error


def _digest(chunks: Iterator[bytes], algorithm: str) -> tuple[str, int]:
    hashed, size = hashlib.new(algorithm, usedforsecurity=False), 0
    for chunk in chunks:
        hashed.update(chunk)
        size += len(chunk)
    return hashed.hexdigest(), size


def _unreachable(location: S3Location, error: BaseException) -> CannotRunError:
    reason = getattr(error, "reason", None) or error
    return CannotRunError(
        f"the destination's store does not answer at {location.address} ({type(reason).__name__}): "
        "see that it runs and that this machine reaches it, then run again"
    )


def _first(job: Job, environment: Mapping[str, str], *names: str) -> str:
    return next(filter(None, (job.text_of(name) or environment.get(name, "") for name in names)), "")


def _credentials(job: Job) -> Provider:
    own = [job.text_of(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    if all(own):
        return StaticProvider(own[0], own[1], job.text_of("AWS_SESSION_TOKEN") or None)
    return ChainedProvider([EnvAWSProvider(), AWSConfigProvider(profile=job.text_of("AWS_PROFILE") or None)])


def _pool(location: S3Location, environment: Mapping[str, str]) -> urllib3.PoolManager:
    """Return a pool of connections that trusts, and goes through, what this machine's environment says."""
    authorities = next(filter(None, (environment.get(name, "") for name in AUTHORITIES)), None)
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=CONNECTING, read=ANSWERING),
        "retries": urllib3.Retry(2, read=0, backoff_factor=0.2),
        "ca_certs": authorities,
        "maxsize": AT_ONCE,
    }
    proxy = urllib.request.getproxies_environment().get("https" if location.secure else "http")
    if proxy and not urllib.request.proxy_bypass(location.address):
        return urllib3.ProxyManager(proxy, **options)
    return urllib3.PoolManager(**options)
