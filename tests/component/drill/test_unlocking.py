"""What gpg refuses to decrypt is told by what it lacks: the secret key, the key's passphrase, or the passphrase."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from verify.drill.unlocking import Unlocked, unlock
from verify.lab.hosts.host import Host, local_host
from verify.secret import Secret


@dataclass
class Gpg:
    """A gpg with a home of its own, in a short path: its agent's socket lies there."""

    host: Host
    home: Path

    def run(self, *words: str, stdin: bytes = b"") -> bytes:
        own = ("gpg", "--homedir", str(self.home), "--batch", "--pinentry-mode=loopback", "--trust-model=always")
        return subprocess.run([*own, *words], input=stdin, capture_output=True, check=True).stdout

    def unlocked(self, data: bytes, passphrase: str) -> Unlocked:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "gpg-agent"], check=True)  # it remembers
        environment: dict[str, str | Secret] = {"GNUPGHOME": str(self.home), "PASSPHRASE": Secret(passphrase)}
        return unlock(self.host, {"manifest": data}, environment, timeout=60)["manifest"]


@pytest.fixture
def gpg(tmp_path: Path) -> Iterator[Gpg]:
    with tempfile.TemporaryDirectory(prefix="dvg-") as home, contextlib.closing(local_host(tmp_path)) as host:
        made = Gpg(host, Path(home))
        yield made
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


def test_a_passphrase_that_is_not_set_and_a_wrong_one(gpg: Gpg) -> None:
    data = gpg.run("--symmetric", "--s2k-count=65536", "--passphrase=seven boats", stdin=b"text")
    assert gpg.unlocked(data, "seven boats") == Unlocked(b"text")
    missing, wrong = gpg.unlocked(data, ""), gpg.unlocked(data, "eight boats")
    assert (missing.refusal, "into the env file" in missing.hint) == ("PASSPHRASE is not set", True)
    assert wrong.refusal == "PASSPHRASE is not the one that it was encrypted with"
    assert "find the passphrase" in wrong.hint


def test_a_secret_key_that_is_locked_and_one_that_is_not_there(gpg: Gpg) -> None:
    gpg.run("--passphrase=sesame", "--quick-generate-key", "Boats", "future-default", "default", "never")
    data = gpg.run("--encrypt", "--recipient=Boats", stdin=b"text")
    assert gpg.unlocked(data, "sesame") == Unlocked(b"text")
    for passphrase, refusal in (("barley", "PASSPHRASE does not unlock the secret key"), ("", "PASSPHRASE is not set")):
        locked = gpg.unlocked(data, passphrase)
        assert locked.refusal.startswith(refusal)
        assert "the passphrase of the secret key" in locked.hint
    fingerprint = next(
        line.split(b":")[9].decode() for line in gpg.run("--list-keys", "--with-colons").splitlines()
        if line.startswith(b"fpr")
    )  # fmt: skip
    gpg.run("--yes", "--delete-secret-keys", fingerprint)
    gone = gpg.unlocked(data, "sesame")
    assert "there is no secret key of that id here" in gone.refusal
    assert "import the secret key" in gone.hint


def test_what_is_no_message_lacks_no_key(gpg: Gpg) -> None:
    damaged = gpg.unlocked(b"nothing of gpg's", "seven boats")
    assert damaged.refusal
    assert not damaged.hint
