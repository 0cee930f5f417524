"""Trials side by side."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from verify.detection.catalogue import Saboteur
from verify.detection.detection import Detection
from verify.detection.injection import Bench
from verify.detection.pytest_runs import interrupt_all
from verify.detection.trial import try_out


def try_all(saboteurs: Sequence[Saboteur], bench: Bench, workers: int) -> Iterator[Detection]:
    """Given saboteurs, yield what became of each as soon as it is known, `workers` of them at once."""
    with ThreadPoolExecutor(workers) as pool:
        trials = [pool.submit(try_out, saboteur, bench) for saboteur in saboteurs]
        try:
            for trial in as_completed(trials):
                yield trial.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            interrupt_all()
            raise
