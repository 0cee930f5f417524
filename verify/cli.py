"""The console command: finds the command that was typed, and says in one sentence why there is no verdict."""

import argparse
import difflib
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from verify.commands.parsers import COULD_NOT_RUN
from verify.errors import INTERRUPTED, CannotRunError
from verify.plugin.interruption import ignore_interrupts, interruptible

MAIN = "sandbox"  # without a command's name
COMMANDS: Mapping[str, str] = {
    "drill": "restore verification of a real backup, where it really lies; read only",
    "history": "what past drills found, and how their figures went",
    "selection": "what a job's rules take of its source, and what each rule did",
    "regression": "what a change of a job makes leave or enter its backup, and what else it means",
    "replay": "failures that were found before, run again",
    "detect": "which deliberate defects the suite catches: run in a checkout",
    "differential": "what two duplicities make of the same histories",
    "doctor": "what this machine can do, and what it lacks",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Given the command line's arguments, run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = argparse.Namespace()  # none is known yet
    with interruptible():
        try:
            name = words.pop(0) if words[:1] and words[0] in COMMANDS else MAIN
            command: Any = import_module(f"verify.commands.{name}")
            options = _parsed(command, words)
            return int(command.run(options))
        except CannotRunError as error:
            return refused(str(error), options)
        except KeyboardInterrupt:
            ignore_interrupts()
            return refused(INTERRUPTED, options)


def _parsed(command: Any, words: Sequence[str]) -> argparse.Namespace:
    parser = command.parser()
    listed = "\n".join(f"  duplicity-verify {each:12} {meaning}" for each, meaning in COMMANDS.items())
    parser.epilog = f"commands (each has a --help of its own):\n{listed}\n\n{parser.epilog}"
    parsed: argparse.Namespace
    parsed, unknown = parser.parse_known_args(words)
    if unknown:
        parser.error(_not_known(unknown[0], parser.flags))
    return parsed


def _not_known(word: str, flags: Sequence[str]) -> str:
    """Given a word that no parser knows, and the flags that it could be, return what is wrong with it."""
    if word in COMMANDS:
        return f"a command comes first: duplicity-verify {word} …"
    kind, known = ("option", flags) if word.startswith("-") else ("command", list(COMMANDS))
    near = difflib.get_close_matches(word.partition("=")[0], known, n=1)
    return f"there is no {kind} {word}" + (f" (did you mean {near[0]}?)" if near else "")


def refused(sentence: str, options: argparse.Namespace) -> int:
    """Say why there is no verdict, on standard error and in the reports of a run; return exit code 2."""
    sys.stderr.write(f"duplicity-verify: {sentence}\n")
    if hasattr(options, "report_dir"):
        from verify.report.files import write_refusal  # noqa: PLC0415 - not for --help and --version

        write_refusal(sentence, Path(options.report_dir))
    return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
