"""Healthchecks, hosted or self-hosted: it is pinged when a drill begins and when it ends, and alerts when it is not."""

import urllib.parse
import uuid
from pathlib import Path

from verify.notify.message import Message, cut
from verify.notify.receiver import NotSentError
from verify.notify.web import WebAnswer, asked, must_be_web_address, secrets_of
from verify.secret import Secret

LIMIT = 10_000  # bytes of a body, where the server announces no other limit


class HealthchecksReceiver:
    """A check, by its ping URL."""

    def __init__(self, url: Secret, ca_file: Path | None = None) -> None:
        must_be_web_address(url.reveal(), "the ping URL")
        self._url = urllib.parse.urlsplit(url.reveal())
        self._ca_file = ca_file
        self._rid = str(uuid.uuid4())  # joins the start of a drill with its end
        self._limit = LIMIT
        self.name = f"healthchecks at {self._url.hostname}"
        self.secrets = secrets_of(url)

    def start(self, seconds: float) -> None:
        """Ping that a drill begins; the answer says how long a message may be."""
        announced = self._ping("/start", b"", seconds).headers.get("ping-body-limit", "")
        if announced.isdecimal():
            self._limit = int(announced)

    def send(self, message: Message, seconds: float) -> str:
        """Ping success only where all is proven; what could not run is a failure, too."""
        end = "" if message.summary.is_green else "/fail"
        return self._ping(end, cut(message.text, self._limit).encode(), seconds).shown

    def _ping(self, end: str, body: bytes, seconds: float) -> WebAnswer:
        query = "&".join(filter(None, (self._url.query, f"rid={self._rid}")))
        url = self._url._replace(path=self._url.path.rstrip("/") + end, query=query, fragment="").geturl()
        answer = asked(url, body, seconds, self._ca_file)
        if "(not found)" in answer.text:  # the server answers 200 all the same
            raise NotSentError("it knows no such check: copy the ping URL anew")
        if "(rate limited)" in answer.text:
            raise NotSentError("it was pinged too often, and dropped this one: it takes five pings a minute")
        if not answer.text.startswith("OK"):
            raise NotSentError(f"what answered is no Healthchecks: {answer.shown or 'nothing'}")
        return answer
