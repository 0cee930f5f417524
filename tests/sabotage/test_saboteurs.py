"""The program that stands in duplicity's place: what it hits it notes, and what it does not hit it leaves alone."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from verify.detection.catalogue import program

RESTORE = ("restore", "--no-encryption", "s3:///bucket/prefix")
# What stands in for the real duplicity: it does what it is told by its first argument.
TREE = "import pathlib, sys; pathlib.Path(sys.argv[-1]).mkdir(); (pathlib.Path(sys.argv[-1]) / 'a').write_bytes(b'abc')"
EMPTY = "import pathlib, sys; pathlib.Path(sys.argv[-1]).mkdir()"
SAYS_WORDS = "import sys; print(*sys.argv[1:])"
PUTS = """
import http.client, sys
endpoint = next(word for word in sys.argv if word.startswith("--s3-endpoint-url=")).partition("//")[2]
for name in ("chain/duplicity-full.manifest", "chain/duplicity-full.vol1"):
    connection = http.client.HTTPConnection(endpoint)
    connection.request("PUT", f"/bucket/{name}", b"body", {"Authorization": "signed", "X-Kept": "yes"})
    print(name, connection.getresponse().status)
"""


class Program:
    """The saboteurs' program, with a folder for what it notes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "notes"

    def run(self, saboteur: str, real: str, *words: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, str(program()), "command", saboteur, str(self.notes), str(self.folder)]
        return subprocess.run(
            [*call, sys.executable, "-c", real, "--", *words], check=False, capture_output=True, text=True
        )

    @property
    def noted(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []


@pytest.fixture
def sabotaged(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_a_saboteur_changes_what_was_restored_and_notes_the_path(sabotaged: Program, tmp_path: Path) -> None:
    assert sabotaged.run("flip-a-bit", TREE, *RESTORE, str(tmp_path / "to")).returncode == 0
    assert (tmp_path / "to" / "a").read_bytes() == b"acc"
    assert sabotaged.noted == ["hit a"]


def test_a_saboteur_without_a_victim_notes_nothing(sabotaged: Program, tmp_path: Path) -> None:
    assert sabotaged.run("flip-a-bit", EMPTY, *RESTORE, str(tmp_path / "to")).returncode == 0
    assert sabotaged.noted == []


def test_other_commands_pass(sabotaged: Program) -> None:
    said = sabotaged.run("flip-a-bit", SAYS_WORDS, "--version")
    assert (said.stdout, said.returncode, sabotaged.noted) == ("--version\n", 0, [])


def test_a_saboteur_that_itself_fails_says_so(sabotaged: Program, tmp_path: Path) -> None:
    source = str(tmp_path / "there is no such source")
    assert sabotaged.run("leave-a-file-out", SAYS_WORDS, "full", source, "s3:///bucket/prefix").returncode
    assert [line.partition(" ")[0] for line in sabotaged.noted] == ["broken"]


def test_a_backup_reads_a_copy_of_its_source_and_rules_follow(sabotaged: Program, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_bytes(b"abc")

    said = sabotaged.run(
        "leave-a-file-out",
        SAYS_WORDS,
        "full",
        "--exclude",
        f"{source}/x",
        f"--include={source}/y",
        str(source),
        "s3:///b/p",
    )

    now = said.stdout.split()[-3]
    assert said.stdout.split()[:4] == ["full", "--exclude", f"{now}/x", f"--include={now}/y"]
    assert (source / "a").exists()
    assert sabotaged.noted == ["hit a"]


@pytest.fixture
def store() -> Iterator[HTTPServer]:
    """A server that keeps what it was sent, and says 204."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.met.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]  # ours
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.met = []  # type: ignore[attr-defined]  # ours
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_requests_go_on_as_they_were_signed(sabotaged: Program, store: HTTPServer) -> None:
    endpoint = f"--s3-endpoint-url=http://127.0.0.1:{store.server_port}"

    said = sabotaged.run("lose-a-manifest", PUTS, "full", endpoint, "/source", "s3:///bucket/chain")

    assert said.stdout.splitlines() == ["chain/duplicity-full.manifest 200", "chain/duplicity-full.vol1 204"], said
    ((path, headers, body),) = store.met  # type: ignore[attr-defined]  # ours
    assert (path, body) == ("/bucket/chain/duplicity-full.vol1", b"body")
    assert (headers["Authorization"], headers["X-Kept"]) == ("signed", "yes")
    assert headers["Host"] != f"127.0.0.1:{store.server_port}", "the Host that the signature is of"
    assert sabotaged.noted == ["hit "]


def test_a_job_that_has_nothing_to_change_is_an_error(tmp_path: Path) -> None:
    env, stack = tmp_path / "duplicity.env", tmp_path / "stack.yml"
    env.write_text("SRC=/var/data\n")
    stack.write_text("services: {}\n")
    run = [sys.executable, str(program()), "job"]
    assert subprocess.run([*run, "lose-the-archive", str(env), str(stack)], check=False).returncode == 1
    assert subprocess.run([*run, "back-up-nothing-in-particular", str(env), str(stack)], check=False).returncode == 0
    assert env.read_text() == ""
