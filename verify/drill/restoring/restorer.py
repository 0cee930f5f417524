"""Restoring from the real destination into scratch; what comes is read while duplicity still writes."""

import math
import posixpath
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from verify import progress
from verify.checks import Finding
from verify.destinations.view import SLOWEST
from verify.drill.host.drill_host import DrillHost
from verify.drill.restoring.needs import Needs
from verify.errors import CannotRunError
from verify.job import Job
from verify.lab.client.results import Result
from verify.trees import Inventory, printable
from verify.trees.inventory import Block

GROWS = 3  # times that the content of a volume may be larger than the volume, where nothing better is known
Order = Callable[[], Sequence[Block]]

STARTING = 600.0  # seconds that a restore may take besides its download, and what it writes
SLOWEST_DISK = 10_000_000  # bytes a second that a restore writes at least


@dataclass(frozen=True)
class RestoredPath:
    """A path that was restored from a point: what came, and where it lies. `finding` says why it failed, if it did."""

    path: bytes
    point: int
    target: str
    inventory: Inventory
    result: Result
    downloaded: int  # bytes of volumes
    finding: Finding | None


class Restorer:
    """Restores paths of one job, each to an unused path of its own below scratch."""

    def __init__(self, host: DrillHost, job: Job, deadline: float, limit: float | None = None) -> None:
        """Given where duplicity runs and a deadline in monotonic seconds, after which a restore is killed.

        `limit` is how many seconds one restore may take; without it, as many as it takes by a slow line.
        """
        self._host, self._job, self._deadline, self._limit = host, job, deadline, limit
        self._numbers = count(1)

    @property
    def time_left(self) -> float:
        """Seconds until the deadline."""
        return self._deadline - time.monotonic()

    def restore(
        self, check: str, path: bytes, point: int, needs: Needs, *, into: str, size: int | None, order: Order
    ) -> RestoredPath | None:
        """Restore a path of a point to its own path below the folder `into`, and observe what came.

        `size` is how many bytes that will take, as far as is known; `order` gives the paths in it as `order_of` packs
        them, and is called while duplicity starts. Return None where the deadline came before its end: that says
        nothing of the backup. Raise `CannotRunError` where there is no room.
        """
        host, downloaded = self._host, needs.bytes(path)
        progress.say(f"restoring {printable(path) or 'everything'} ({downloaded / 10**6:,.1f} MB to download)")
        written = size if size is not None else GROWS * downloaded
        self._must_fit(written, needs)
        target = host.new_target(posixpath.join(into, path.decode("utf-8", "surrogateescape")) if path else into)
        host.main.mkdir(posixpath.dirname(target), 0o700)
        limit = self._limit or STARTING + downloaded / SLOWEST + written / SLOWEST_DISK
        is_cut_short = self.time_left < limit
        client = host.duplicity(self._job, timeout=max(self.time_left, 1.0) if is_cut_short else limit)
        done = f"{host.scratch}/done-{next(self._numbers)}"
        with _Following(host, target, order, done):
            result = client.restore(self._job.destination, target, path=path or None, at=point)
            host.main.put(done, b"")
        inventory = host.observer.observe(target) if host.main.exists(target) else Inventory.empty()
        host.main.remove(done)
        self._must_not_be_full(result)
        if result.timed_out and is_cut_short:
            self.wipe(target)
            return None
        return RestoredPath(path, point, target, inventory, result, downloaded, _finding(check, path, result))

    def wipe(self, target: str) -> None:
        """Remove what was restored."""
        self._host.main.remove(target)

    def _must_fit(self, size: int, needs: Needs) -> None:
        room = self._host.main.free_space(self._host.scratch)
        wanted = size + 2 * needs.largest  # a volume as it comes, and decrypted
        if room < wanted:
            raise CannotRunError(
                f"scratch is too small for this restore: {self._host.scratch} has {room // 10**6:,} MB, and "
                f"{wanted // 10**6:,} MB are needed: set TMPDIR to a larger disk, or lower --budget"
            )

    def _must_not_be_full(self, result: Result) -> None:
        if not result.ok and self._host.main.free_space(self._host.scratch) < (1 << 20):
            raise CannotRunError(f"no space is left in {self._host.scratch}: set TMPDIR to a larger disk")


class _Following:
    """While it is entered, the observer reads each restored file as soon as that is complete."""

    def __init__(self, host: DrillHost, target: str, order: Order, done: str) -> None:
        self._observer, self._main, self._done = host.observer, host.main, done
        self._thread = threading.Thread(target=self._follow, args=(target, order))
        self._failed: list[BaseException] = []

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        try:
            self._main.put(self._done, b"")  # also where the restore failed
        except BaseException:  # the observer would wait for ever
            self._observer.close()
            raise
        finally:
            self._thread.join()
        if self._failed:
            raise self._failed[0]

    def _follow(self, target: str, order: Order) -> None:
        try:
            self._observer.follow(target, order(), self._done)
        except BaseException as error:  # noqa: BLE001 - raised where the thread is joined
            self._failed.append(error)


def _finding(check: str, path: bytes, result: Result) -> Finding | None:
    if result.ok:
        return None
    what = printable(path) or "everything"
    if result.timed_out:
        got = f"no end within {math.floor(result.seconds):,} s, so that it was killed"
        return Finding(check, printable(path), f"{what} is restored in time", got, _after_a_hang(result))
    return Finding(
        check,
        printable(path),
        f"{what} is restored",
        f"exit code {result.exit_code} ({result.exit_name})",
        result.last_lines,
    )


def _after_a_hang(result: Result) -> str:
    said = [result.last_lines] if result.last_lines else []
    hint = "see whether it hangs, as duplicity does at a damaged volume, or the line is slow: restore_limit allows more"
    return "\n".join([*said, hint])
