"""A proxy that leads to emulated vendors under their real host names, and to nowhere else."""

import contextlib
import ssl
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from vendors.authority import context_for
from vendors.vendor import Request, Vendor


@dataclass(frozen=True)
class Proxy:
    """Where it listens, on this machine, and the certificate of the authority that it goes by."""

    port: int
    authority: Path

    @property
    def variables(self) -> Mapping[str, str]:
        """What makes a client go through it: requests, Python's own TLS, and httplib2."""
        trusted = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "HTTPLIB2_CA_CERTS")
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self.port}", **dict.fromkeys(trusted, str(self.authority))}


@contextlib.contextmanager
def proxy_to(vendors: Iterable[Vendor], folder: Path) -> Iterator[Proxy]:
    """Lead to vendors. Their state is in this process."""
    by_host = {host: vendor for vendor in vendors for host in vendor.hosts}
    context, authority = context_for(sorted(by_host), folder)
    server = _Server(by_host, context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Proxy(server.server_address[1], authority)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection open

    def __init__(self, vendors: Mapping[str, Vendor], context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.vendors, self.context = vendors, context

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what is wrong here. A client that goes away is nothing wrong."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    host = ""  # that a client is led to

    def __init__(self, request: Any, client_address: Any, server: BaseServer) -> None:
        with request:
            super().__init__(request, client_address, server)

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        if self.host not in self.server.vendors:
            self.send_error(HTTPStatus.BAD_GATEWAY)
            return
        self.send_response(HTTPStatus.OK)
        self.end_headers()
        self.wfile.flush()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False

    def _reply(self) -> None:
        if not self.host:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        asked = Request(self.command, self.host, unquote(url.path), query, headers, body)
        answer = self.server.vendors[self.host].reply(asked)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else answer.body)
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _reply  # noqa: N815 - names of `http.server`

    def finish(self) -> None:
        """Close the connection, which TLS has replaced."""
        with contextlib.suppress(OSError):
            super().finish()
        with contextlib.suppress(OSError):
            self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
