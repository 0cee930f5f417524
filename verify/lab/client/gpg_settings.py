"""gpg's own settings in a lab: a passphrase is stretched little.

By default gpg makes a passphrase costly to guess: to encrypt or decrypt one file takes about half a second of CPU, and
a small backup has three. A lab's passphrases guard nothing. What a job says itself, with --gpg-options, goes first.
"""

import contextlib

from verify.lab.hosts.host import Host

STRETCHED = 65_536  # bytes that are hashed; gpg takes its least, 1024, for its default of 65,011,712
SETTINGS = f"s2k-count {STRETCHED}\n".encode()
FILES = ("gpg.conf", "gpg-agent.conf")  # for passphrases, and for keys that one protects


def stretch_little(host: Host, home: str = "") -> None:
    """Given a host, and a GNUPGHOME unless it is the usual one, write gpg's settings where there are none yet."""
    home = home or f"{host.base_environment.get('HOME', '')}/.gnupg"
    with contextlib.suppress(OSError):  # then gpg takes its time
        host.mkdir(home, 0o700)
        for file in (f"{home}/{name}" for name in FILES):
            if not host.exists(file):
                host.put(file, SETTINGS)
