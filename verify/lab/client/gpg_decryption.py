"""Decrypting a stream by gpg, a process on this machine."""

import contextlib
import math
import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from verify.archive.reader.damage import DamagedError, UnreadError
from verify.secret import Secret, masked

GPG = (
    "gpg", "--batch", "--yes", "--no-tty", "--no-secmem-warning", "--pinentry-mode=loopback", "--status-fd=2",
    "--decrypt",
)  # fmt: skip
OF_GPG = ("HOME", "GNUPGHOME", "TMPDIR", "PATH")
HANGS = 300.0  # seconds that gpg may do nothing while it could
PIECE = 1 << 18  # bytes
_LOCKED = re.compile(r"BAD_PASSPHRASE|Bad session key|NO_SECKEY|No secret key|MISSING_PASSPHRASE")
_OKAY = "[GNUPG:] DECRYPTION_OKAY"
_BAD_SIGNATURE = "[GNUPG:] BADSIG"


@dataclass(frozen=True)
class GpgDecryption:
    """Decrypts with the environment's PASSPHRASE, or with the secret keys of its GNUPGHOME.

    The passphrase is handed to gpg by a pipe, never by its arguments or its environment.
    """

    environment: Mapping[str, str | Secret]
    hangs: float = HANGS

    def __call__(self, encrypted: Iterable[bytes], write: Callable[[bytes], object]) -> None:
        """Given encrypted pieces, call `write` with decrypted ones, all of them before gpg has told whether it is good.

        Raise `DamagedError` where they are damaged or end too early, and `UnreadError` where they cannot be opened.
        What was written by then is of no use.
        """
        own = {name: str(self.environment[name]) for name in OF_GPG if name in self.environment}
        with tempfile.TemporaryFile() as said:
            try:
                code, failed = self._run(own | {"LC_ALL": "C"}, said, encrypted, write)
            except FileNotFoundError:
                raise UnreadError("there is no gpg on this machine", "install gnupg") from None
            said.seek(0)
            text = masked(said.read().decode(errors="replace"), self._secrets)
        if failed:
            raise failed
        self._judge(code, text)

    @property
    def _secrets(self) -> list[Secret]:
        return [value for value in self.environment.values() if isinstance(value, Secret)]

    @property
    def _typed(self) -> bytes:
        passphrase = self.environment.get("PASSPHRASE", "")
        return (passphrase.reveal() if isinstance(passphrase, Secret) else passphrase).encode() + b"\n"

    def _run(
        self, own: Mapping[str, str], said: IO[bytes], encrypted: Iterable[bytes], write: Callable[[bytes], object]
    ) -> tuple[int, Exception | None]:
        """Run gpg; return its exit code, and why it was no use, where that is not what it said itself."""
        typing, typed = os.pipe()
        os.write(typed, self._typed)
        os.close(typed)
        argv = [*GPG[:-1], f"--passphrase-fd={typing}", GPG[-1]]
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=own, pass_fds=(typing,), bufsize=0
            )
        finally:
            os.close(typing)
        watch, taking = _Watch(process, self.hangs), _Taking(process, write)
        watch.start()
        taking.start()
        try:
            _feed(process, encrypted, watch)
            with watch.on_gpg():
                taking.join()
                code = process.wait()
        finally:
            process.kill()
            process.wait()
            taking.join()
            watch.end()
        if watch.killed:
            return code, UnreadError(f"gpg did nothing for {self.hangs:,.0f} s", "try gpg --decrypt on it by hand")
        return code, taking.failed

    def _judge(self, code: int, said: str) -> None:
        if _OKAY in said and _BAD_SIGNATURE not in said:
            return
        if _BAD_SIGNATURE in said:
            raise DamagedError("its signature is bad")
        lines = [line.removeprefix("gpg: ") for line in said.splitlines() if line.startswith("gpg: ")]
        last = next((line for line in reversed(lines) if "decryption failed" in line), "\n".join(lines[-1:]))
        if _LOCKED.search(said):
            raise UnreadError(f"gpg: {last}", "give the passphrase, or the secret key, that the backups were made with")
        raise DamagedError(f"gpg: {last or f'exit code {code}'}")


class _Watch(threading.Thread):
    """Kills gpg if it is waited for too long; what feeds it may take its time. `killed` says whether it did."""

    def __init__(self, process: "subprocess.Popen[bytes]", patience: float) -> None:
        super().__init__(daemon=True)
        self._process, self._patience = process, patience
        self._since = math.inf  # when the waiting began, in monotonic seconds
        self._ended = threading.Event()
        self.killed = False

    def run(self) -> None:
        """Look again and again, until it is told to end."""
        while not self._ended.wait(self._patience / 4):
            if time.monotonic() - self._since > self._patience:
                self.killed = True
                self._process.kill()
                return

    @contextlib.contextmanager
    def on_gpg(self) -> Iterator[None]:
        """Take what is done meanwhile for waiting for gpg."""
        self._since = time.monotonic()
        yield
        self._since = math.inf

    def end(self) -> None:
        """Watch no longer."""
        self._ended.set()
        self.join()


class _Taking(threading.Thread):
    """Takes what gpg decrypts, while it is fed; `failed` is why it stopped."""

    def __init__(self, process: "subprocess.Popen[bytes]", write: Callable[[bytes], object]) -> None:
        super().__init__(daemon=True)
        self._process, self._write = process, write
        self.failed: Exception | None = None

    def run(self) -> None:
        """Hand on all that gpg decrypts; after an error no more of it."""
        output = self._process.stdout
        assert output is not None  # noqa: S101 - it is a pipe
        with output:
            try:
                while piece := output.read(PIECE):
                    self._write(piece)
            except Exception as error:  # noqa: BLE001 - it is raised where gpg was started
                self.failed = error
                self._process.kill()


def _feed(process: "subprocess.Popen[bytes]", encrypted: Iterable[bytes], watch: _Watch) -> None:
    """Write to gpg until it takes no more."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
        for piece in encrypted:
            left = memoryview(piece)
            while left:
                with watch.on_gpg():
                    left = left[stdin.write(left) or 0 :]
