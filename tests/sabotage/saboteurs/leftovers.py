"""Saboteurs of what a command leaves, and of what it should leave alone."""

from __future__ import annotations

import os
from pathlib import Path

from calls import BACKUPS, REMOVALS, Call
from hooks import instead, worded
from victims import a_file, removed


@instead("nothing-left-over", "leftovers")
def leave_a_temporary_file(call: Call) -> int:
    """A backup leaves a file in the temporary folder."""
    code = call.run()
    if call.verb in BACKUPS:
        Path(os.environ["TMPDIR"], "duplicity-abc-tempdir").mkdir(exist_ok=True)
        call.hit()
    return code


@instead("nothing-left-over", "leftovers")
def leave_a_volume_in_the_archive(call: Call) -> int:
    """A backup leaves a volume in the archive folder."""
    code = call.run()
    archive = call.option("--archive-dir=")
    if call.verb in BACKUPS and archive:
        Path(archive, "duplicity-full.vol1.difftar").write_bytes(bytes(1000))
        call.hit()
    return code


@instead("source-untouched", "leftovers")
def write_into_the_source(call: Call) -> int:
    """A backup leaves a file in its source."""
    if call.source:
        (call.source / ".duplicity").touch()
        call.hit(".duplicity")
    return call.run()


@instead("source-untouched", "leftovers")
def touch_the_source(call: Call) -> int:
    """A backup marks a file of its source as read, by its modification time."""
    victim = call.source and a_file(call.source)
    if victim:
        os.utime(victim)
        call.hit(os.path.relpath(victim, call.source))
    return call.run()


@instead("source-untouched", "leftovers")
def delete_what_was_backed_up(call: Call) -> int:
    """A backup moves the source instead of copying it."""
    code = call.run()
    if call.source and code == 0:
        for path in call.source.iterdir():
            removed(path)
            call.hit(path.name)
    return code


@instead("retention", "leftovers")
def remove_nothing(call: Call) -> int:
    """Retention says that it removed, and did not."""
    if call.verb != "remove-all-but-n-full":
        return call.run()
    call.hit()
    return 0


@instead("restore-destroys-nothing", "leftovers")
def clear_the_target(call: Call) -> int:
    """What lies where something is restored to is removed first."""
    if call.target and os.path.lexists(call.target):
        removed(call.target)
        call.hit()
    return call.run()


@worded("dry-run-changes-nothing", *REMOVALS, kind="leftovers", early="archive-lost")
def remove_unasked(words: list[str]) -> list[str]:
    """A command that removes does so without --force, where it should only say what it would remove."""
    return words if "--force" in words else [words[0], "--force", *words[1:]]
