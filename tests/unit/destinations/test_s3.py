"""An S3 destination looked at: what a store refuses, what it has lost, and downloads that stop halfway."""

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.destinations.s3 import CHUNK, S3Location, S3View, s3_location, s3_view
from verify.destinations.view import NoView, RefusedError
from verify.errors import CannotRunError
from verify.job import Job, read_job

ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message><RequestId>1</RequestId></Error>"
WHOLE = b"a" * CHUNK + b"good"
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@pytest.fixture
def view(tmp_path: Path) -> Iterator[Callable[[Answer], S3View]]:
    """Make the view of a store that answers each request in the way given."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def of(answer: Answer) -> S3View:
        handler = type("Store", (http.server.BaseHTTPRequestHandler,), {"do_GET": answer, "log_message": quiet})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        variables = {
            "SRC": "/var/data",
            "DST": "s3:///bucket/a",
            "OPTIONS": f"--s3-endpoint-url=http://127.0.0.1:{server.server_port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        file = tmp_path / "duplicity.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        job = read_job(file, None, {})
        view = s3_view(job, {})
        assert isinstance(view, S3View)
        return view

    yield of
    for server in servers:
        server.shutdown()
        server.server_close()


def quiet(*_: object) -> None:
    """Log nothing."""


def refusing(code: str, status: int) -> Answer:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        body = ERROR.format(code=code).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        ("ExpiredToken", 400, "renew the key"),
        ("InvalidAccessKeyId", 403, "correct AWS_ACCESS_KEY_ID"),
        ("AccessDenied", 403, "let the key list the bucket"),
        ("RequestTimeTooSkewed", 403, "set this machine's clock"),
        ("SomethingElse", 400, "see the store's log"),
    ],
)
def test_what_a_store_refuses_comes_with_what_to_do(
    view: Callable[[Answer], S3View], code: str, status: int, advice: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        view(refusing(code, status)).objects()
    assert code in caught.value.got
    assert advice in caught.value.hint
    assert "secret" not in caught.value.got


def test_an_object_that_is_gone_is_told_apart(view: Callable[[Answer], S3View]) -> None:
    with pytest.raises(FileNotFoundError):
        view(refusing("NoSuchKey", 404)).read("x")


def test_a_download_that_breaks_off_is_tried_again(view: Callable[[Answer], S3View]) -> None:
    asked: list[str] = []

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        request.send_response(200)
        request.send_header("Content-Length", "4")
        request.end_headers()
        request.wfile.write(b"good" if len(asked) > 1 else b"go")
        request.close_connection = True

    assert view(answer).read("x") == b"good"
    assert len(asked) == 2


def test_a_download_in_pieces_goes_on_where_it_broke_off(view: Callable[[Answer], S3View]) -> None:
    asked: list[str | None] = []

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(request.headers["Range"])
        request.send_response(206 if len(asked) > 1 else 200)
        request.send_header("Content-Length", f"{len(WHOLE) - CHUNK if len(asked) > 1 else len(WHOLE)}")
        request.end_headers()
        request.wfile.write(WHOLE[CHUNK:] if len(asked) > 1 else WHOLE[:-1])
        request.close_connection = True

    looked = view(answer)
    assert b"".join(looked.fetch("x")) == WHOLE
    assert (asked, looked.downloaded) == ([None, f"bytes={CHUNK}-"], len(WHOLE))


def test_a_store_that_begins_again_is_not_taken_for_one_that_goes_on(view: Callable[[Answer], S3View]) -> None:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", f"{len(WHOLE)}")
        request.end_headers()
        request.wfile.write(WHOLE[:-1])
        request.close_connection = True

    with pytest.raises(CannotRunError, match="does not go on"):
        list(view(answer).fetch("x"))


def test_a_download_that_always_breaks_off_is_no_verdict(view: Callable[[Answer], S3View]) -> None:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "4")
        request.end_headers()
        request.close_connection = True

    with pytest.raises(CannotRunError, match=r"does not answer at 127\.0\.0\.1"):
        view(answer).read("x")


def job_of(folder: Path, **variables: str) -> Job:
    file = folder / "duplicity.env"
    own = {"SRC": "/var/data", "DST": "s3:///bucket/a/b", "PASSPHRASE": "secret", **variables}
    file.write_text("".join(f"{name}={value}\n" for name, value in own.items()))
    return read_job(file, None, {})


@pytest.mark.parametrize(
    ("variables", "environment", "location"),
    [
        (
            {"OPTIONS": "--s3-endpoint-url=http://minio:9000"},
            {},
            S3Location("minio:9000", False, "us-east-1", "bucket", "a/b/"),
        ),
        ({"AWS_ENDPOINT_URL": "https://s3.example"}, {}, S3Location("s3.example", True, "us-east-1", "bucket", "a/b/")),
        ({}, {"AWS_ENDPOINT_URL": "https://s3.example"}, S3Location("s3.example", True, "us-east-1", "bucket", "a/b/")),
        ({"AWS_REGION": "eu-west-1"}, {}, S3Location("s3.amazonaws.com", True, "eu-west-1", "bucket", "a/b/")),
        ({"DST": "boto3+s3:///bucket"}, {}, S3Location("s3.amazonaws.com", True, None, "bucket", "")),
        ({"DST": "boto3+s3://bucket/a"}, {}, S3Location("s3.amazonaws.com", True, None, "bucket", "a/")),
        ({"DST": "s3://bucket/a//b"}, {}, S3Location("s3.amazonaws.com", True, None, "bucket", "a/b/")),
        ({"OPTIONS": "--s3-region-name r"}, {}, S3Location("s3.amazonaws.com", True, "r", "bucket", "a/b/")),
    ],
)
def test_an_s3_destination_is_where_duplicity_looks_for_it(
    tmp_path: Path, variables: dict[str, str], environment: dict[str, str], location: S3Location
) -> None:
    assert s3_location(job_of(tmp_path, **variables), environment) == location


def test_a_url_that_is_misread_is_not_looked_at(tmp_path: Path) -> None:
    assert isinstance(s3_location(job_of(tmp_path, DST="s3://s3.example.org/bucket/a"), {}), NoView)


@pytest.mark.parametrize(
    ("url", "options", "location"),
    [
        ("s3://store:9000/bucket/a/b", "", S3Location("store:9000", True, "us-east-1", "bucket", "a/b/")),
        (
            "s3://store/bucket", "--s3-unencrypted-connection",
            S3Location("store", False, "us-east-1", "bucket", ""),
        ),
        ("s3:///bucket/a", "--s3-endpoint-url=https://e", S3Location("s3.amazonaws.com", True, None, "bucket", "a/")),
        ("boto+s3://s3.amazonaws.com/bucket", "", S3Location("s3.amazonaws.com", True, None, "bucket", "")),
        ("s3+http://bucket/a", "", S3Location("s3.amazonaws.com", True, None, "bucket", "a/")),
    ],
)  # fmt: skip
def test_boto_asks_the_server_that_the_url_names(tmp_path: Path, url: str, options: str, location: S3Location) -> None:
    assert s3_location(job_of(tmp_path, DST=url, OPTIONS=options), {}, Version("0.8.22")) == location
