"""Backs up /dev, a folder that every host has and that has other file systems mounted in it."""

from collections.abc import Sequence
from dataclasses import replace

from verify.checks import Finding
from verify.lab.hosts.host import Host
from verify.lab.jobs.own_rules import LISTED, RESTORED, placement_findings
from verify.lab.lab import Lab
from verify.selection import Entry, parse_rules, select

DEV = "/dev"
KINDS = {b"f": "file", b"d": "dir", b"l": "symlink", b"p": "fifo", b"s": "socket", b"c": "char", b"b": "block"}


def devices_folder(host: Host) -> tuple[Entry, ...]:
    """Return what is in a host's /dev, and on which file system; nothing if its `find` cannot print that."""
    printed = host.run(["find", DEV, "-printf", r"%P\0%y\0%s\0%T@\0%D\0"]).stdout.split(b"\0")[:-1]
    fields = [printed[first::5] for first in range(5)]
    return tuple(
        Entry(path, KINDS.get(kind, "file"), int(size), float(mtime), int(device))
        for path, kind, size, mtime, device in zip(*fields, strict=True)
    )


def mounted_findings(lab: Lab, entries: Sequence[Entry], words: Sequence[str]) -> list[Finding]:
    """Back up /dev by some rules; return a finding for each path that the oracle decides otherwise."""
    chain = lab.new_chain()
    usual = chain.duplicity
    taking = replace(usual, options=(*words, *usual.options))
    lab.ran(taking.full(DEV, chain.destination.url, at=chain.next_time)).must_succeed()
    with lab.host.scratch_for("restored") as target:
        listed = lab.ran(usual.list_current_files(chain.destination.url)).must_succeed().paths
        lab.ran(usual.restore(chain.destination.url, target)).must_succeed()
        restored = lab.host.observe(target).paths
    decisions = {each.path: each for each in select(entries, parse_rules(DEV, words, lab.release))}
    return placement_findings({LISTED: frozenset(listed), RESTORED: frozenset(restored)}, decisions)
