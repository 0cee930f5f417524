"""An S3 server between duplicity and the store, which a saboteur answers for.

Requests go on as they came, with the Host that they were sent to, so that their signatures stay valid. What is
written is kept, so that an answer can be made of another object.
"""

from __future__ import annotations

import contextlib
import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from calls import Call

ENDPOINT = "--s3-endpoint-url="
OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
LISTED = re.compile(rb"<Contents>.*?<Key>(.*?)</Key>.*?</Contents>", re.DOTALL)
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Answer:
    """What a store says to a request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # the connection ends before the body does

    def but(self, body: bytes) -> Answer:
        """Return the answer with another body."""
        return replace(self, body=body)

    def without(self, hidden: Callable[[str], bool]) -> Answer:
        """Given which names are hidden, return a listing without them."""
        return self.but(LISTED.sub(lambda found: b"" if hidden(_named(found[1])) else found[0], self.body))

    @property
    def names(self) -> list[str]:
        """The names in a listing."""
        return [_named(key) for key in LISTED.findall(self.body)]


def _named(key: bytes) -> str:
    return unquote(key.decode()).rpartition("/")[2]


@dataclass(frozen=True)
class Request:
    """One request of duplicity's."""

    call: Call
    endpoint: str
    method: str
    target: str  # path and query, as sent
    headers: Mapping[str, str]
    body: bytes

    @property
    def name(self) -> str:
        """The object's name without its prefix; empty for a listing."""
        path = unquote(urlsplit(self.target).path).strip("/")
        return path.rpartition("/")[2] if "/" in path else ""

    def gets(self, *words: str) -> bool:
        """Return whether an object is read whose name has all of these words."""
        return self.method == "GET" and bool(self.name) and all(word in self.name for word in words)

    def puts(self, *words: str) -> bool:
        """Return whether an object is written whose name has all of these words."""
        return self.method == "PUT" and all(word in self.name for word in words)

    @property
    def lists(self) -> bool:
        """Whether objects are listed."""
        return self.method == "GET" and not self.name

    def forward(self) -> Answer:
        """Send the request on; return the store's answer."""
        from http.client import HTTPConnection  # noqa: PLC0415 - see _serving

        connection = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.putrequest(self.method, self.target, skip_host=True, skip_accept_encoding=True)
            for key, value in self.headers.items():
                connection.putheader(key, value)
            connection.endheaders(self.body)
            response = connection.getresponse()
            return Answer(response.status, response.read(), dict(response.getheaders()))

    def hit(self) -> None:
        """Note that the saboteur struck."""
        self.call.hit()

    def keep(self) -> None:
        """Keep what is written."""
        self._kept(self.name).write_bytes(self.body)

    def other(self, *words: str) -> bytes | None:
        """Return another object of the same destination whose name has all of these words, None if there is none."""
        mine = self._kept(self.name)
        others = (path for path in mine.parent.glob(f"{self._kept('').name}*") if path != mine)
        found = sorted(path for path in others if all(word in path.name for word in words))
        return found[0].read_bytes() if found else None

    def _kept(self, name: str) -> Path:
        return self.call.kept("object-" + quote(name, safe=""))


def proxied(call: Call, answer: Callable[[Request], Answer | None]) -> int:
    """Run a command with a saboteur between it and its store; None for an answer is the store's own."""
    places = [place for place, word in enumerate(call.words) if word.startswith(ENDPOINT)]
    if not places:
        return call.run()
    endpoint = call.words[places[-1]][len(ENDPOINT) :]

    def served(request: Request) -> Answer:
        if request.method == "PUT":
            request.keep()
        return answer(request) or request.forward()

    with _serving(call, endpoint, served) as url:
        words = [ENDPOINT + url if place in places else word for place, word in enumerate(call.words)]
        return call.run(words)


@contextlib.contextmanager
def _serving(call: Call, endpoint: str, answer: Callable[[Request], Answer]) -> Iterator[str]:
    # Most saboteurs have no server, and their commands would pay for it with half of what Python imports for them.
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # noqa: PLC0415

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(1 << 16)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = answer(Request(call, endpoint, self.command, self.path, dict(self.headers), body))
            self.send_response_only(said.status)
            for key, value in said.headers.items():
                if key.lower() not in OF_ONE_HOP:
                    self.send_header(key, value)
            # Of a HEAD, the length is the object's, and there is no body.
            length = said.headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(said.body))
            self.send_header("Content-Length", length)
            self.end_headers()
            self.close_connection |= said.cut
            self.wfile.write(said.body[: len(said.body) // 2] if said.cut else said.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
