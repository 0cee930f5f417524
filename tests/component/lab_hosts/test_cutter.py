"""A command behind the cutter talks to its server as without it, and dies at the upload that was named."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files

import pytest

from verify.onsite.upload_cutter import completes_an_object

# Asks for each "METHOD PATH" among its arguments, and prints what it got. The first one is its option.
CLIENT = """
import http.client, sys
server = sys.argv[1].removeprefix("--s3-endpoint-url=http://")
connection = http.client.HTTPConnection(server)
for each in sys.argv[2:]:
    method, path = each.split()
    connection.request(method, path, body=b"data" * 1000 if method == "PUT" else None, headers={"X-Signed": "by me"})
    answer = connection.getresponse()
    print(answer.status, answer.getheader("Content-Length"), answer.getheader("ETag"), len(answer.read()), flush=True)
sys.exit(7)
"""


class Server(BaseHTTPRequestHandler):
    """Notes what it is asked for, and answers each with four bytes."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str, str | None, str | None, int]]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.command, self.path, self.headers["Host"], self.headers["X-Signed"], len(body)))
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.send_header("ETag", "abc")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"four")

    do_GET = do_HEAD = do_PUT = do_POST = answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    handler = type("Handler", (Server,), {"asked": []})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def behind(server: ThreadingHTTPServer, upload: int, when: str, *requests: str) -> subprocess.CompletedProcess[str]:
    option = f"--s3-endpoint-url=http://127.0.0.1:{server.server_address[1]}"
    with as_file(files("verify.onsite") / "upload_cutter.py") as cutter:
        argv = [sys.executable, str(cutter), str(upload), when, sys.executable, "-c", CLIENT, option, *requests]
        return subprocess.run(argv, capture_output=True, text=True, check=False, start_new_session=True)


def test_a_command_that_is_not_cut_gets_every_answer_and_its_own_exit_code(server: ThreadingHTTPServer) -> None:
    done = behind(server, 3, "before", "GET /a?list", "HEAD /a", "PUT /a", "PUT /b")
    assert done.returncode == 7, done.stderr
    assert done.stdout.splitlines() == ["200 4 abc 4", "200 4 abc 0", "200 4 abc 4", "200 4 abc 4"]


def test_what_is_signed_arrives_as_it_was(server: ThreadingHTTPServer) -> None:
    behind(server, 9, "before", "PUT /bucket/name?x=%20y")
    ((method, path, host, signed, length),) = server.RequestHandlerClass.asked  # type: ignore[attr-defined]
    assert (method, path, signed, length) == ("PUT", "/bucket/name?x=%20y", "by me", 4000)
    assert host != f"127.0.0.1:{server.server_address[1]}"  # but the proxy's, which the client signed


@pytest.mark.parametrize(("when", "arrived"), [("before", 1), ("after", 2)])
def test_a_command_is_killed_at_its_second_upload(server: ThreadingHTTPServer, when: str, arrived: int) -> None:
    done = behind(server, 2, when, "GET /a", "PUT /a", "PUT /b", "PUT /c")
    assert done.returncode == -signal.SIGKILL
    assert len(done.stdout.splitlines()) == 2
    puts = [each for each in server.RequestHandlerClass.asked if each[0] == "PUT"]  # type: ignore[attr-defined]
    assert len(puts) == arrived


def test_an_upload_and_all_later_ones_are_refused(server: ThreadingHTTPServer) -> None:
    done = behind(server, 2, "refused", "PUT /a", "PUT /b", "GET /b", "PUT /c")
    assert done.returncode == 7
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["200", "403", "200", "403"]


@pytest.mark.parametrize(
    ("request_line", "completes"),
    [
        ("PUT /bucket/name", True),
        ("PUT /bucket/name?partNumber=1&uploadId=x", False),
        ("POST /bucket/name?uploads", False),
        ("POST /bucket/name?uploadId=x", True),
        ("GET /bucket/name", False),
    ],
)
def test_an_upload_in_parts_is_counted_once(request_line: str, completes: bool) -> None:
    assert completes_an_object(*request_line.split()) is completes
