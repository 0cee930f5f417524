"""gpg in a lab: a passphrase is stretched as little as the lab's settings say, unless something else is said."""

import pytest

from verify.lab.client.gpg_settings import stretch_little
from verify.lab.hosts.host import Host


def count_of(host: Host, *options: str) -> str:
    """Encrypt with a passphrase; return how many bytes gpg has hashed for it, as it writes that itself."""
    usual = ("gpg", "--batch", "--pinentry-mode=loopback", "--passphrase=seven boats")
    made = host.run([*usual, *options, "--symmetric"], stdin=b"text")
    assert not made.returncode, made.stderr
    told = host.run([*usual, "--list-packets"], stdin=made.stdout).stdout.decode()
    return told.partition(", count ")[2].partition(" ")[0]


def test_a_labs_passphrases_are_stretched_little(host: Host) -> None:
    before = int(count_of(host))
    stretch_little(host)
    assert count_of(host) == "65536"
    assert before > 1_000_000


@pytest.mark.parametrize("options", [(), ("--s2k-count=131072",)])
def test_what_is_said_otherwise_goes_first(host: Host, options: tuple[str, ...]) -> None:
    home = f"{host.base_environment['HOME']}/.gnupg"
    if not options:
        host.mkdir(home, 0o700)
        host.put(f"{home}/gpg.conf", b"s2k-count 131072\n")
    stretch_little(host)
    assert count_of(host, *options) == "131072"
