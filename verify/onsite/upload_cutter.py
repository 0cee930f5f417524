"""Runs a command behind a proxy to its S3 server, and interferes at one of its uploads.

Usage: `upload_cutter.py NUMBER before|after|refused|meanwhile COMMAND…`. `--s3-endpoint-url=` in the command
names the server; the command gets the proxy's address in its place. What happens at upload NUMBER:
- before, after: the command is killed before or after the server gets the upload, with all that it has
  started and with this program, which is in the same process group.
- refused: this upload and all later ones are refused.
- meanwhile: the upload waits until a second run of the same command has ended. The
  last line on standard error then gives the exit code of that second run.

It runs where duplicity runs: standard library of Python 3.8 only.
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
        self.meanwhile: int | None = None  # the exit code of the run at "meanwhile"
        self.number, self.when = number, when
        self.uploads = 0
        self._lock = threading.Lock()

    def due(self) -> str:
        """Count an upload; return `when` if it is the one to interfere with, else an empty string."""
        with self._lock:
            self.uploads += 1
            due = self.uploads >= self.number if self.when == "refused" else self.uploads == self.number
            return self.when if due else ""


class Handler(BaseHTTPRequestHandler):
    """Passes a connection's requests on, with their headers unchanged, since these are signed."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def pass_on(self) -> None:
        """Answer a request as the server does, unless it is the upload to interfere with."""
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
        """Answer as a server that does not permit writing; no client retries after this."""
        self.send_response_only(http.client.FORBIDDEN)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)

    def asked(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        """Send the request to the server; return its answer and the answer's body."""
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
    """Return whether this request completes an object: a PUT, or the last request of an upload in parts."""
    in_parts = "uploadId=" in path
    return (method == "PUT" and not in_parts) or (method == "POST" and in_parts)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    number, when, *command = arguments
    server = next(word[len(ENDPOINT) :] for word in command if word.startswith(ENDPOINT))
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
