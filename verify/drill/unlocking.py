"""Decrypting manifests with the job's passphrase or key, where duplicity runs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verify.lab.hosts.host import Host
from verify.secret import Secret, masked

GPG = (
    "gpg", "--batch", "--yes", "--no-tty", "--no-secmem-warning", "--pinentry-mode=loopback", "--passphrase-fd=0",
    "--status-fd=2", "--multifile", "--decrypt",
)  # fmt: skip
OF_GPG = ("HOME", "GNUPGHOME", "TMPDIR")
_START = re.compile(r"^\[GNUPG:\] FILE_START \d+ .*/(\d+)\.gpg$", re.MULTILINE)
_OKAY = "[GNUPG:] DECRYPTION_OKAY"
_NO_KEY = re.compile(r"^\[GNUPG:\] NO_SECKEY (\w+)", re.MULTILINE)
_OF_KEY = re.compile(r"^\[GNUPG:\] ENC_TO (\w+)", re.MULTILINE)
_WRONG_KEY = re.compile(r"BAD_PASSPHRASE|Bad session key|NO_SECKEY|No secret key|MISSING_PASSPHRASE")


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What came of decrypting one file: its text, or why there is none; `hint` is for one that lacks its key."""

    text: bytes = b""
    refusal: str = ""
    hint: str = ""


def unlock(
    host: Host, files: Mapping[str, bytes], environment: Mapping[str, str | Secret], *, timeout: float
) -> dict[str, Unlocked]:
    """Given encrypted files by name, decrypt them with the environment's PASSPHRASE, in one process.

    They are removed from the host afterwards.
    """
    folder = host.scratch_path("manifests")
    host.mkdir(folder, 0o700)
    passphrase = environment.get("PASSPHRASE", "")
    typed = (passphrase.reveal() if isinstance(passphrase, Secret) else passphrase).encode() + b"\n"
    try:
        for number, data in enumerate(files.values()):
            host.put(f"{folder}/{number}.gpg", data)
        paths = [f"{folder}/{number}.gpg" for number in range(len(files))]
        own = {name: environment[name] for name in OF_GPG if name in environment}
        done = host.run([*GPG, *paths], env=own, stdin=typed, timeout=timeout)
        secrets = [value for value in environment.values() if isinstance(value, Secret)]
        said = dict(_by_file(masked(done.stderr.decode(errors="replace"), secrets)))
        given = bool(typed.strip())
        return {
            name: _unlocked(host, f"{folder}/{number}", said.get(number), given=given)
            for number, name in enumerate(files)
        }
    finally:
        host.remove(folder)


def _by_file(said: str) -> Iterator[tuple[int, str]]:
    """Yield what gpg said of each file, by its number; what it said before the first counts for every file."""
    before, *rest = _START.split(said)
    for number, text in zip(rest[::2], rest[1::2], strict=True):
        yield int(number), before + text


def _unlocked(host: Host, path: str, said: str | None, *, given: bool) -> Unlocked:
    if said and _OKAY in said:
        return Unlocked(host.get(path))
    if said and _WRONG_KEY.search(said):
        return Unlocked(b"", *lacking(said, given=given))
    lines = [line.removeprefix("gpg: ") for line in (said or "").splitlines() if line.startswith("gpg: ")]
    last = next((line for line in reversed(lines) if "decryption failed" in line), "\n".join(lines[-1:]))
    return Unlocked(refusal=last or "gpg did not run")


def lacking(said: str, *, given: bool) -> tuple[str, str]:
    """Given what gpg said of a file and whether there is a PASSPHRASE, return what is lacking, and what to do."""
    absent, keys = _NO_KEY.search(said), _OF_KEY.findall(said)
    if absent and not absent[1].strip("0"):  # gpg tried all that it has
        return (
            "it is encrypted to a key that it does not name (--hidden-encrypt-key), and no secret key here opens it",
            "import the secret key where restores run (gpg --import FILE): without it nothing comes back",
        )
    if absent:
        return (
            f"it is encrypted to the key {absent[1]}, and there is no secret key of that id here",
            "import the secret key where restores run (gpg --import FILE): without it nothing comes back",
        )
    if keys:
        return (
            f"PASSPHRASE {'does not unlock' if given else 'is not set, and it unlocks'} the secret key {keys[0]}",
            "write the passphrase of the secret key as PASSPHRASE into the env file",
        )
    if not given:
        return "PASSPHRASE is not set", "write the PASSPHRASE that the backups were made with into the env file"
    return (
        "PASSPHRASE is not the one that it was encrypted with",
        "find the passphrase that the backups were made with: without it nothing of them comes back",
    )
