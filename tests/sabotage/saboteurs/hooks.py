"""What a saboteur can take hold of. A hook makes of a small function one that runs a whole command.

A saboteur is declared by its hook and the check that has to catch it; its docstring says what it does. A hook notes
a hit only where the function changed something: one that found nothing to change has not been caught by luck.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calls import BACKUPS, Call
from proxy import Request, proxied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[[Call], int]
    Declare = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Saboteur:
    """One deliberate defect: what it takes hold of, the check that has to catch it, and the function."""

    name: str
    family: str  # "tool", "store", "configuration" or "environment"
    kind: str
    check: str
    function: Callable[..., Any]
    apply: Callable[..., Any]
    means: str = "command"  # how it comes in: "command" in duplicity's place, "job", "source" or "image"
    lab: str = ""  # the runtime that it needs, if it needs one
    early: str = ""  # part of the name of the test that has a victim for it, among many that decide the check

    @property
    def meaning(self) -> str:
        """What it does, in one sentence."""
        return (self.function.__doc__ or "").strip()


SABOTEURS: dict[str, Saboteur] = {}


def declared(
    family: str, kind: str, check: str, hook: Callable[[Callable[..., Any]], Callable[..., Any]], **more: str
) -> Declare:
    """Return a decorator that puts a function into the catalogue, by its name with dashes."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__.replace("_", "-")
        assert name not in SABOTEURS, f"two saboteurs are called {name}"
        SABOTEURS[name] = Saboteur(name, family, kind, check, function, hook(function), **more)
        return function

    return declare


def restored(check: str, **more: str) -> Declare:
    """A function (tree) that changes a tree which was just restored, and returns the path that it hit."""

    def hook(change: Callable[[Path], Path | None]) -> Run:
        def apply(call: Call) -> int:
            code = call.run()
            if code == 0 and call.target and call.target.is_dir():
                path = change(call.target)
                if path is not None:
                    call.hit(os.path.relpath(path, call.target))
            return code

        return apply

    return declared("tool", "restore", check, hook, **more)


def backed_up(check: str) -> Declare:
    """A function (now, before) that changes what a backup reads, and returns the path that it hit.

    `now` is a copy of the source, which is backed up in its place; `before` what the chain's last backup read, None
    where there was none.
    """

    def hook(change: Callable[[Path, Path | None], Path | None]) -> Run:
        def apply(call: Call) -> int:
            source = call.source
            if source is None:
                return call.run()
            now, before = call.kept("now"), call.kept("before")
            subprocess.run(["cp", "-a", f"{source}/.", str(now)], check=True)
            path = change(now, before if before.exists() else None)
            if path is not None:
                call.hit(os.path.relpath(path, now))
            code = call.run([_moved(word, str(source), str(now)) for word in (*call.words, "--allow-source-mismatch")])
            subprocess.run(["rm", "-rf", str(before)], check=True)
            now.rename(before)
            return code

        return apply

    return declared("tool", "backup", check, hook)


def _moved(word: str, source: str, now: str) -> str:
    head, sign, path = word.rpartition("=")
    if path == source or path.startswith(f"{source}/"):
        return head + sign + now + path[len(source) :]
    return word


def worded(check: str, *verbs: str, family: str = "tool", kind: str = "options", **more: str) -> Declare:
    """A function (words) that returns other words for duplicity to be called with."""

    def hook(change: Callable[[list[str]], list[str]]) -> Run:
        def apply(call: Call) -> int:
            words = change(list(call.words)) if call.verb in verbs else call.words
            if words != call.words:
                call.hit()
            return call.run(words)

        return apply

    return declared(family, kind, check, hook, **more)


def said(check: str, *verbs: str) -> Declare:
    """A function (text) that returns other bytes for what duplicity wrote to standard output."""

    def hook(change: Callable[[bytes], bytes]) -> Run:
        def apply(call: Call) -> int:
            if call.verb not in verbs:
                return call.run()
            code, text = call.said()
            changed = change(text)
            if changed != text:
                call.hit()
            sys.stdout.buffer.write(changed)
            return code

        return apply

    return declared("tool", "output", check, hook)


def ended(check: str, *verbs: str) -> Declare:
    """A function (code) that returns another exit code."""

    def hook(change: Callable[[int], int]) -> Run:
        def apply(call: Call) -> int:
            code = call.run()
            changed = change(code) if call.verb in verbs else code
            if changed != code:
                call.hit()
            return changed

        return apply

    return declared("tool", "exit code", check, hook)


def instead(check: str, kind: str, family: str = "tool", **more: str) -> Declare:
    """A function (call) that does all of a command itself, notes what it hit and returns the exit code."""
    return declared(family, kind, check, lambda function: function, **more)


def served(check: str, kind: str = "store", **more: str) -> Declare:
    """A function (request) that answers one S3 request, or forwards it and changes the answer."""

    def hook(answer: Callable[[Request], Any]) -> Run:
        return lambda call: proxied(call, answer)

    return declared("store", kind, check, hook, **more)


def launched(check: str, *verbs: str) -> Declare:
    """A function (call) that returns how the real duplicity is started: keywords of `subprocess.run`."""

    def hook(how: Callable[[Call], dict[str, Any]]) -> Run:
        def apply(call: Call) -> int:
            keywords = how(call) if call.verb in (verbs or BACKUPS) else {}
            if keywords:
                call.hit()
            return call.run(**keywords)

        return apply

    return declared("environment", "machine", check, hook)


def configured(check: str, kind: str = "job") -> Declare:
    """A function (env, stack) that returns the texts of another env file and stack file."""
    return declared("configuration", kind, check, lambda function: function, means="job")


def arriving(check: str) -> Declare:
    """A function () that returns options which the image hands on otherwise than they are meant."""

    def hook(options: Callable[[], str]) -> Callable[[str, str], tuple[str, str]]:
        return lambda env, stack: (
            re.sub("^OPTIONS=", lambda _: f"OPTIONS={options()} ", env, flags=re.MULTILINE),
            stack,
        )

    return declared("configuration", "words", check, hook, means="job", lab="docker")


def mounted(check: str) -> Declare:
    """A function (folder) that makes a real folder to back up out of an empty one."""
    return declared("configuration", "source", check, lambda function: function, means="source", lab="embedded")


def layered(check: str) -> Declare:
    """A function () that returns lines of a Dockerfile which are put on top of the job's image."""
    return declared("configuration", "image", check, lambda function: function, means="image", lab="docker")
