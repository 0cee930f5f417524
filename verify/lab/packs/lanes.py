"""Lanes: a lab several times over, with one store, so that packs run at once on all cores."""

import os
import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any, TypeVar

from verify.lab.lab import Lab

Result = TypeVar("Result")
PAUSE = 0.1  # seconds


def lane_count() -> int:
    """Return how many lanes keep this process's share of the cores busy: xdist's workers have some each."""
    cores = len(os.sched_getaffinity(0))
    return max(1, cores // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


class Lanes:
    """Labs with hosts and a source of their own, each in use by one thread at a time; opened when first needed.

    Almost all of a pack's time passes in other processes: duplicity, the store, the far ends of the hosts. So
    threads are enough to keep all cores busy.
    """

    def __init__(self, lab: Lab, count: int) -> None:
        self.count = count
        self.lab = lab
        self._stack = ExitStack()
        self._open: list[Lab] = []
        self._free: queue.SimpleQueue[Lab] = queue.SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._submitted: list[Future[Any]] = []

    def submit(self, work: Callable[[Lab], Result]) -> Future[Result]:
        """Given work for a lab, have it done in the next lane that is free."""
        if self._pool is None:
            self._begin()
        assert self._pool is not None  # noqa: S101 - for the type checker
        submitted = self._pool.submit(self._done, work)
        self._submitted = [each for each in self._submitted if not each.done()]
        self._submitted.append(submitted)
        return submitted

    def _begin(self) -> None:
        for number in range(1, self.count + 1):
            lane = self._stack.enter_context(self.lab.lane(f"lane-{number}"))
            self._open.append(lane)
            self._free.put(lane)
        self._pool = ThreadPoolExecutor(self.count, "lane")

    def _done(self, work: Callable[[Lab], Result]) -> Result:
        lane = self._free.get()
        try:
            return work(lane)
        finally:
            self._free.put(lane)

    def stop(self) -> None:
        """End what runs in the lanes, and wait until they are free again."""
        for lane in self._open:
            lane.stop.set()
        left = {each for each in self._submitted if not each.cancel()}
        while left:
            for lane in self._open:
                lane.host.interrupt()  # again and again: one that is between two commands does not hear it
            left = wait(left, timeout=PAUSE).not_done
        self._submitted.clear()
        for lane in self._open:
            lane.stop.clear()

    def cpu_seconds(self) -> float:
        """Return the CPU time spent on the hosts of all lanes so far."""
        return sum(host.cpu_seconds() for lane in self._open for host in {lane.host, lane.source_host})

    def take_statistics(self) -> None:
        """Add what the lanes counted to what their lab counted."""
        for lane in self._open:
            self.lab.statistics.update(lane.statistics)
            lane.statistics.clear()

    def close(self) -> None:
        """End the lanes, and what runs in them, at once."""
        self.stop()
        if self._pool is not None:
            self._pool.shutdown()
        self._stack.close()
