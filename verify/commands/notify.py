"""`duplicity-verify notify`: who is told of drills, and whether a message arrives there."""

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from verify.commands.parsers import Parser
from verify.errors import COULD_NOT_RUN, CannotRunError
from verify.options import JOB, NOTIFY, POLICY, REPORTS

if TYPE_CHECKING:
    from verify.notify.teller import Teller

EXAMPLES = """examples:
  duplicity-verify notify                                who is told of drills, and of which
  duplicity-verify notify --test                         a message of each kind to each of them, and what they answer
  duplicity-verify notify --test --notify healthchecks   besides, the check of HEALTHCHECKS_URL

a test ends with the message that a drill could not run: a check or a monitor stays down until the next drill."""
EXIT_CODES = "exit codes: 0 all of them took it, 2 one did not"
POLICY_FILE = next(each for each in POLICY if each.name == "policy")


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify notify", "Shows who is told of drills, and tries it.", EXAMPLES, EXIT_CODES)
    made.add_argument("--test", action="store_true", help="send a message of each kind to each receiver")
    made.add_options("the job", (POLICY_FILE, *(each for each in JOB if each.name != "source")))
    made.add_options("who is told", (each for each in NOTIFY if each.name == "notify"))
    made.add_options("the reports", REPORTS)
    made.set_defaults(no_notify=False, keyword=None, source=None, job=None, all=False)
    return made


def run(options: argparse.Namespace) -> int:
    """Show who is told, or send each of them a message of each kind; return the exit code."""
    from verify.commands.telling import teller_of  # noqa: PLC0415 - not for --help

    teller = teller_of(options)
    if not teller.receivers:
        raise CannotRunError(
            "nobody is told of drills: write a table [[notify]] into duplicity-verify.toml, or give --notify RECEIVER"
        )
    for note in teller.notes:
        sys.stdout.write(f"note: {note}\n")
    if options.test:
        return _tested(teller)
    for name, each in teller.receivers.items():
        sys.stdout.write(f"{name}: {', '.join(each.on)}\n")
    return 0


def _tested(teller: "Teller") -> int:
    from verify.notify.teller import BUDGET  # noqa: PLC0415 - as above
    from verify.notify.trial import trial_messages  # noqa: PLC0415 - as above

    teller.begin()
    arrived = True
    for message in trial_messages(teller.about):
        sending = {name: partial(each.receiver.send, message) for name, each in teller.receivers.items()}
        sys.stdout.write(f"{message.title}\n")
        for each in teller.sent(sending, BUDGET):
            sys.stdout.write(f"  {each}\n")
            arrived &= each.sent
        sys.stdout.flush()
    return 0 if arrived else COULD_NOT_RUN
