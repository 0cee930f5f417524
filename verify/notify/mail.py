"""Mail: text and a table, with the report attached, by a server that may want a login."""

import email.policy
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path

from verify.notify.message import Message, cut
from verify.notify.receiver import NotSentError
from verify.secret import Secret

TITLE = 200  # bytes of a subject
LINE = 900  # characters of a header: folded at fewer, a subject gets a blank before it
ATTACHED = 1_000_000  # bytes of a file


@dataclass(frozen=True, slots=True)
class MailServer:
    """How the server is reached. `tls` is starttls, tls or none; certificates are verified, if need be by `ca_file`."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: Secret | None = None
    ca_file: Path | None = None


class MailReceiver:
    """A mailbox, or several."""

    def __init__(self, server: MailServer, sender: str, to: Sequence[str]) -> None:
        for address in (sender, *to):
            if "@" not in parseaddr(address)[1]:
                raise NotSentError(f"{address!r} is no mail address: write NAME@HOST")
        self._server, self._sender, self._to = server, sender, tuple(to)
        self.name = f"mail to {', '.join(to)} by {server.host}:{server.port}"
        self.secrets: tuple[Secret, ...] = (server.password,) if server.password else ()

    def start(self, seconds: float) -> None:
        """Do nothing: nobody wants a mail that a drill begins."""

    def send(self, message: Message, seconds: float) -> str:
        """Send it; the server has to take it for every address."""
        seconds = max(seconds, 0.1)
        try:
            mail = self._mail(message)
            with self._connected(seconds) as server:
                if self._server.user:
                    server.login(self._server.user, self._server.password.reveal() if self._server.password else "")
                refused = server.send_message(mail, self._sender, self._to)
        except smtplib.SMTPAuthenticationError as error:
            raise NotSentError(f"it refused the login of {self._server.user} ({error.smtp_code})") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSentError(f"it takes no mail for {', '.join(error.recipients)}") from None
        except smtplib.SMTPResponseException as error:
            raise NotSentError(f"it answered {error.smtp_code} {_text(error.smtp_error)}") from None
        except smtplib.SMTPNotSupportedError:
            what = "offers no login" if self._server.tls == "none" else "offers no STARTTLS, or no login"
            raise NotSentError(f"it {what}: write tls and port as its owner says") from None
        except (smtplib.SMTPException, MessageError) as error:
            raise NotSentError(f"{type(error).__name__}: {error}") from None
        if refused:
            raise NotSentError(f"it takes no mail for {', '.join(refused)}; the others have it")
        return "it took the mail"

    def _connected(self, seconds: float) -> smtplib.SMTP:
        where = self._server
        if where.tls == "none":
            return smtplib.SMTP(where.host, where.port, timeout=seconds)
        context = ssl.create_default_context(cafile=str(where.ca_file) if where.ca_file else None)
        if where.tls == "tls":
            return smtplib.SMTP_SSL(where.host, where.port, timeout=seconds, context=context)
        server = smtplib.SMTP(where.host, where.port, timeout=seconds)
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=email.policy.default.clone(max_line_length=LINE))
        mail["Subject"] = cut(message.title, TITLE).replace("\n", " ")
        mail["From"], mail["To"] = self._sender, ", ".join(self._to)
        mail["Date"], mail["Message-ID"] = formatdate(localtime=False), make_msgid(domain="duplicity-verify.invalid")
        mail["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday answers it
        mail.set_content(message.text)
        mail.add_alternative(message.as_html, subtype="html")
        for name, text in message.attached.items():
            mail.add_attachment(cut(text, ATTACHED), subtype="plain", filename=name)
        return mail


def _text(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:100]
