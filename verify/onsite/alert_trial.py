"""Runs a job's schedule beside a mail server and a receiver of pings of its own, and prints what these were told.

Run as a program on a host: `alert_trial.py FOLDER BEGUN WORDS…` runs the words as a command, with `@MAIL@`, `@TLS@`
and `@WEB@` in its environment replaced by ports of localhost. Once the file BEGUN is there the command has HANGS_FOR
seconds left, and is killed. It prints one object of JSON: `exit_code` (null: it was killed), `said`, and lists `mails`
(`text`, `subject`, `login`) and `pings` (`path`, `query`). The mail server wants SMTP_USER and SMTP_PASS, by STARTTLS
or TLS, where they are set. It runs in the job's image: standard library of Python 3.8 only.
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import json
import os
import signal
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ENDS_WITHIN = 60.0  # seconds
HANGS_FOR = 0.7  # seconds


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a command that is killed drops its connections."""


class _Mailbox(socketserver.StreamRequestHandler):
    """A conversation of a mail server, as RFC 5321 has it, with STARTTLS and AUTH PLAIN and LOGIN."""

    mails: list[dict[str, Any]]
    context: ssl.SSLContext
    keys: tuple[str, str]
    tls = False  # whether it is encrypted from the start

    def setup(self) -> None:
        """Encrypt the connection from the start, where it is one by TLS."""
        if self.tls:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        self.encrypted, self.logged_in, self.refused = self.tls, False, False
        super().setup()

    def handle(self) -> None:
        """Answer line by line."""
        self._say("220 localhost")
        while True:
            line = self.rfile.readline().decode(errors="replace").strip()
            verb = line[:4].upper()
            if not line or verb == "QUIT":
                self._say("221 bye")
                return
            answer = getattr(self, f"_{verb.lower()}", None)
            self._say(answer(line) if answer else "502 no such command")

    def _say(self, text: str) -> None:
        if text:
            self.wfile.write(text.encode() + b"\r\n")

    def _ehlo(self, _line: str) -> str:
        more = ["AUTH PLAIN LOGIN"] if self.encrypted else ["STARTTLS"]
        return "\r\n".join([*(f"250-{each}" for each in ["localhost", *more]), "250 8BITMIME"])

    def _helo(self, _line: str) -> str:
        return "250 localhost"

    def _star(self, _line: str) -> str:
        """STARTTLS."""
        self._say("220 go on")
        self.connection = self.request = self.context.wrap_socket(self.connection, server_side=True)
        self.encrypted = True
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        return ""

    def _auth(self, line: str) -> str:
        _, kind, *given = line.split()
        if not self.encrypted:
            return "538 encrypt first"
        if kind.upper() == "PLAIN":
            _, user, password = base64.b64decode(given[0] if given else self._asked("")).decode().split("\0")
        else:
            user = base64.b64decode(given[0] if given else self._asked("VXNlcm5hbWU6")).decode()
            password = base64.b64decode(self._asked("UGFzc3dvcmQ6")).decode()
        self.logged_in = (user, password) == self.keys
        return "235 welcome" if self.logged_in else "535 wrong user or password"

    def _asked(self, text: str) -> str:
        self._say(f"334 {text}")
        return self.rfile.readline().decode().strip()

    def _mail(self, _line: str) -> str:
        return "250 OK" if self.logged_in or not self.keys[0] else "530 log in first"

    def _rcpt(self, _line: str) -> str:
        return self._mail("")

    def _rset(self, _line: str) -> str:
        return "250 OK"

    _noop = _rset

    def _data(self, _line: str) -> str:
        self._say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
        self.mails.append({"subject": str(mail["subject"]), "text": "\n".join(parts), "login": self.logged_in})
        return "250 OK"


class _Pings(BaseHTTPRequestHandler):
    """A receiver of pings, which takes everything."""

    pings: list[dict[str, Any]]

    def do_GET(self) -> None:
        """Note it, and answer as Uptime Kuma does."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        self.pings.append({"path": parts.path, "query": parse_qs(parts.query)})
        body = b'{"ok":true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_HEAD = do_GET  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def main(folder: str, begun: str, words: list[str]) -> None:
    """Run the command between the servers, and print what they were told."""
    mails, pings = [], []  # type: ignore[var-annotated]  # Python 3.8 has no list[…]() at run time
    keys = (os.environ.get("SMTP_USER", ""), os.environ.get("SMTP_PASS", ""))
    context, certificate = _context(folder)
    box = {"mails": mails, "keys": keys, "context": context}
    kinds = {
        "@MAIL@": type("_Plain", (_Mailbox,), box),
        "@TLS@": type("_Tls", (_Mailbox,), {**box, "tls": True}),
        "@WEB@": type("_Web", (_Pings,), {"pings": pings}),
    }
    with contextlib.ExitStack() as opened:
        servers = {name: opened.enter_context(_Server(("localhost", 0), kind)) for name, kind in kinds.items()}
        for server in servers.values():
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            opened.callback(server.shutdown)
        environment = dict(os.environ, SSL_CERT_FILE=certificate)
        for name, server in servers.items():
            port = str(server.server_address[1])
            environment = {key: value.replace(name, port) for key, value in environment.items()}
        code, said = _ended(words, environment, begun)
    json.dump({"exit_code": code, "said": said, "mails": mails, "pings": pings}, sys.stdout)


def _context(folder: str) -> tuple[ssl.SSLContext, str]:
    """Return what encrypts, by a certificate of localhost that is made when it is first asked for, and its file."""
    key, certificate = (str(Path(folder, name)) for name in ("key.pem", "certificate.pem"))
    if not Path(certificate).exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def _ended(words: list[str], environment: dict[str, str], begun: str) -> tuple[int | None, str]:
    """Run a command; return its exit code, None where it was killed, and what it said."""
    mark, waits = Path(begun), True
    with mark.with_suffix(".said").open("w+b") as said:
        process = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        end = time.monotonic() + ENDS_WITHIN
        while process.poll() is None and time.monotonic() < end:
            if waits and mark.exists():
                end, waits = time.monotonic() + HANGS_FOR, False
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        killed = process.wait() == -signal.SIGKILL
        said.seek(0)
        return None if killed else process.returncode, said.read().decode(errors="replace")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
