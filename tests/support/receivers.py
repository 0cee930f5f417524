"""Who is told of a drill, as servers of this machine.

The mail server is aiosmtpd, a real one. The receiver of pings is one of our own: it speaks the protocols of
Healthchecks and of Uptime Kuma as their documentation has them, and misbehaves where a test wants that.
"""

import contextlib
import email
import email.policy
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from vendors.authority import context_for

TOKEN = "5ae4b2f0-ping-token"
USER, PASSWORD = "backup@example.org", "correct horse"


@dataclass
class Mailbox:
    """What a mail server has taken, and how it is reached."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refused: tuple[str, ...] = ()  # addresses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take an address, unless the test refuses it."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@contextlib.contextmanager
def mail_server(folder: Path, *, login: bool = False, starttls: bool = False) -> Iterator[Mailbox]:
    """Run a mail server at localhost; with `starttls` by `folder`/authority.pem."""
    box = Mailbox()
    context, _ = context_for(["localhost"], folder) if starttls else (None, None)

    def known(server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)

    with socket.create_server(("localhost", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(
        box, hostname="localhost", port=box.port, tls_context=context, auth_required=login,
        authenticator=known if login else None, auth_require_tls=starttls, require_starttls=starttls,
    )  # fmt: skip
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Ping:
    """A request that was taken."""

    path: str
    query: dict[str, list[str]]
    body: str


class PingServer:
    """The receiver of pings; `answer` may be replaced: it is given the path and returns status, headers and body."""

    def __init__(self) -> None:
        self.pings: list[Ping] = []
        self.answer: Callable[[str], tuple[int, dict[str, str], str]] = as_documented
        self.slow = False
        self.port = 0
        self.serve_by: Callable[[ssl.SSLContext], None]

    @property
    def healthchecks(self) -> str:
        return f"http://localhost:{self.port}/ping/{TOKEN}"

    @property
    def kuma(self) -> str:
        return f"http://localhost:{self.port}/api/push/{TOKEN}?status=up&msg=OK&ping="


def as_documented(path: str) -> tuple[int, dict[str, str], str]:
    """What Healthchecks and Uptime Kuma answer; both know one token."""
    if path.startswith("/api/push/"):
        known = path == f"/api/push/{TOKEN}"
        said = {"ok": True} if known else {"ok": False, "msg": "Monitor not found or not active."}
        return (200 if known else 404), {}, json.dumps(said)
    known = path.removeprefix(f"/ping/{TOKEN}") in {"", "/start", "/fail", "/log"}
    return 200, {"Ping-Body-Limit": "2000"}, "OK" if known else "OK (not found)"


@contextlib.contextmanager
def ping_server() -> Iterator[PingServer]:
    """Run the receiver of pings at localhost."""
    own, ended = PingServer(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            own.pings.append(Ping(parts.path, parse_qs(parts.query), self.rfile.read(length).decode()))
            if own.slow:
                self._drip()
                return
            status, headers, body = own.answer(parts.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - as above

        def _drip(self) -> None:
            """Answer byte by byte, so that no time limit of a single read is met."""
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not ended.wait(0.05):
                    self.wfile.write(b"a")
                    self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    server.daemon_threads = True
    own.port = server.server_address[1]

    def serve_by(context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

    own.serve_by = serve_by
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield own
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Run a server that takes a connection and says nothing; yield its port."""
    with socket.create_server(("localhost", 0)) as server:
        yield server.getsockname()[1]


def unused_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("localhost", 0)) as server:
        port: int = server.getsockname()[1]
    return port
