"""The console command: finds the command that was typed, and says in one sentence why there is no verdict."""

import argparse
import difflib
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from verify.commands.names import COMMANDS, MAIN
from verify.errors import COULD_NOT_RUN, INTERRUPTED, CannotRunError, no_space
from verify.plugin.interruption import ignore_interrupts, interruptible
from verify.report.screen.marks import printable_on


def main(arguments: Sequence[str] | None = None) -> int:
    """Given the command line's arguments, run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        printable_on(stream)
    with interruptible():
        try:
            command, words = _command(words)
            return int(command.run(_parsed(command, words)))
        except CannotRunError as error:
            return _refused(str(error))
        except KeyboardInterrupt:
            ignore_interrupts()
            return _refused(INTERRUPTED)
        except BrokenPipeError:  # who reads only the beginning has no use for more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at its end
            return COULD_NOT_RUN
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001 - exit code 1 is a finding, and no crash of ours
            if full := no_space(error):
                return _refused(full)
            traceback.print_exc()
            return _refused(_bug(error))


def _command(words: list[str]) -> tuple[Any, list[str]]:
    """Given what was typed, return the module of the command, and the words that are left for it."""
    name = words[0] if words and not words[0].startswith("-") else MAIN
    if name not in COMMANDS and name != MAIN:
        import_module(f"verify.commands.{MAIN}").parser().error(_not_known(name, ()))
    return import_module(f"verify.commands.{name}"), words[name != MAIN :]


def _parsed(command: Any, words: Sequence[str]) -> argparse.Namespace:
    parser = command.parser()
    parsed: argparse.Namespace
    parsed, unknown = parser.parse_known_args(words)
    if unknown:
        parser.error(_not_known(unknown[0], parser.flags))
    if parsed.help:
        _describe(parser, command)
        parser.show_help()
    if parsed.version:
        parser.show_version()
    return parsed


def _describe(parser: Any, command: Any) -> None:
    """List the commands in the help of the main one; in that of another say where they are listed."""
    if command.__name__.endswith(f".{MAIN}"):
        parser.usage = f"{parser.prog} [OPTIONS]\n       {parser.prog} COMMAND [OPTIONS]"
        listed = "\n".join(f"  {each:13} {meaning}" for each, meaning in COMMANDS.items())
        parser.description += f"\n\ncommands (each has a --help of its own):\n{listed}"
    else:
        parser.epilog += "\nother commands: duplicity-verify --help"


def _not_known(word: str, flags: Sequence[str]) -> str:
    """Given a word that no parser knows, and the flags that it could be, return what is wrong with it."""
    if word in COMMANDS:
        return f"a command comes first: duplicity-verify {word} …"
    kind, known = ("option", flags) if word.startswith("-") else ("command", list(COMMANDS))
    near = difflib.get_close_matches(word.partition("=")[0], known, n=1)
    return f"there is no {kind} {word}" + (f" (did you mean {near[0]}?)" if near else "")


def _bug(error: BaseException) -> str:
    first = next(iter(str(error).splitlines()), "")
    said = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return f"this is a bug of duplicity-verify: {said}; please report it with the lines above"


def _refused(sentence: str) -> int:
    """Say why there is no verdict, on standard error; return exit code 2."""
    sys.stderr.write(f"duplicity-verify: {sentence}\n")
    return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
