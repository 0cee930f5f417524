"""How a cycle is backed up where the test leaves it open: most of what is verified holds whatever the encryption."""

from dataclasses import dataclass
from typing import Literal

from verify.errors import CannotRunError
from verify.lab.hosts.host import Host
from verify.secret import Secret

Encryption = Literal["", "symmetric", "key"]


@dataclass(frozen=True, slots=True)
class Variant:
    """Encryption and size of volumes, in MB; what is empty or None is the job's own, and not encrypted."""

    encryption: Encryption = ""
    volsize: int | None = None

    def __str__(self) -> str:
        encryption = {"": "not encrypted", "symmetric": "encrypted", "key": "encrypted to a key"}[self.encryption]
        return encryption + (f", in volumes of {self.volsize} MB" if self.volsize else "")


PLAIN = Variant()
SMALL, SYMMETRIC, KEY = Variant(volsize=1), Variant("symmetric"), Variant("key", volsize=1)
# What follows which pack, by profile. An encrypted command takes three times as long as a plain one.
CYCLES = {
    "smoke": (PLAIN, SMALL),
    "default": (PLAIN, SMALL, PLAIN, SYMMETRIC, PLAIN, SMALL, PLAIN, KEY),
    "nightly": (PLAIN, SMALL, PLAIN, SYMMETRIC, PLAIN, SMALL, PLAIN, PLAIN, PLAIN, KEY, PLAIN, SMALL),
}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key of a lab's own: the folder that gpg has it in, and its fingerprint."""

    home: str
    fingerprint: str


def new_key(host: Host, passphrase: Secret) -> KeyPair:
    """Given a host, make a key pair there that a passphrase protects. Raise `CannotRunError` where gpg cannot."""
    home = host.scratch_path("gnupg")
    host.mkdir(home, 0o700)
    words = ["gpg", "--homedir", home, "--batch", "--status-fd=1", "--pinentry-mode=loopback", "--passphrase-fd=0"]
    made = host.run(
        [*words, "--quick-generate-key", "duplicity-verify", "future-default", "default", "never"],
        stdin=f"{passphrase.reveal()}\n".encode(),
    )
    created = [line.split() for line in made.stdout.decode().splitlines() if " KEY_CREATED " in line]
    if made.returncode or not created:
        raise CannotRunError(f"gpg made no key ({made.stderr.decode(errors='replace').strip()}): see that it works")
    return KeyPair(home, created[-1][-1])
