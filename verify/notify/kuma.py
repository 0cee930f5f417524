"""Uptime Kuma: a push monitor is told up or down, and alerts when it is told nothing."""

import json
import urllib.parse
from pathlib import Path

from verify.notify.message import Message, cut
from verify.notify.receiver import NotSentError
from verify.notify.web import asked, must_be_web_address, secrets_of
from verify.secret import Secret

LIMIT = 250  # bytes: the message is a part of the URL


class KumaReceiver:
    """A push monitor, by its URL."""

    def __init__(self, url: Secret, ca_file: Path | None = None) -> None:
        must_be_web_address(url.reveal(), "the push URL")
        self._url = urllib.parse.urlsplit(url.reveal())
        self._ca_file = ca_file
        self.name = f"uptime-kuma at {self._url.hostname}"
        self.secrets = secrets_of(url)

    def start(self, seconds: float) -> None:
        """Do nothing: a push monitor knows no beginning."""

    def send(self, message: Message, seconds: float) -> str:
        """Push up only where all is proven."""
        told = {"status": "up" if message.summary.is_green else "down", "msg": cut(message.title, LIMIT)}
        url = self._url._replace(query=urllib.parse.urlencode(told), fragment="").geturl()
        answer = asked(url, None, seconds, self._ca_file)
        if not _is_taken(answer.text):
            raise NotSentError(f"it did not take it: {answer.shown or 'an empty answer'}")
        return answer.shown


def _is_taken(text: str) -> bool:
    try:
        answer = json.loads(text)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("ok") is True
