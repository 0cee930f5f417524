"""`duplicity-verify completion`: a script that lets a shell complete the commands and their options."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from verify.commands.names import COMMANDS, MAIN
from verify.commands.parsers import Parser

SHELLS = ("bash", "zsh", "tcsh")
PROGRAM = "duplicity-verify"
FILES = {"FILE": "FILE", "PROGRAM": "FILE", "DIR": "DIRECTORY"}  # what shtab completes, by an option's metavar
EXAMPLES = """examples:
  duplicity-verify completion bash > ~/.local/share/bash-completion/completions/duplicity-verify
                                                         for bash; it is read when a new shell needs it
  duplicity-verify completion zsh > ~/.zfunc/_duplicity-verify
                                                         for zsh, where fpath has that folder"""


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(f"{PROGRAM} completion", "Prints the completion script of a shell.", EXAMPLES, "")
    made.add_argument("shell", metavar="SHELL", choices=SHELLS, nargs="?", help="one of " + ", ".join(SHELLS))
    return made


def run(options: argparse.Namespace) -> int:
    """Print the script; return 0."""
    if options.shell is None:
        parser().error(f"nothing says for which shell: give one of {', '.join(SHELLS)}")
    import shtab  # noqa: PLC0415 - not for --help

    sys.stdout.write(shtab.complete(whole_parser(), shell=options.shell).rstrip() + "\n")
    return 0


def whole_parser() -> argparse.ArgumentParser:
    """Return one parser of all commands, with what shtab has to know of their options."""
    whole = _with_files(import_module(f"verify.commands.{MAIN}").parser())
    commands = whole.add_subparsers(dest="command", parser_class=argparse.ArgumentParser)
    for name, meaning in COMMANDS.items():
        own = _with_files(import_module(f"verify.commands.{name}").parser())
        commands.add_parser(name, help=meaning, description=meaning, parents=[own], add_help=False)
    return whole


def _with_files(parser: Parser) -> Parser:
    import shtab  # noqa: PLC0415 - as above

    for action in parser._actions:  # noqa: SLF001 - argparse offers no public way to ask
        kind = FILES.get(str(action.metavar)) or ("FILE" if action.type is Path else None)
        if kind:
            completed: Any = action
            completed.complete = getattr(shtab, kind)
    return parser
