"""`duplicity-verify schema`: what may stand in the policy file, for editors and programs."""

import argparse
import sys

from verify.commands.parsers import Parser

EXAMPLES = """examples:
  duplicity-verify schema > duplicity-verify.schema.json
                                                         then `#:schema duplicity-verify.schema.json` in the first line
                                                         of duplicity-verify.toml lets an editor check it"""


def parser() -> Parser:
    """Return the command's parser."""
    return Parser(
        "duplicity-verify schema", "Prints the JSON schema of the policy file.", EXAMPLES, "exit codes: 0 it is printed"
    )


def run(options: argparse.Namespace) -> int:
    """Print the schema; return 0."""
    from verify.policy.schema import schema_text  # noqa: PLC0415 - not for --help

    del options
    sys.stdout.write(schema_text())
    return 0
