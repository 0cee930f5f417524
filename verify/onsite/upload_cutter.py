"""Runs a command behind a proxy to its S3 server, and breaks it off at one of its uploads.

Usage: `upload_cutter.py NUMBER before|after|refused|meanwhile COMMAND…`. The server is what `--s3-endpoint-url=` in the
command names; the command is given the proxy's address in its place. At the upload of that number,
before or after it has reached the server, the command is killed with all that it started, and gets no
answer; so is this program, which is of the same group. Or this upload and all later ones are refused.
Or, meanwhile, the same command is run by itself to its end, while the first one waits: its exit code is
the last line on standard error.

Standard library only: it runs where duplicity runs.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ENDPOINT = "--s3-endpoint-url="
MEANWHILE = "meanwhile, the same command: exit code "
REFUSAL = b"<Error><Code>AccessDenied</Code><Message>refused on purpose</Message></Error>"
SERVER_ANSWERS_WITHIN = 60.0  # seconds that the server has to answer
OUR_OWN = frozenset({"connection", "expect", "keep-alive", "transfer-encoding"})  # headers of one hop


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a server, and counts those that complete an object."""

    daemon_threads = True

    def __init__(self, server: str, number: int, when: str, command: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.server_there = urlsplit(server).netloc
        self.command = command
        self.meanwhile: int | None = None  # the exit code of what ran meanwhile
        self.number, self.when = number, when
        self.uploads = 0
        self._lock = threading.Lock()

    def due(self) -> str:
        """Count an upload; return what is to become of it: "before", "after", "refused" or nothing."""
        with self._lock:
            self.uploads += 1
            due = self.uploads >= self.number if self.when == "refused" else self.uploads == self.number
            return self.when if due else ""


class Handler(BaseHTTPRequestHandler):
    """Passes one connection's requests on, with their headers as they are: they are signed."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def pass_on(self) -> None:
        """Answer a request as the server does, unless it is the upload at which to break off."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        due = self.server.due() if completes_an_object(self.command, self.path) else ""
        if due == "refused":
            self.refuse()
            return
        if due == "before":
            os.killpg(0, signal.SIGKILL)
        if due == "meanwhile":
            self.server.meanwhile = subprocess.run(self.server.command, check=False).returncode
        answer, data = self.asked(body)
        if due == "after":
            os.killpg(0, signal.SIGKILL)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OUR_OWN | {"content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815 - http.server's names

    def refuse(self) -> None:
        """Answer as a server that permits no writing, which no client tries again."""
        self.send_response_only(http.client.FORBIDDEN)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)

    def asked(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask the server the same; return its answer and the answer's body."""
        connection = http.client.HTTPConnection(self.server.server_there, timeout=SERVER_ANSWERS_WITHIN)
        with contextlib.closing(connection):
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in OUR_OWN:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer, answer.read()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's word
        """Say nothing: what the command prints is read."""


def completes_an_object(method: str, path: str) -> bool:
    """Given a request, return whether an object is there after it: a PUT of it, or the last step of one in parts."""
    in_parts = "uploadId=" in path
    return (method == "PUT" and not in_parts) or (method == "POST" and in_parts)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    number, when, *command = arguments
    server = next(word for word in command if word.startswith(ENDPOINT)).removeprefix(ENDPOINT)
    proxy = Proxy(server, int(number), when, command)
    here = f"{ENDPOINT}http://127.0.0.1:{proxy.server_address[1]}"
    argv = [here if word.startswith(ENDPOINT) else word for word in command]
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    code = subprocess.run(argv, check=False).returncode
    if proxy.meanwhile is not None:
        sys.stderr.write(f"{MEANWHILE}{proxy.meanwhile}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
