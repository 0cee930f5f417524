"""What is made of the answers of the program that looks: each trouble is one sentence, and of the right kind."""

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from verify.destinations.own_backend import BackendView
from verify.destinations.view import OptionsRefusedError, RefusedError
from verify.errors import CannotRunError, NotProvenError

SECRET = "hunter2hunter2"


@dataclass
class Told:
    """A program that has ended, with what it answered and said."""

    answers: list[dict[str, Any]]
    said: str = ""
    returncode: int = 0
    timed_out: bool = False

    @property
    def stdout(self) -> bytes:
        return "".join(json.dumps(each) + "\n" for each in self.answers).encode()

    @property
    def stderr(self) -> bytes:
        return self.said.encode()


def view(told: Told) -> BackendView:
    return BackendView(lambda *_: told, "sftp://user@host/folder", lambda text: text.replace(SECRET, "***"))


def refused(text: str, kind: str = "BackendException") -> dict[str, Any]:
    return {"refused": text, "class": kind, "code": 50}


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ({"missing": "no folder /x"}, "correct DST"),
        (refused("cd: Access failed: 550 No such file or directory"), "correct DST"),
        (refused("ssh connection to a@b failed: Authentication failed."), "password"),
        (refused("EOF when reading a line"), "known_hosts"),
        (refused("certificate verify failed: certificate has expired"), "--ssl-cacert-file"),
        (refused("(unauthorized)", "Unauthorized"), "password"),
        (refused("('invalid_grant: Invalid JWT Signature.', {'error': 'invalid_grant'})", "RefreshError"), "password"),
        (refused("(invalid_grant) AADSTS700082: The refresh token has expired"), "get a new token"),
        (refused("AuthError(None, AuthError('expired_access_token', None))"), "get a new token"),
        (refused("Application key is restricted to buckets: ['other']", "RestrictedBucket"), "enter its bucket"),
        (refused("EOF when reading a line: Enter verification code: ", "EOFError"), "log in once by hand"),
        (refused("The OAuth2 token could not be loaded, and you are not running interactively"), "log in once by hand"),
        (refused("dpbx error: cannot interact, but need human attention", "FatalError"), "log in once by hand"),
        (refused("Invalid Azure Storage Blob container name."), "correct DST"),
        (refused("Connection failed: ConnectionError Auth GET failed: http://a/auth 404 Not Found"), "SWIFT_AUTHURL"),
        (refused("Connection string is either blank or malformed.", "ValueError"), "key"),
        (refused("the server answers 403 Forbidden", "ConnectionRefusedError"), "key"),
    ],
)
def test_what_a_destination_refuses_is_a_finding(answer: dict[str, Any], hint: str) -> None:
    with pytest.raises(RefusedError) as caught:
        view(Told([answer])).objects()
    assert hint in caught.value.hint
    assert "\n" not in caught.value.got


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused("Option '--s3-european-buckets' was removed.\nEnter 'duplicity --help'", "CommandLineError"), ""),
        (
            refused("2", "SystemExit"),
            "usage: …\n  --timeout SECONDS\nduplicity: error: Option '--s3-european-buckets' no",
        ),
    ],
)
def test_options_that_duplicity_refuses_are_no_matter_of_the_destination(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionsRefusedError) as caught:
        view(Told([answer], said)).objects()
    assert "--s3-european-buckets" in caught.value.got


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (Told([refused("Unable to connect to port 22 on 10.0.0.1")]), "does not answer"),
        (Told([refused("something else")], said="some notice\nconnection timed out"), "does not answer"),
        (Told([refused("Too many requests", "TooManyRequests")]), "asked too often"),
        (Told([refused("Cannot perform the operation, transaction cap exceeded.", "CapExceeded")]), "raise the limit"),
        (Told([refused("<HttpError 403 …: The download quota for this file has been exceeded")]), "raise the limit"),
        (Told([refused("503 Server Error: Service Unavailable for url: https://x", "HTTPError")]), "out of order"),
        (Told([refused("InternalServerError(None, 500, 'Internal Server Error')")]), "out of order"),
        (Told([refused("No such file or directory: '/run/key.json'", "FileNotFoundError")]), "cannot be entered"),
        (Told([refused("something else")]), "cannot be looked at by duplicity: something else"),
        (Told([], said="Killed", returncode=-9), "cannot be looked at: Killed"),
        (Told([], timed_out=True), "did not answer within 300 s"),
    ],
)
def test_where_nothing_answers_there_is_no_verdict(told: Told, says: str) -> None:
    with pytest.raises(CannotRunError, match=says):
        view(told).objects()


def test_the_error_itself_goes_before_what_was_printed_besides() -> None:
    with pytest.raises(CannotRunError, match="does not answer"):
        view(Told([refused("Connection refused")], said="warning: no such file: ~/.ssh/config")).objects()


@pytest.mark.parametrize("kind", ["UnsupportedBackendScheme", "NotImplementedError"])
def test_what_duplicity_or_the_look_does_not_know_is_not_proven(kind: str) -> None:
    with pytest.raises(NotProvenError):
        view(Told([refused("scheme not supported", kind)])).objects()


def test_no_secret_is_repeated() -> None:
    with pytest.raises(RefusedError) as caught:
        view(Told([refused(f"login failed for user with {SECRET}")])).objects()
    assert SECRET not in caught.value.got


def test_what_a_url_asks_is_not_repeated() -> None:
    said = (
        '<HttpError 429 when requesting https://www.googleapis.com/drive?q=name&key=abc returned "Rate Limit Exceeded">'
    )
    with pytest.raises(CannotRunError, match=r"requesting https://www\.googleapis\.com/drive\?… returned") as caught:
        view(Told([refused(said)])).objects()
    assert "abc" not in str(caught.value)


def test_files_that_are_not_answered_for_are_no_verdict() -> None:
    answered = Told([{"name": "one", "digest": "00", "size": 1}])
    with pytest.raises(CannotRunError, match="not read to the end"):
        list(view(answered).digests([("one", "sha1"), ("two", "sha1")], time.monotonic() + 60))


def test_what_is_not_begun_in_time_is_not_downloaded() -> None:
    assert dict(view(Told([])).digests([("one", "sha1")], time.monotonic() - 1)) == {"one": None}
