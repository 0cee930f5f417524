"""Trials of the saboteurs that a session's tests ask for: side by side, and each once."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import pytest

from verify.detection.catalogue import Saboteur
from verify.detection.detection import Detection
from verify.detection.injection import Bench
from verify.detection.pytest_runs import interrupt_all
from verify.detection.trial import try_out
from verify.lab.client.provision import provision_duplicity
from verify.lab.hosts.runtime import engine

Trial = Callable[[Saboteur], Detection]


@pytest.fixture(scope="session")
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Give a function that returns what became of a saboteur.

    All that the session's tests will ask for are begun at once; a worker of xdist, which is not alone, waits until
    it is asked.
    """
    folder = tmp_path_factory.mktemp("trials")
    bench = Bench(provision_duplicity(), ("smoke", "default"), folder, containers=engine().ok)
    alone = not hasattr(request.config, "workerinput")
    with ThreadPoolExecutor((os.cpu_count() or 1) if alone else 1) as pool:

        @cache
        def begun(saboteur: Saboteur) -> Future[Detection]:
            return pool.submit(try_out, saboteur, bench)

        if alone:
            for item in request.session.items:
                if "trial" in getattr(item, "fixturenames", ()):
                    begun(item.callspec.params["saboteur"])  # type: ignore[attr-defined]  # of functions
        try:
            yield lambda saboteur: begun(saboteur).result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            interrupt_all()
