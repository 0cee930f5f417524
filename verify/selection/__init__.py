"""The oracle: duplicity's selection rules as a model, and what they include of a listing.

It is written from the man page's section FILE SELECTION, and held to what the releases do: where
they and the man page part, a comment says so.
"""

from verify.selection.conditions import Entry
from verify.selection.errors import RuleError
from verify.selection.rules import Rule, RuleSet, parse_rules
from verify.selection.selection import Selection
from verify.selection.summary import RuleUse, Share, Summary, Tally, summarise
from verify.selection.walk import Decision, Walk, select

__all__ = [
    "Decision",
    "Entry",
    "Rule",
    "RuleError",
    "RuleSet",
    "RuleUse",
    "Selection",
    "Share",
    "Summary",
    "Tally",
    "Walk",
    "parse_rules",
    "select",
    "summarise",
]
