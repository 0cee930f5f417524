"""Parsers that say what is wrong in one sentence, and whose help shows examples as they are."""

import argparse
from collections.abc import Iterable
from typing import NoReturn

from verify import __version__
from verify.options import Option

COULD_NOT_RUN = 2
EXIT_CODES = "exit codes: 0 proven, 1 findings, 2 could not run"


class Parser(argparse.ArgumentParser):
    """A parser of one command; `prog` is what the user types."""

    def __init__(self, prog: str, description: str, examples: str, exit_codes: str = EXIT_CODES) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"{examples}\n\n{exit_codes}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self.add_argument("--version", action="version", version=f"duplicity-verify {__version__}")

    def add_options(self, title: str, options: Iterable[Option]) -> None:
        """Add options below a title of their own."""
        group = self.add_argument_group(title)
        for option in options:
            option.add_to(group.add_argument)

    @property
    def flags(self) -> list[str]:
        """The long options that the parser knows."""
        return [flag for flag in self._option_string_actions if flag.startswith("--")]

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with code 2."""
        self.exit(COULD_NOT_RUN, f"duplicity-verify: {message}; see {self.prog} --help\n")
