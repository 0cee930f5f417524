"""Certificates of the lab's own, which its servers show and duplicity is told to trust."""

from dataclasses import dataclass
from ipaddress import ip_address

from verify.errors import CannotRunError
from verify.lab.stores.serving import Serving

DAYS = "30"  # that they are valid


@dataclass(frozen=True)
class Certificate:
    """Where a certificate lies, its key, and both in one file."""

    certificate: str
    key: str
    with_key: str


def certificate_for(serving: Serving) -> Certificate:
    """Return the certificate of a server's address, made when it is first asked for; duplicity's host has it, too.

    Raise `CannotRunError` where it cannot be made.
    """
    host, folder = serving.host, serving.folder
    made = Certificate(*(f"{folder}/tls.{each}" for each in ("crt", "key", "pem")))
    if host.exists(made.with_key):
        return made
    name = serving.address
    try:
        kind = f"IP:{ip_address(name)}"
    except ValueError:
        kind = f"DNS:{name}"
    argv = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", DAYS, "-subj", f"/CN={name}",
        "-addext", f"subjectAltName={kind}", "-keyout", made.key, "-out", made.certificate,
    ]  # fmt: skip
    done = host.run(argv)
    if done.returncode:
        raise CannotRunError(f"openssl made no certificate for the lab: {done.stderr.decode(errors='replace')[-200:]}")
    host.put(made.with_key, host.get(made.key) + host.get(made.certificate))
    if serving.client is not host:
        serving.client.mkdir(folder)
        serving.client.put(made.certificate, host.get(made.certificate))
    return made
