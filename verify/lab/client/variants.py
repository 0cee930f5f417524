"""Ways to back up where a test does not care: encryption, volume size, and where to. Most checks hold with each."""

from dataclasses import dataclass
from typing import Literal

from verify.errors import CannotRunError
from verify.lab.client.gpg_settings import stretch_little
from verify.lab.hosts.host import Host
from verify.secret import Secret

Encryption = Literal["", "symmetric", "key"]
Place = Literal["store", "folder", "own"]


@dataclass(frozen=True, slots=True)
class Variant:
    """Encryption, and size of volumes in MB. Empty means not encrypted; None means the size that the job has.

    A backup goes to the lab's S3 store, to a folder of duplicity's host, or to the job's own kind of destination.
    """

    encryption: Encryption = ""
    volsize: int | None = None
    place: Place = "store"

    def __str__(self) -> str:
        encryption = {"": "not encrypted", "symmetric": "encrypted", "key": "encrypted to a key"}[self.encryption]
        volumes = f", in volumes of {self.volsize} MB" if self.volsize else ""
        place = {"store": "", "folder": ", to a folder", "own": ", to the job's own kind of destination"}[self.place]
        return encryption + volumes + place


PLAIN = Variant()
SMALL, SYMMETRIC, KEY = Variant(volsize=1), Variant("symmetric"), Variant("key", volsize=1)
# The variants of the packs of a test, in turn, by profile. An encrypted command takes three times as long.
CYCLES = {
    "smoke": (PLAIN, SMALL),
    "default": (PLAIN, SMALL, PLAIN, SYMMETRIC, PLAIN, SMALL, PLAIN, KEY),
    "nightly": (PLAIN, SMALL, PLAIN, SYMMETRIC, PLAIN, SMALL, PLAIN, PLAIN, PLAIN, KEY, PLAIN, SMALL),
}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key of the lab: its GNUPGHOME, and its fingerprint."""

    home: str
    fingerprint: str


def new_key(host: Host, passphrase: Secret) -> KeyPair:
    """Make a key pair on a host, protected unless the passphrase is empty. Raise `CannotRunError` if gpg fails."""
    home = host.scratch_path("gnupg")
    stretch_little(host, home)
    words = ["gpg", "--homedir", home, "--batch", "--status-fd=1", "--pinentry-mode=loopback", "--passphrase-fd=0"]
    made = host.run(
        [*words, "--quick-generate-key", "duplicity-verify", "future-default", "default", "never"],
        stdin=f"{passphrase.reveal()}\n".encode(),
    )
    created = [line.split() for line in made.stdout.decode().splitlines() if " KEY_CREATED " in line]
    if made.returncode or not created:
        raise CannotRunError(f"gpg made no key ({made.stderr.decode(errors='replace').strip()}): see that it works")
    return KeyPair(home, created[-1][-1])
