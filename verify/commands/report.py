"""`duplicity-verify report`: the page of a run again, from its report.json."""

import argparse
from pathlib import Path

from verify.commands.parsers import Parser
from verify.errors import CannotRunError
from verify.options import REPORTS

EXAMPLES = """examples:
  duplicity-verify report --html night.html                     the newest run
  duplicity-verify report --report-dir .duplicity-verify/2026-11-30T02-00-00Z --html night.html
                                                                an older one"""


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        "duplicity-verify report", "Writes the page of a run, from its report.json.", EXAMPLES,
        "exit codes: 0 it is written, 2 it is not",
    )  # fmt: skip
    made.add_options("the reports", REPORTS)
    made.add_argument("--html", metavar="FILE", help="the page to write")
    return made


def run(options: argparse.Namespace) -> int:
    """Write the page; return 0."""
    from verify.report.pages.files import read_report, write_page  # noqa: PLC0415 - not for --help
    from verify.report.pages.report_page import report_page  # noqa: PLC0415 - as above

    if not options.html:
        raise CannotRunError("report needs the file to write: --html FILE")
    write_page(report_page(read_report(Path(options.report_dir))), Path(options.html))
    return 0
