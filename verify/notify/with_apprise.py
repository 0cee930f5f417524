"""Apprise: a library for chat, phones and pagers. It is an extra, and imported only where it is asked for."""

import contextlib
import importlib
import logging
import urllib.parse

from verify.notify.message import Message, cut
from verify.notify.receiver import NotSentError
from verify.secret import Secret

LIMIT = 1500  # bytes; Apprise cuts further where a service takes less


class AppriseReceiver:
    """A service, by its URL as Apprise writes it."""

    def __init__(self, url: Secret) -> None:
        self._url = url
        self.name = f"apprise ({urllib.parse.urlsplit(url.reveal()).scheme or 'no scheme'})"
        self.secrets: tuple[Secret, ...] = (url,)

    def start(self, seconds: float) -> None:
        """Import Apprise, which takes seconds that there may not be at the end."""
        del seconds
        with contextlib.suppress(ImportError):
            importlib.import_module("apprise")

    def send(self, message: Message, seconds: float) -> str:
        """Send it by Apprise, which says only whether it worked."""
        del seconds
        try:
            import apprise  # noqa: PLC0415 - an extra, and slow to import
        except ImportError:
            raise NotSentError("Apprise is not installed: install duplicity-verify[apprise]") from None
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its log holds URLs
        sender = apprise.Apprise()
        if not sender.add(self._url.reveal()):
            raise NotSentError("Apprise does not know such a URL: see its list of services")
        kind = apprise.NotifyType.SUCCESS if message.summary.is_green else apprise.NotifyType.FAILURE
        if not sender.notify(body=cut(message.text, LIMIT), title=message.title, notify_type=kind):
            raise NotSentError("Apprise could not send it: `apprise -vv` with the same URL says why")
        return "Apprise sent it"
