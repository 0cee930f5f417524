"""Fetching objects for the reader, and what the destination did with its requests."""

import threading
import time
from collections.abc import Iterator

from verify import progress
from verify.archive.reader.damage import UnfetchedError
from verify.destinations.view import RefusedError, View
from verify.errors import CannotRunError

LATE = "the time was used up before; raise --minutes"


class Fetching:
    """Fetches objects until a deadline (monotonic seconds).

    `refused` are those that the destination lists and refuses to give, `gone` those that it lists no more. `failure`
    is why it gave nothing from then on.
    """

    def __init__(self, view: View, deadline: float, volumes: int) -> None:
        """Given how many volumes there are, tell of each that begins."""
        self._view, self._deadline, self._volumes = view, deadline, volumes
        self._lock, self._begun = threading.Lock(), 0
        self.refused: dict[str, RefusedError] = {}
        self.gone: set[str] = set()
        self.failure: CannotRunError | None = None

    def __call__(self, name: str) -> Iterator[bytes]:
        """Yield an object's bytes. Raise FileNotFoundError where it is gone, and `UnfetchedError` for want of it."""
        if self.failure:
            raise UnfetchedError(str(self.failure))
        if time.monotonic() > self._deadline:
            raise UnfetchedError(LATE)
        with self._lock:
            self._begun += 1
            progress.say(f"reading volumes: {self._begun:,} of {self._volumes:,}")
        try:
            yield from self._view.fetch(name)
        except FileNotFoundError:
            self.gone.add(name)
            raise
        except RefusedError as refused:
            self.refused[name] = refused
            raise UnfetchedError(refused.got, refused.hint) from None
        except CannotRunError as failure:
            self.failure = failure
            raise UnfetchedError(str(failure)) from None
