"""`duplicity-verify history`: what the drills of a report folder found, and how their figures went."""

import argparse
import json
import os
import sys
from pathlib import Path

from verify.commands.parsers import JSON, TABLE, Parser
from verify.commands.telling import reports_of
from verify.options import DRILL, POLICY, REPORTS

EXAMPLES = """examples:
  duplicity-verify history                               the drills of this folder's reports
  duplicity-verify history --html history.html           a page: a calendar of verdicts, and charts
  duplicity-verify history --job web                     those of one of several jobs
  duplicity-verify history --format json | jq '.[-1]'    for machines"""


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify history", "Shows past drills: verdicts, ages, coverage, times.", EXAMPLES)
    made.add_options("the reports", (*REPORTS, *(each for each in (*POLICY, *DRILL) if each.name in {"policy", "job"})))
    made.add_output(TABLE, quiet=False)
    made.add_argument("--html", metavar="FILE", help="write a page with all of it, and print nothing")
    return made


def run(options: argparse.Namespace) -> int:
    """Print the drills of each destination, or write the page; return 0."""
    from verify.commands.history_table import table_of, trends_of  # noqa: PLC0415 - not for --help
    from verify.drill.ledger.ledger import past_drills  # noqa: PLC0415 - as above
    from verify.drill.settings import FOLDER  # noqa: PLC0415 - as above

    reports = reports_of(options)
    drills = past_drills(reports / FOLDER)
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
    from verify.policy import find_policy, read_policy  # noqa: PLC0415 - not for --help

    file = find_policy(options.policy and Path(options.policy), Path.cwd(), None)
    bound = read_policy(file, os.environ, options.job).max_restore_time
    return bound.total_seconds() if bound else None
