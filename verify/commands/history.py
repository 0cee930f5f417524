"""`duplicity-verify history`: what the drills of a report folder found, and how their figures went."""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from verify.commands.parsers import JSON, TABLE, Parser
from verify.commands.telling import reports_of
from verify.durations import age_words
from verify.errors import CannotRunError
from verify.options import DRILL, POLICY, REPORTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verify.drill.ledger.ledger import PastDrill

EXAMPLES = """examples:
  duplicity-verify history                               the drills of this folder's reports
  duplicity-verify history --html history.html           a page: a calendar of verdicts, and charts
  duplicity-verify history --job web                     those of one of several jobs
  duplicity-verify history --format json | jq '.[-1]'    for machines
  duplicity-verify history --due 26h                     exit code 1 where no drill has ended within 26 h"""
EXIT_CODES = "exit codes: 0 they are shown, 1 one is overdue (--due), 2 there is none"


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify history", "Shows past drills: verdicts, ages, coverage, times.", EXAMPLES, EXIT_CODES
    )
    made.add_options("the reports", (*REPORTS, *(each for each in (*POLICY, *DRILL) if each.name in {"policy", "job"})))
    made.add_output(TABLE, quiet=False)
    made.add_argument("--html", metavar="FILE", help="write a page with all of it, and print nothing")
    made.add_argument(
        "--due",
        metavar="DURATION",
        help="how long ago a drill may have ended: exit code 1 where the last one is overdue",
    )
    return made


def run(options: argparse.Namespace) -> int:
    """Print the drills of each destination, or write the page; return 0, or with --due 1 where one is overdue."""
    from verify.commands.history_table import table_of, trends_of  # noqa: PLC0415 - not for --help
    from verify.drill.ledger.ledger import past_drills  # noqa: PLC0415 - as above
    from verify.drill.settings import FOLDER  # noqa: PLC0415 - as above

    folder = reports_of(options) / FOLDER
    drills = past_drills(folder)
    if options.due:
        return _overdue(drills, options.due, folder)
    if options.html:
        from verify.report.pages.files import write_page  # noqa: PLC0415 - jinja2 is slow to import
        from verify.report.pages.history_page import history_page  # noqa: PLC0415 - as above

        past_of = {name: [each.as_json() for each in past] for name, past in drills.items()}
        page = history_page(past_of, _bound(options))
        write_page(page, Path(options.html))
        return 0
    if options.form == JSON:
        told = [{"destination": name, **each.as_json()} for name, past in drills.items() for each in past]
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return 0
    for destination, past in drills.items():
        lines = [destination, "", *table_of(past), "", *trends_of(past)]
        sys.stdout.write("\n".join(lines).rstrip() + "\n\n")
    return 0


def _bound(options: argparse.Namespace) -> float | None:
    """Return how many seconds a restore of everything may take, as the policy says; None where it does not."""
    from verify.policy import policy_file_of, read_policy  # noqa: PLC0415 - not for --help

    bound = read_policy(policy_file_of(vars(options)), os.environ, options.job).max_restore_time
    return bound.total_seconds() if bound else None


def _overdue(drills: "Mapping[str, Sequence[PastDrill]]", due: str, folder: Path) -> int:
    """Say when the last drill ended, of whatever destination; return 1 where that is overdue.

    A drill that is at work has as much time again. A destination that the job had once is not missed.
    """
    from verify.drill.ledger.ledger import last_begun  # noqa: PLC0415 - not for --help
    from verify.policy.kinds import DURATION  # noqa: PLC0415 - as above

    try:
        allowed = DURATION.read(due).total_seconds()
    except (ValueError, OverflowError):
        raise CannotRunError(f"--due {due} is no duration: write {DURATION.meaning}") from None
    if not drills:
        raise CannotRunError(f"no drill has ended with {folder.parent} yet: run one, or name the --report-dir of one")
    ago = time.time() - max(past[-1].ended for past in drills.values())
    at_work = time.time() - last_begun(folder) < allowed
    overdue = ago > (2 * allowed if at_work else allowed)
    due_at = f"and was due within {due}" if overdue else f"within {due}"
    sys.stdout.write(f"the last drill ended {age_words(ago)} ago, {due_at}\n")
    return int(overdue)
