"""The console command: finds the command that was typed, and says in one sentence why there is no verdict."""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from verify.commands.parsers import COULD_NOT_RUN
from verify.errors import CannotRunError

INTERRUPTED = "interrupted; nothing left behind"
MAIN = "sandbox"  # without a command's name
COMMANDS: Mapping[str, str] = {
    "doctor": "what this machine can do, and what it lacks",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Given the command line's arguments, run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words.pop(0) if words[:1] and words[0] in COMMANDS else MAIN
    command: Any = import_module(f"verify.commands.{name}")
    options = _parsed(command, words, name)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        return int(command.run(options))
    except CannotRunError as error:
        return refused(str(error), options)
    except KeyboardInterrupt:
        return refused(INTERRUPTED, options)


def _parsed(command: Any, words: Sequence[str], name: str) -> argparse.Namespace:
    parser = command.parser()
    if name == MAIN:
        listed = "\n".join(f"  duplicity-verify {each:12} {meaning}" for each, meaning in COMMANDS.items())
        parser.epilog = f"commands (each has a --help of its own):\n{listed}\n\n{parser.epilog}"
    parsed: argparse.Namespace = parser.parse_args(words)
    return parsed


def refused(sentence: str, options: argparse.Namespace) -> int:
    """Say why there is no verdict, on standard error and in the reports of a run; return exit code 2."""
    sys.stderr.write(f"duplicity-verify: {sentence}\n")
    if hasattr(options, "report_dir"):
        from verify.report.files import write_refusal  # noqa: PLC0415 - not for --help and --version

        write_refusal(sentence, Path(options.report_dir))
    return COULD_NOT_RUN


def _as_ctrl_c(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
