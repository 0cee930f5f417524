"""What drills found and measured, and what they remember."""

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from verify.drill.ledger.database import FILE
from verify.drill.ledger.memory import Content, Memory
from verify.errors import CannotRunError

__all__ = ["FILE", "Content", "Ledger", "PastDrill", "PastRestore", "last_begun", "past_drills"]

RESTORES = 200  # that a rate is made from
BEGUN = "SELECT max(started) FROM drills"
PAST = "SELECT destination, started, ended, verdict, figures FROM drills WHERE ended IS NOT NULL ORDER BY started"


@dataclass(frozen=True, slots=True)
class PastDrill:
    """A drill that has ended. `figures` are what it measured, by name."""

    started: float
    ended: float
    verdict: str
    figures: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the drill as a JSON object."""
        return {"started": self.started, "ended": self.ended, "verdict": self.verdict, **self.figures}


@dataclass(frozen=True, slots=True)
class PastRestore:
    """A restore: when it ended, how many bytes of volumes it downloaded, and in how many seconds."""

    ended: float
    bytes: int
    seconds: float
    everything: bool


def past_drills(folder: Path) -> dict[str, list[PastDrill]]:
    """Given a drill's folder, return the drills that have ended by destination, oldest first; nothing is written.

    Raise `CannotRunError` where there is no ledger, or one that cannot be read.
    """
    found: dict[str, list[PastDrill]] = {}
    for destination, past in map(_past, _rows(folder, PAST)):
        found.setdefault(destination, []).append(past)
    return found


def last_begun(folder: Path) -> float:
    """Given a drill's folder, return when the last drill began, also one that has not ended; 0 without any."""
    ((begun,),) = _rows(folder, BEGUN)
    return float(begun or 0)


def _rows(folder: Path, query: str) -> list[Any]:
    if not (folder / FILE).exists():
        raise CannotRunError(f"no drill was made with {folder.parent}: name the --report-dir of one")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(folder / FILE))}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()
    except sqlite3.Error as error:
        raise CannotRunError(f"the ledger {folder / FILE} cannot be read ({error}): move it away") from error


def _past(row: tuple[str, float, float, str, str]) -> tuple[str, PastDrill]:
    destination, started, ended, verdict, figures = row
    return destination, PastDrill(started, ended, verdict, json.loads(figures))


class Ledger(Memory):
    """The ledger of one report folder, as one destination's drills see it."""

    def begin(self, started: float) -> int:
        """Note that a drill begins; return its number. One that never ends is not counted among the past ones."""
        with self._transaction() as db:
            made = db.execute("INSERT INTO drills (destination, started) VALUES (?, ?)", (self.destination, started))
            return int(made.lastrowid or 0)

    def note_figures(self, number: int, figures: Mapping[str, Any]) -> None:
        """Note what a drill measured."""
        with self._transaction() as db:
            db.execute("UPDATE drills SET figures = ? WHERE id = ?", (json.dumps(figures), number))

    def end(self, number: int, ended: float, verdict: str, findings: Mapping[str, int] | None = None) -> None:
        """Note when a drill ended, with which verdict, and with how many findings of each severity."""
        with self._transaction() as db:
            (noted,) = db.execute("SELECT figures FROM drills WHERE id = ?", (number,)).fetchone()
            figures = json.dumps({**json.loads(noted), **({} if findings is None else {"findings": dict(findings)})})
            db.execute(
                "UPDATE drills SET ended = ?, verdict = ?, figures = ? WHERE id = ?", (ended, verdict, figures, number)
            )

    @property
    def past(self) -> list[PastDrill]:
        """The drills of this destination that have ended, oldest first."""
        return [past for destination, past in map(_past, self._db.execute(PAST)) if destination == self.destination]

    def last(self, figure: str) -> Any:
        """Given a figure's name, return what the last of the past drills that has it measured; None if none has."""
        return next((each.figures[figure] for each in reversed(self.past) if each.figures.get(figure)), None)

    def note_restore(self, ended: float, size: int, seconds: float, *, everything: bool) -> None:
        """Note how long a restore took that downloaded `size` bytes."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO restores VALUES (?, ?, ?, ?, ?)", (self.destination, ended, size, seconds, everything)
            )

    @property
    def restores(self) -> list[PastRestore]:
        """The newest restores, oldest first."""
        rows = self._db.execute(
            "SELECT ended, bytes, seconds, everything FROM restores WHERE destination = ? ORDER BY ended DESC LIMIT ?",
            (self.destination, RESTORES),
        )
        found = [PastRestore(ended, size, seconds, bool(everything)) for ended, size, seconds, everything in rows]
        return found[::-1]
