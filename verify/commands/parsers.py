"""Parsers that say what is wrong in one sentence, and whose help shows examples as they are."""

import argparse
import platform
import sys
from collections.abc import Iterable
from typing import NoReturn

from verify import __version__
from verify.errors import COULD_NOT_RUN
from verify.options import CommandOption

EXIT_CODES = "exit codes: 0 proven, 1 findings (--fail-on says from which on), 2 could not run"
TEXT, TABLE, JSON = "text", "table", "json"


class Parser(argparse.ArgumentParser):
    """A parser of one command; `prog` is what the user types.

    --help and --version are flags as any other: what is misspelt beside them is said first.
    """

    def __init__(self, prog: str, description: str, examples: str, exit_codes: str = EXIT_CODES) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"{examples}\n\n{exit_codes}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self.add_argument("-h", "--help", action="store_true", help="show this help and exit")
        self.add_argument("--version", action="store_true", help="show the versions of duplicity-verify and Python")

    def add_options(self, title: str, options: Iterable[CommandOption]) -> None:
        """Add options below a title of their own."""
        group = self.add_argument_group(title)
        for option in options:
            option.add_to(group.add_argument)

    def add_output(self, form: str = TEXT, *, quiet: bool = True) -> None:
        """Add --format, whose default is given, and -q for a command that may have nothing to say."""
        group = self.add_argument_group("the output")
        group.add_argument(
            "--format", choices=(form, JSON), default=form, dest="form",
            help=f"what is printed on standard output: a {form}, or JSON for programs (default: {form})",
        )  # fmt: skip
        if quiet:
            group.add_argument(
                "-q", "--quiet", action="store_true", help="print nothing where the exit code is 0; JSON is printed"
            )

    @property
    def flags(self) -> list[str]:
        """The long options that the parser knows."""
        return [flag for flag in self._option_string_actions if flag.startswith("--")]

    def format_usage(self) -> str:
        """Return how the command is typed, without its options: the help has them."""
        operands = [action for action in self._actions if not action.option_strings]
        words = [f"[{action.metavar or action.dest} …]" if action.nargs else str(action.metavar) for action in operands]
        return f"usage: {' '.join([self.prog, '[OPTIONS]', *words])}\n"

    def format_help(self) -> str:
        """Return the help, with the short usage."""
        self.usage = self.usage or self.format_usage().removeprefix("usage: ").rstrip()
        return super().format_help()

    def show_help(self) -> NoReturn:
        """Print the help and exit."""
        self.print_help(sys.stdout)
        self.exit()

    def show_version(self) -> NoReturn:
        """Print the versions and exit."""
        sys.stdout.write(f"duplicity-verify {__version__} (Python {platform.python_version()})\n")
        self.exit()

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with code 2."""
        self.exit(COULD_NOT_RUN, f"duplicity-verify: {message}; see {self.prog} --help\n")
