"""What a run is doing at the moment: a line that changes on a terminal, else a plain line now and then."""

import contextlib
import threading
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from verify import progress
from verify.report.wording import duration

SOON, LATER = 10.0, 60.0  # seconds of silence after which a log is told that something goes on: at first, at most


class Live:
    """Shows steps while it is open. `tell` prints a line of a log; `noun` is what is counted."""

    def __init__(self, console: Console, tell: Callable[[str], None], step: str, noun: str = "tests") -> None:
        self.step, self.begun = step, time.monotonic()
        self.total: int | None = None
        self.done = 0
        self._console, self._tell, self._noun = console, tell, noun
        self._last, self._patience = self.begun, SOON  # when something was printed, and how long that holds
        self._ended = threading.Event()
        self._open = contextlib.ExitStack()
        spinner = "dots" if console.encoding.startswith("utf") else "line"
        self._progress = Progress(
            SpinnerColumn(spinner),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
            TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis"), markup=False),
            console=console,
            transient=True,
            redirect_stdout=False,  # pytest does that
            redirect_stderr=False,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(step, total=None)

    def start(self) -> None:
        """Begin to show what goes on."""
        self._open.enter_context(progress.heard_by(self.show))
        if self._console.is_terminal:
            self._progress.start()
            self._open.callback(self._progress.stop)
            return
        thread = threading.Thread(target=self._pulse, daemon=True)
        thread.start()
        self._open.callback(thread.join)
        self._open.callback(self._ended.set)

    def stop(self) -> None:
        """Leave the terminal as it was; may be called again."""
        self._open.close()

    def show(self, step: str) -> None:
        """Given what begins, show it."""
        self.step = step
        self._progress.update(self._task, description=step)

    def expect(self, total: int) -> None:
        """Given the number of tests, show how many of them are done from now on."""
        self.total = total
        self._progress.update(self._task, total=total)

    def advance(self) -> None:
        """Count a test."""
        self.done += 1
        self._progress.update(self._task, advance=1)

    def printed(self) -> None:
        """Note that something was printed, so that a log needs no sign of life."""
        self._last, self._patience = time.monotonic(), SOON

    def sign_of_life(self) -> str:
        """Return what a log is told of the run so far."""
        done = f"{self.done} of {self.total} {self._noun}, " if self.total else ""
        return f"… {done}{duration(time.monotonic() - self.begun)}: {self.step}"

    def _pulse(self) -> None:
        while not self._ended.wait(self._last + self._patience - time.monotonic()):
            if time.monotonic() >= self._last + self._patience:
                later = min(2 * self._patience, LATER)
                self._tell(self.sign_of_life())
                self._patience = later
