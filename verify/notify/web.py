"""A request to a receiver's URL: verified certificates, no redirects, a bounded answer."""

import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message as Headers
from pathlib import Path
from typing import IO

from verify.notify.receiver import NotSentError
from verify.secret import Secret

READ = 1000  # bytes of an answer
SHOWN = 100  # characters of one
TOKEN = 8  # characters from which on a part of a URL may be a secret by itself


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What a receiver answered: the text without line breaks, its headers by their names in lower case."""

    text: str
    headers: Mapping[str, str]

    @property
    def shown(self) -> str:
        """The beginning of the text."""
        return self.text[:SHOWN]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Whoever answers elsewhere is not the receiver: a login page that answers 200 has taken nothing."""

    def redirect_request(  # noqa: PLR0917 - as urllib calls it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Headers, newurl: str
    ) -> None:
        del req, fp, code, msg, headers, newurl


def must_be_web_address(url: str, name: str) -> None:
    """Given a URL and what it is called, raise `NotSentError` unless it is one of the web."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotSentError(f"{name} is no URL: write all of it, from https:// on")
    if any(sign.isspace() for sign in url):
        raise NotSentError(f"{name} has a blank in it: write the URL alone")


def secrets_of(url: Secret) -> tuple[Secret, ...]:
    """Given a receiver's URL, return it, its path and each part that may be a token, as errors may name them."""
    path = urllib.parse.urlsplit(url.reveal()).path
    parts = (path.strip("/"), *path.split("/"))
    return (url, *(Secret(part) for part in dict.fromkeys(parts) if len(part) >= TOKEN))


def asked(url: str, body: bytes | None, seconds: float, ca_file: Path | None) -> WebAnswer:
    """Given a URL, a body to post or None, and how long it may take, return the answer.

    Raise `NotSentError` for an answer that is none of success, and an OSError where there is none.
    """
    request = urllib.request.Request(url, body, {"User-Agent": "duplicity-verify"})  # noqa: S310 - http and https alone
    try:
        with _opener(url, ca_file).open(request, timeout=max(seconds, 0.1)) as answer:
            text = answer.read(READ).decode(errors="replace")
            return WebAnswer(" ".join(text.split()), {name.lower(): value for name, value in answer.headers.items()})
    except urllib.error.HTTPError as error:
        with error:
            raise NotSentError(f"it answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, OSError):
            raise error.reason from None
        raise NotSentError(f"it cannot be asked ({error.reason})") from None


def _opener(url: str, ca_file: Path | None) -> urllib.request.OpenerDirector:
    if not url.lower().startswith("https:"):  # without the authorities of this machine, which take long to read
        return urllib.request.build_opener(_NoRedirects())
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    return urllib.request.build_opener(_NoRedirects(), urllib.request.HTTPSHandler(context=context))
