"""The calls of duplicity that a job makes: what its entries run, or the container's own command.

A word of theirs counts as much as one of OPTIONS. Where they cannot be read, that is said, and nothing is proven of
what they may hold.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Template

from verify.job.destination.urls import is_url
from verify.job.options import WrittenOption, parsed
from verify.job.runs.commands import tokens_of

BACKING_UP = frozenset({"backup", "bu", "full", "fb", "incremental", "incr", "inc", "ib"})
FULL = frozenset({"full", "fb"})
RETENTION = frozenset({"remove-older-than", "ro", "remove-all-but-n-full", "ra", "remove-all-inc-of-but-n-full", "ri"})
_OTHERS = frozenset(
    {"restore", "rb", "verify", "vb", "cleanup", "cl", "collection-status", "st", "list-current-files", "ls"}
)
_VERBS = BACKING_UP | RETENTION | _OTHERS
_PROGRAMS = frozenset({"backup", "dup", "duplicity"})
SHELLS = frozenset({"sh", "bash", "ash", "dash"})
# What stands before a command without changing which one it is, and what a shell has around commands.
_BEFORE = frozenset(
    {"exec", "nice", "ionice", "time", "env", "sudo", "chronic", "nohup", "command", "tini", "dumb-init", "catatonit"}
)
_ENTRYPOINT = "/usr/local/bin/entrypoint"  # the image's own: it runs what it is given
LOOPS = frozenset({"while", "until"})
_KEYWORDS = LOOPS | {"if", "then", "else", "elif", "fi", "do", "done", "!", "{", "}"}
_BETWEEN = frozenset({";", "&&", "||", "&", "|", "|&", "(", ")", ";;"})
_SUSPECT = re.compile(r"(?<![\w.-])(/[\w/.-]*/)?(backup|dup|duplicity)(?![\w/.-])")
_INNER = re.compile(r"\$\(((?:[^()]|\([^()]*\))*)\)|`([^`]*)`")
_SCRIPT = re.compile(r".*/.*|.*\.(sh|py|bash)")


@dataclass(frozen=True, slots=True)
class DuplicityCall:
    """One call: its verb, its own options, and its positional words. A bare one gets no OPTIONS.

    `given` is all that its program is given, in that order; `backup` is `dup` with SRC and DST.
    """

    verb: str
    options: tuple[WrittenOption, ...]
    positional: tuple[str, ...]
    bare: bool = False
    given: tuple[str, ...] = ()

    @property
    def backs_up(self) -> bool:
        """Whether it makes a backup."""
        return self.verb in BACKING_UP

    @property
    def words(self) -> tuple[str, ...]:
        """Its own options, as words."""
        return tuple(word for option in self.options for word in option.words)


@dataclass(frozen=True, slots=True)
class CallsRead:
    """The calls in a command, and why there may be others; `unread` is empty where there are none."""

    calls: tuple[DuplicityCall, ...] = ()
    unread: str = ""


def calls_in(text: str, variables: Mapping[str, str]) -> CallsRead:
    """Given a shell's command and the variables that it knows, return the calls of duplicity in it."""
    try:
        commands = list(simple_commands(text))
    except ValueError:
        return CallsRead(unread="has a quote that is not closed" if _SUSPECT.search(text) else "")
    read = [_read(command, variables) for command in commands]
    calls = tuple(call for each in read for call in each.calls)
    unread = next((each.unread for each in read if each.unread), "")
    inner = [calls_in(found[1] or found[2] or "", variables) for found in _INNER.finditer(text)]
    hidden = any(each.calls or each.unread for each in inner)
    hidden = hidden or bool(re.search(r"<<|\bxargs\b|\beval\b", text) and _SUSPECT.search(text))
    unread = unread or ("holds a command inside a command" if hidden else "")
    # Beside a backup, another program is what comes before or after it.
    return CallsRead(calls, "" if any(call.backs_up for call in calls) and unread.startswith("runs ") else unread)


def programs_in(text: str) -> list[str]:
    """Given a shell's command, return the programs that it names, without their folders; none where it is not read."""
    try:
        commands = [without_prefix(words) for words in simple_commands(text)]
    except ValueError:
        return []
    return [posixpath.basename(words[0]) for words in commands if words]


def calls_of_words(words: Sequence[str], variables: Mapping[str, str]) -> CallsRead:
    """Given a command as words, of a container that starts it without a shell, return the calls of duplicity in it."""
    return _read(list(words), variables)


def simple_commands(text: str) -> Iterator[list[str]]:
    """Given a shell's text, yield each command in it as words. Raise ValueError on an open quote."""
    command: list[str] = []
    for token in (*tokens_of(text), ";"):
        if token in _BETWEEN:
            if command:
                yield command
            command = []
        else:
            command.append(token)


def _read(command: list[str], variables: Mapping[str, str]) -> CallsRead:
    """Return the calls of a simple command; a program that is not known may make some."""
    words = without_prefix(command)
    if not words:
        return CallsRead()
    program = posixpath.basename(words[0])
    if program in _PROGRAMS:
        return CallsRead((_call(program, words[1:], variables),))
    if text := text_of_shell(words):
        return calls_in(text, variables)
    if _SCRIPT.fullmatch(words[0]) or program in SHELLS:
        return CallsRead(unread=f"runs {words[0]}, which is not looked into")
    return CallsRead()


def text_of_shell(words: Sequence[str]) -> str:
    """Given a command, return the text that a shell is given in it (`sh -c TEXT`), empty where it is none of these."""
    shell = len(words) > 2 and posixpath.basename(words[0]) in SHELLS  # noqa: PLR2004 - sh, -c, the text
    return words[2] if shell and re.fullmatch(r"-\w*c", words[1]) else ""


def without_prefix(command: Sequence[str]) -> list[str]:
    """Given a command, return it without what may stand before it: variables, keywords, `nice -n 10`, `timeout 1h`."""
    words = list(command)
    while words:
        first = posixpath.basename(words[0])
        if first in _BEFORE or first == "timeout":
            words = words[1:]
            while words and (words[0].startswith("-") or re.fullmatch(r"[\d.]+[smhd]?", words[0])):
                words = words[1:]
        elif first in _KEYWORDS or words[0] == _ENTRYPOINT or re.fullmatch(r"\w+=.*", words[0], re.DOTALL):
            words = words[1:]
        else:
            break
    return words


def _call(program: str, words: Sequence[str], variables: Mapping[str, str]) -> DuplicityCall:
    known = tuple(Template(word).safe_substitute(variables) for word in words)
    if program == "backup":
        known = (variables.get("SRC", ""), variables.get("DST", ""), *known)
    read = list(parsed(known))
    options = tuple(each for each in read if each.name.startswith("-"))
    verb, *positional = [each.name for each in read if not each.name.startswith("-")] or [""]
    if verb not in _VERBS:
        # duplicity implies a verb: from a folder to a URL is a backup, the other way round a restore.
        # What is called `backup` is meant as one, whatever SRC is.
        implied = "restore" if is_url(verb) and program != "backup" else "backup"
        verb, positional = implied, [verb, *positional]
    return DuplicityCall(verb, options, tuple(positional), program == "duplicity", known)


def words_of_command(command: Sequence[str]) -> list[str]:
    """Given a container's command, return its words: docker splits a text as a shell would."""
    if len(command) != 1:
        return list(command)
    try:
        return shlex.split(command[0])
    except ValueError:
        return list(command)
