"""What the container of a job starts: the image's schedule, one period of it, duplicity itself, or none of these."""

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence

from verify.job.container_start import ContainerStart
from verify.job.runs.calls import (
    LOOPS,
    SHELLS,
    CallsRead,
    simple_commands,
    text_of_shell,
    without_prefix,
    words_of_command,
)

# Programs that start what a schedule says; the image's own is crond.
_SCHEDULERS = frozenset({"crond", "cron", "supercronic", "supervisord", "run-parts", "dcron", "fcron", "anacron"})
_JOBRUNNER = re.compile(r"/etc/periodic/(?P<period>[^/]+)(/jobrunner)?/?")
# Programs that surely start neither a schedule nor duplicity.
_IDLE = frozenset(
    """: [ cat cd chmod chown date echo exit export false ls mkdir pause printf read set sleep tail test top touch trap
    true ulimit umask wait watch""".split()  # noqa: SIM905 - a table of names, not of lines
)


def start_of(entrypoint: Sequence[str] | None, command: Sequence[str] | None, calls: CallsRead) -> ContainerStart:
    """Given a container's entrypoint and command, None where they are the image's, and the calls of duplicity in them.

    Return what it starts.
    """
    given = words_of_command([*(entrypoint or ()), *(command or ())])
    if not given:
        return ContainerStart() if entrypoint is None else ContainerStart(idle="no command")
    said = shlex.join(given)
    try:
        written = list(_written(given))
    except ValueError:
        return ContainerStart(unknown=said)
    commands = [words for words in map(without_prefix, written) if words]
    named = [_JOBRUNNER.fullmatch(word) for words in commands for word in words]
    periods = frozenset(each["period"] for each in named if each)
    loops = any(LOOPS & set(words) for words in written)
    backs_up = any(call.backs_up for call in calls.calls)
    if backs_up or periods:
        return ContainerStart(frozenset() if backs_up else periods, loops=loops)
    if any(map(_schedules, commands)):
        return ContainerStart()
    return ContainerStart(idle=said) if _is_idle(commands, calls) else ContainerStart(unknown=said)


def _written(given: Sequence[str]) -> Iterator[list[str]]:
    """Yield each command of a container as it is written, those of a shell one by one. Raise ValueError."""
    words = without_prefix(given)
    if text := text_of_shell(words):
        yield from simple_commands(text)
    else:
        yield words


def _schedules(words: Sequence[str]) -> bool:
    """Return whether a command starts a scheduler, by itself or through a script that is given one."""
    first, *more = map(posixpath.basename, words)
    return first in _SCHEDULERS or ("/" in words[0] and first not in _IDLE | SHELLS and bool(_SCHEDULERS & {*more}))


def _is_idle(commands: Sequence[Sequence[str]], calls: CallsRead) -> bool:
    """Return whether none of the commands makes a backup, so far as they are all known."""
    shells = [words for words in commands if posixpath.basename(words[0]) in SHELLS]
    others = [words for words in commands if posixpath.basename(words[0]) not in _IDLE | SHELLS]
    waits = all(len(words) == 1 for words in shells)  # for somebody who types
    read = not calls.unread or calls.unread.startswith("runs ")  # a program of these, or a shell
    return waits and read and len(others) <= len(calls.calls)
