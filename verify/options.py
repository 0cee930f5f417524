"""The options of a run: declared once, for the console command and for pytest alike.

pytest's parser takes the same keywords as argparse's. Where the two differ (pytest runs in every
runtime unless told otherwise, and writes reports only if asked), the plugin overrides a default.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

PROFILES = ("smoke", "default", "nightly")
SEVERITIES = ("lost", "at-risk", "tidy-up")  # those of `verify.checks`, the gravest first


@dataclass(frozen=True, slots=True)
class CommandOption:
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


def option(flag: str, help: str, metavar: str | None = None, **more: Any) -> CommandOption:  # noqa: A002 - argparse's word
    """Return an option; `metavar` stands for its value in the help text."""
    return CommandOption(flag, help, {**({"metavar": metavar} if metavar else {}), **more})


JOB = (
    option("--env-file", "the job's duplicity.env", "FILE"),
    option("--stack", "the job's Docker stack or compose file", "FILE"),
    option("--service", "the service of that file that runs duplicity, where several do", "NAME"),
    option(
        "--started-by",
        "what starts that file's services: docker stack deploy, or docker compose (default: what the file says)",
        choices=("stack", "compose"),
    ),
    option("--source", "a real folder to back up and restore too; it is only read", "DIR"),
)
LAB = (
    option(
        "--runtime",
        "where it runs: Docker if available, else this machine itself (default: auto)",
        choices=("auto", "docker", "embedded"),
        default="auto",
    ),
    option("--duplicity-image", "the image that the job runs in (docker; default: one is built)", "IMAGE"),
    option("--duplicity-release", "the duplicity to install from PyPI (default: 3.2.1)", "VERSION"),
    option("--duplicity-command", "a program to run in place of duplicity (embedded)", "PROGRAM"),
    option("--minio-image", "the image of the MinIO container (docker)", "IMAGE"),
    option(
        "--store",
        "what the lab backs up to: a server of the kind that DST names where it has one, or S3 (default: job)",
        choices=("job", "s3"),
        default="job",
    ),
)
POLICY = (
    option("--policy", "the policy file (default: duplicity-verify.toml here or beside the env file)", "FILE"),
    option("--lock", "the file that holds the approved rules and options of the job", "FILE"),
    option("--update-lock", "approve them as they are now: write them to the lock", action="store_true", default=False),
)
SELECTION = (
    option("--listing", "a list of paths in place of --source, as find prints it; - is standard input", "FILE"),
    option("--must-include", "a path or glob below the source that must be in the backup", "GLOB", action="append"),
    option("--must-exclude", "a path or glob below the source that must not be in it", "GLOB", action="append"),
)
CHANGE = (
    option("--before", "the job before: an env or stack file, a git revision, or REVISION:FILE", "JOB"),
    option("--after", "the job after, likewise (default: the job's files as they are)", "JOB"),
)
REPORTS = (
    option("--report-dir", "the folder for the reports (default: %(default)s)", "DIR", default=".duplicity-verify"),
)
FAIL_ON = option(
    "--fail-on",
    "the lightest finding that makes the exit code 1: what would not come back, what is at risk or exposed, or "
    "what is to tidy up (default: at-risk)",
    choices=SEVERITIES,
)
RUN = (
    option("--profile", "how much is tried (default: default)", choices=PROFILES, default="default"),
    FAIL_ON,
    *REPORTS,
)
AGAIN = option("--again", "repeat what is proven of this duplicity already", action="store_true", default=False)
# The command gives it to pytest; a pytest run of somebody's own repeats everything, and remembers nothing.
PROOFS = option(
    "--proofs", "believe proofs of earlier runs, and remember this one's", action="store_true", default=False
)
AGAINST = (
    option("--against-release", "the other duplicity: a release from PyPI", "VERSION"),
    option("--against-image", "the other duplicity: an image that has it (docker)", "IMAGE"),
    option("--against", "the other duplicity: a program in its place (embedded)", "PROGRAM"),
)
DRILL = (
    option("--job", "one of the jobs that the policy file names", "NAME"),
    option(
        "--destination", "one of the job's several destinations, such as DST_2 (default: one after the other)", "NAME"
    ),
    option("--max-age", "how old the newest backup may be (default: 26h)", "DURATION"),
    option("--budget", "how much may be downloaded; --full and --full-restore ignore it (default: 2GB)", "SIZE"),
    option("--minutes", "how many minutes it may take", "MINUTES"),
    option("--restore-limit", "after how long one restore is ended (default: as its size needs)", "DURATION"),
    option("--restore-samples", "how many random files are restored (default: 100)", "COUNT"),
    option("--full", "read every byte of every backup, and compare the newest with the source", action="store_true"),
    option("--full-restore", "restore everything of the newest backup by duplicity, and compare", action="store_true"),
    option("--keep", "keep what was restored, in the folder of the reports", action="store_true"),
    option(
        "--new-machine",
        "begin as a new machine would: without duplicity's archive of earlier drills",
        action="store_true",
    ),
)

NOTIFY = (
    option(
        "--notify",
        "besides those of the policy file: tell a mailbox (SMTP_HOST, EMAIL_TO …), healthchecks (HEALTHCHECKS_URL) or "
        "uptime-kuma (UPTIME_KUMA_URL), as these variables say",
        action="append",
        choices=("mail", "healthchecks", "uptime-kuma"),
    ),
    option("--no-notify", "tell nobody of this drill", action="store_true"),
)


def spelled(options: Iterable[CommandOption], values: dict[str, Any]) -> list[str]:
    """Given options and parsed values by name, return those that are set as arguments of one word each."""
    return [word for each in options for word in _spelled(each, values[each.name])]


def _spelled(option: CommandOption, value: Any) -> list[str]:
    if isinstance(value, list):
        return [f"{option.flag}={each}" for each in value]
    if not value:
        return []
    return [option.flag] if value is True else [f"{option.flag}={value}"]
