"""What a lab's results depend on beside our own code: what a proof of it is remembered by.

The job's source, rules and destination are not among it: tests of the release do not look at them. A secret's
value is not either, only that there is one.
"""

import hashlib
import os
import re

from verify.job import Job
from verify.job.credentials import printable_option
from verify.job.options import SELECTION, parsed, words_of
from verify.lab.client.probes import interpreter_of
from verify.lab.hosts.host import Host
from verify.lab.lab import Lab
from verify.secret import Secret

# Run by duplicity's own Python: which Python, what is installed for it, and every file of duplicity itself.
_INSTALLED = """
import hashlib, importlib.util, os, sys
try:
    from importlib import metadata
    names = sorted("%s %s" % (each.metadata["Name"], each.version) for each in metadata.distributions())
except ImportError:
    names = []
found = hashlib.sha256(("%s %s" % (sys.version, names)).encode())
for root in importlib.util.find_spec("duplicity").submodule_search_locations:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        for name in sorted(files):
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            path = os.path.relpath(os.path.join(folder, name), root)
            found.update(("%s %d " % (path, len(data))).encode("utf-8", "surrogateescape"))
            found.update(data)
print("duplicity-verify:" + found.hexdigest())
"""
_MARK = b"duplicity-verify:"
# A script that is duplicity's own. What another one starts could change without it.
_ITS_OWN = re.compile(rb"^\s*(?:from|import)\s+duplicity\b", re.MULTILINE)


def basis_of(lab: Lab) -> dict[str, str] | None:
    """Given a lab, return what its results depend on, by name.

    None where it cannot be known which duplicity runs: its proofs are not to be remembered.
    """
    program = _program(lab)
    if program is None:
        return None
    return {
        "runtime": lab.runtime,
        "duplicity": f"{lab.release} {program}",
        "store": lab.site.versions["store"],
        "gpg": lab.site.versions.get("gpg", ""),
        "network": "faulty at will" if lab.site.open_network else "",
        "options": _digest(*_options(lab.site.tried)),
        "environment": _digest(*_environment(lab.site.tried)),
        "encryption": lab.unencrypted or "possible",
        "machine": _machine(lab.host),
    }


def _options(job: Job) -> list[str]:
    secrets = job.secrets
    others = (option for option in parsed(job.options) if option.name not in SELECTION)
    return list(words_of(printable_option(option, secrets) for option in others))


def _environment(job: Job) -> list[str]:
    named = sorted(job.duplicity_env.items())
    own = [f"{name}={'***' if isinstance(value, Secret) else value}" for name, value in named if name != "SRC"]
    return [*own, f"hostname={job.hostname or ''}"]


def _machine(host: Host) -> str:
    """Return what a machine may do otherwise: who runs on which kernel, on which file system."""
    place = host.run(["stat", "-f", "-c", "%T", host.scratch]).stdout + host.run(["uname", "-rm"]).stdout
    return f"uid {host.euid}, {' '.join(os.fsdecode(place).split())}"


def _program(lab: Lab) -> str | None:
    if "image" in lab.site.versions:
        return lab.site.versions["image"]
    return program_of(lab.host, lab.site.command)


def program_of(host: Host, command: tuple[str, ...]) -> str | None:
    """Given a command, return a digest of the duplicity that it runs: script, package, Python, and their libraries.

    None where that cannot be known: the command is no script of duplicity's own, or starts another program.
    """
    interpreter = interpreter_of(host, command)
    script = _script(host, command, interpreter)
    if interpreter is None or script is None or not _ITS_OWN.search(script):
        return None
    said = host.run([interpreter, "-W", "ignore", "-c", _INSTALLED]).stdout.splitlines()
    installed = [line.removeprefix(_MARK) for line in said if line.startswith(_MARK)]
    return _digest(*command, script.hex(), installed[0].decode()) if installed else None


def _script(host: Host, command: tuple[str, ...], interpreter: str | None) -> bytes | None:
    """Return the script that a command runs; None where it has words behind it, which may name anything."""
    words = [word for word in command[1:] if not word.startswith("-")] if command[0] == interpreter else [*command]
    if len(words) != 1:
        return None
    where = host.run(["/bin/sh", "-c", 'command -v -- "$0"', words[0]]).stdout.decode(errors="replace").strip()
    return host.get(where) if where.startswith("/") and host.exists(where) else None


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode(errors="surrogateescape")).hexdigest()[:16]
