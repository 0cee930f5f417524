"""Trials side by side."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TypeVar

from verify.detection.catalogue import Saboteur
from verify.detection.detection import Detection
from verify.detection.injection import Bench
from verify.detection.pytest_runs import interrupt_all
from verify.detection.trial import try_out

What = TypeVar("What")
Answer = TypeVar("Answer")


def try_all(saboteurs: Sequence[Saboteur], bench: Bench, workers: int) -> Iterator[Detection]:
    """Given saboteurs, yield what became of each as soon as it is known, `workers` of them at once."""
    return side_by_side(partial(try_out, bench=bench), saboteurs, workers)


def side_by_side(run: Callable[[What], Answer], each_of: Iterable[What], workers: int) -> Iterator[Answer]:
    """Call a function that runs pytest with each of some things, `workers` at once; yield the answers as they come."""
    with ThreadPoolExecutor(workers) as pool:
        runs = [pool.submit(run, each) for each in each_of]
        try:
            for done in as_completed(runs):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            interrupt_all()
            raise
