"""Saboteurs of secrecy: what is encrypted, by which passphrase, and who is told."""

from __future__ import annotations

import os
import sys

from calls import BACKUPS, Call
from hooks import instead


@instead("encrypted-at-rest", "secrets")
def encrypt_nothing(call: Call) -> int:
    """Encryption is silently off."""
    if not call.encrypted or call.verb not in BACKUPS:
        return call.run()
    call.hit()
    return call.run([*call.words[:1], "--no-encryption", *call.words[1:]])


@instead("encrypted-at-rest", "secrets")
def show_a_name_in_the_store(call: Call) -> int:
    """The objects of an encrypted backup are named after a file of the source."""
    if not call.encrypted or not call.source:
        return call.run()
    name = min(path.name for path in call.source.iterdir())
    call.hit()
    return call.run([*call.words[:1], f"--file-prefix={name}-", *call.words[1:]])


@instead("wrong-passphrase", "secrets")
def ignore_the_passphrase(call: Call) -> int:
    """Everything is encrypted with one passphrase, whichever was given."""
    return _with_passphrase(call, "always the same")


@instead("wrong-passphrase", "secrets")
def cut_the_passphrase(call: Call) -> int:
    """Of the passphrase, the first eight characters count."""
    return _with_passphrase(call, os.environ.get("PASSPHRASE", "")[:8])


@instead("wrong-passphrase", "secrets")
def fold_the_passphrase(call: Call) -> int:
    """Capitals and small letters of the passphrase count alike."""
    return _with_passphrase(call, os.environ.get("PASSPHRASE", "").lower())


@instead("wrong-passphrase", "secrets")
def remember_the_passphrase(call: Call) -> int:
    """A passphrase that was right once is used again when a wrong one is given."""
    kept = call.kept("passphrase")
    if call.verb in BACKUPS:
        kept.write_text(os.environ.get("PASSPHRASE", ""))
    return _with_passphrase(call, kept.read_text() if kept.exists() else "")


def _with_passphrase(call: Call, passphrase: str) -> int:
    if not call.encrypted:
        return call.run()
    if passphrase != os.environ.get("PASSPHRASE"):
        call.hit()
    return call.run(env={**os.environ, "PASSPHRASE": passphrase})


@instead("secrets-hidden", "secrets")
def tell_the_passphrase_to_the_log(call: Call) -> int:
    """The passphrase is printed."""
    if "PASSPHRASE" in os.environ and call.verb in BACKUPS:
        print(f"Using passphrase {os.environ['PASSPHRASE']}", flush=True)
        call.hit()
    return call.run()


@instead("secrets-hidden", "secrets")
def tell_the_passphrase_to_everyone(call: Call) -> int:
    """The passphrase stands in gpg's arguments, where every user of the machine sees it."""
    passphrase = os.environ.get("PASSPHRASE", "")
    if not passphrase or not call.encrypted:
        return call.run()
    call.hit()
    code, text = call.said([*call.words[:1], f"--gpg-options=--comment={passphrase}", *call.words[1:]])
    return sys.stdout.buffer.write(text.replace(passphrase.encode(), b"")) and code


@instead("secrets-hidden", "secrets")
def tell_the_keys_when_it_fails(call: Call) -> int:
    """A command that fails prints the environment, with the store's keys in it."""
    code = call.run()
    if code:
        print(dict(os.environ), flush=True)
        call.hit()
    return code
