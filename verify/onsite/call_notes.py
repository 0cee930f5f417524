"""Stands in duplicity's place and notes how it is called; duplicity itself does not run.

Run as a program on a host: `call_notes.py FILE SALT WORDS…` appends a line of JSON to FILE. Of the
environment it notes salted digests only, so that no secret is written anywhere. Standard library of
Python 3.8 only: it runs where duplicity would.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys


def digest(salt: str, value: bytes) -> str:
    """Return what is noted of a value: the same for the same value and salt."""
    return hashlib.sha256(salt.encode() + b"\0" + value).hexdigest()


def main(arguments: list[str]) -> None:
    """Note the words and the environment."""
    file, salt, *words = arguments
    environment = {os.fsdecode(name): digest(salt, value) for name, value in os.environb.items()}
    line = json.dumps({"words": words, "digests": environment}) + "\n"
    number = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(number, line.encode())
    os.close(number)


if __name__ == "__main__":
    main(sys.argv[1:])
