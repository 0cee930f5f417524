"""What is done to a destination over time, as data, and a model of what it leaves there."""

from verify.operations.calendar import calendar
from verify.operations.drawing import dealt
from verify.operations.model import DAY, Past, Taken
from verify.operations.operation import BACKUPS, KINDS, Operation, operations_of, shown

__all__ = ["BACKUPS", "DAY", "KINDS", "Operation", "Past", "Taken", "calendar", "dealt", "operations_of", "shown"]
