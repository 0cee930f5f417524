"""Regression: what a change of a job changes, in meaning and path by path; and the lock that approves a meaning."""

from verify.regression.changes import Change, change_findings, changes, hidden_changes
from verify.regression.lock import approve, lock_findings, read_lock
from verify.regression.meaning import Meaning, meaning_of
from verify.regression.moves import Fate, Moves, move_findings

__all__ = [
    "Change",
    "Fate",
    "Meaning",
    "Moves",
    "approve",
    "change_findings",
    "changes",
    "hidden_changes",
    "lock_findings",
    "meaning_of",
    "move_findings",
    "read_lock",
]
