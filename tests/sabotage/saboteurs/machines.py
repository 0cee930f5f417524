"""Saboteurs of a machine: its clock, its locale, its limits, and who else runs on it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

from calls import BACKUPS, Call
from hooks import instead, launched, worded
from proxy import proxied
from stores import die_at_a_manifest

DAY = 86_400


def _limited(what: int, limit: int) -> dict[str, Any]:
    return {"preexec_fn": lambda: resource.setrlimit(what, (limit, limit))}


@launched("command-succeeds")
def fill_the_disk(call: Call) -> dict[str, Any]:
    """No file can grow beyond 100 kB: the disk is full."""
    return _limited(resource.RLIMIT_FSIZE, 100_000)


@launched("command-succeeds", "restore")
def fill_the_disk_of_a_restore(call: Call) -> dict[str, Any]:
    """No file can grow beyond 100 kB while it is restored."""
    return _limited(resource.RLIMIT_FSIZE, 100_000)


@launched("command-succeeds")
def take_the_memory_away(call: Call) -> dict[str, Any]:
    """A backup may have 60 MB of memory."""
    return _limited(resource.RLIMIT_AS, 60_000_000)


@launched("command-succeeds")
def allow_few_files(call: Call) -> dict[str, Any]:
    """A backup may have 8 files open."""
    return _limited(resource.RLIMIT_NOFILE, 8)


@instead("command-succeeds", "machine", family="environment")
def allow_little_time(call: Call) -> int:
    """A backup is killed after a tenth of a second: a job with a time limit."""
    if call.verb not in BACKUPS:
        return call.run()
    call.hit()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return subprocess.run([*call.real, *call.words], check=False, timeout=0.1).returncode
    return 128 + signal.SIGKILL


@launched("command-succeeds")
def hide_gpg(call: Call) -> dict[str, Any]:
    """gpg is not installed."""
    return {"env": {**os.environ, "PATH": "/nonexistent"}} if call.encrypted else {}


@worded("command-succeeds", *BACKUPS, family="environment", kind="machine")
def forbid_temporary_files(words: list[str]) -> list[str]:
    """Nothing can be written in the folder for temporary files."""
    return [*words[:1], "--tempdir=/proc", *words[1:]]


@launched("listing", "list-current-files")
def print_ascii_only(call: Call) -> dict[str, Any]:
    """The locale's encoding is ASCII, and what it cannot print is replaced."""
    return {"env": {**os.environ, "PYTHONIOENCODING": "ascii:replace"}}


@worded("point-in-time", "restore", family="environment", kind="machine")
def live_in_another_time_zone(words: list[str]) -> list[str]:
    """Who restores lives fourteen hours east of who backs up, and asks in local time."""
    shifted = {word: f"--time={int(word[7:]) - 14 * 3600}" for word in words if word.startswith("--time=")}
    return [shifted.get(word, word) for word in words]


@worded("command-succeeds", "incremental", family="environment", kind="machine")
def set_the_clock_back(words: list[str]) -> list[str]:
    """The clock is a week behind when an incremental is taken."""
    back = {word: f"--current-time={int(word[15:]) - 7 * DAY}" for word in words if word.startswith("--current-time=")}
    return [back.get(word, word) for word in words]


@instead("command-succeeds", "machine", family="environment")
def back_up_twice_at_once(call: Call) -> int:
    """Two backups to one destination start at the same time."""
    if call.verb not in BACKUPS:
        return call.run()
    with subprocess.Popen([*call.real, *call.words]) as other:
        code = call.run()
    call.hit()
    return code or other.returncode


@instead("command-succeeds", "machine", family="environment")
def kill_a_backup_and_say_nothing(call: Call) -> int:
    """A backup is killed before it stores its manifest, and who started it takes no notice."""
    code = proxied(call, die_at_a_manifest)
    return 0 if code == 128 + signal.SIGKILL else code


@instead("command-succeeds", "machine", family="environment")
def cut_the_archive(call: Call) -> int:
    """A signature in duplicity's archive lost its end: a machine that crashed."""
    if call.verb == "list-current-files":
        for path in Path(call.option("--archive-dir=")).rglob("duplicity-full-signatures*"):
            path.write_bytes(path.read_bytes()[:-1000])
            call.hit()
    return call.run()
