"""gpg decrypts a stream: good ones come out whole, others are told apart; the passphrase is on no command line."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from verify.archive.reader.damage import DamagedError, UnfetchedError, UnreadError
from verify.lab.client.gpg_decryption import GpgDecryption
from verify.secret import Secret

PASSPHRASE = "seven rowing boats"
DATA = os.urandom(600_000)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("g")
    home.chmod(0o700)
    return home


@pytest.fixture(scope="module")
def encrypted(home: Path) -> bytes:
    argv = ["gpg", "--homedir", home, "--batch", "--pinentry-mode=loopback", "--passphrase", PASSPHRASE,
            "--s2k-count=65536", "-z0", "-c"]  # fmt: skip
    return subprocess.run(argv, input=DATA, capture_output=True, check=True).stdout


@pytest.fixture
def decryption(home: Path) -> GpgDecryption:
    environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(home)}
    return GpgDecryption({**environment, "PASSPHRASE": Secret(PASSPHRASE)})


def opened(decryption: GpgDecryption, data: bytes) -> bytes:
    text = bytearray()
    decryption((data[start : start + 10_000] for start in range(0, len(data), 10_000)), text.extend)
    return bytes(text)


def test_what_was_encrypted_comes_out(decryption: GpgDecryption, encrypted: bytes) -> None:
    assert opened(decryption, encrypted) == DATA


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-30], lambda data: data[: len(data) // 2], lambda data: data[:1], lambda _: b"",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data[:300_000] + b"x" + data[300_001:],
        lambda _: bytes(1000), lambda _: DATA,
    ],
)  # fmt: skip
def test_what_is_spoilt_is_damage(decryption: GpgDecryption, encrypted: bytes, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DamagedError, match="gpg"):
        opened(decryption, spoil(encrypted))


def test_another_passphrase_opens_nothing_and_is_no_damage(decryption: GpgDecryption, encrypted: bytes) -> None:
    other = GpgDecryption({**decryption.environment, "PASSPHRASE": Secret("eight rowing boats")})
    with pytest.raises(UnreadError) as raised:
        opened(other, encrypted)
    assert "eight" not in str(raised.value)
    assert "passphrase" in raised.value.hint


def test_where_the_object_cannot_be_fetched_gpg_is_not_blamed(decryption: GpgDecryption, encrypted: bytes) -> None:
    def broken() -> Iterator[bytes]:
        yield encrypted[:1000]
        raise UnfetchedError("the store is gone")

    with pytest.raises(UnfetchedError, match="the store is gone"):
        decryption(broken(), bytearray().extend)


def test_where_nothing_takes_what_is_decrypted_that_is_said(decryption: GpgDecryption, encrypted: bytes) -> None:
    def full(_: bytes) -> None:
        raise UnreadError("no space is left")

    with pytest.raises(UnreadError, match="no space is left"):
        decryption([encrypted], full)


def stand_in(folder: Path, text: str) -> GpgDecryption:
    """Return a decryption by a program in gpg's place."""
    program = folder / "gpg"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return GpgDecryption({**environment, "PASSPHRASE": Secret(PASSPHRASE)}, hangs=0.2)


def test_a_gpg_that_hangs_is_killed(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(UnreadError, match="gpg did nothing"):
        opened(stand_in(tmp_path, "exec sleep 60"), DATA)
    assert time.monotonic() - begun < 50


def test_the_passphrase_is_in_no_argument_and_no_variable(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with pytest.raises(DamagedError):
        opened(stand_in(tmp_path, f'{{ echo "$@"; env; }} > {said}; cat > /dev/null; exit 2'), b"data")
    assert "--passphrase-fd=" in said.read_text(encoding="utf-8")
    assert PASSPHRASE not in said.read_text(encoding="utf-8")


def test_where_there_is_no_gpg_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadError, match="no gpg on this machine"):
        opened(GpgDecryption({"PATH": str(tmp_path)}), b"data")
