"""The options of a run: declared once, for the console command and for pytest alike.

pytest's parser takes the same keywords as argparse's. Where the two differ (pytest runs in every
runtime unless told otherwise, and writes reports only if asked), the plugin overrides a default.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

PROFILES = ("smoke", "default", "nightly")


@dataclass(frozen=True, slots=True)
class Option:
    """An option by its flag, with argparse's keywords."""

    flag: str
    help: str
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The attribute that parsed options have it as."""
        return self.flag.lstrip("-").replace("-", "_")

    def add_to(self, add: Callable[..., Any], **overrides: Any) -> None:
        """Given a parser's method that adds an argument, call it."""
        add(self.flag, **{"help": self.help, **self.more, **overrides})


def option(flag: str, help: str, metavar: str | None = None, **more: Any) -> Option:  # noqa: A002 - argparse's word
    """Return an option; `metavar` stands for its value in the help text."""
    return Option(flag, help, {**({"metavar": metavar} if metavar else {}), **more})


JOB = (
    option("--env-file", "the job's duplicity.env (default: the sample job's)", "FILE"),
    option("--stack", "the job's stack file", "FILE"),
    option("--source", "a real folder to back up and restore too; it is only read", "DIR"),
)
LAB = (
    option("--runtime", "containers where an engine answers", choices=("auto", "docker", "embedded"), default="auto"),
    option("--duplicity-image", "the job's image (default: one of our own, built when absent)", "IMAGE"),
    option("--duplicity-release", "duplicity release from PyPI (default: 3.2.1)", "VERSION"),
    option("--duplicity-command", "program that stands in duplicity's place (embedded)", "PROGRAM"),
    option("--minio-image", "image of the MinIO container", "IMAGE"),
)
RUN = (
    option("--profile", "how many examples are drawn", choices=PROFILES, default="default"),
    option("--report-dir", "for the reports (default: %(default)s)", "DIR", default=".duplicity-verify"),
)


def spelled(options: Iterable[Option], values: dict[str, Any]) -> list[str]:
    """Given options and parsed values by name, return those that are set as arguments of one word each."""
    return [
        each.flag if values[each.name] is True else f"{each.flag}={values[each.name]}"
        for each in options
        if values[each.name]
    ]
