"""What holds for every test: none leaves its process's signals or environment other than it found them.

Tests call commands of ours in their own process. Such a command ignores Ctrl-C once it was interrupted, and keeps other
plugins of pytest's out of its environment, which is right for a process that is about to end.
"""

import os
import signal
from collections.abc import Iterator

import pytest

from verify.plugin.interruption import SIGNALS


@pytest.fixture(autouse=True)
def usual_signals() -> Iterator[None]:
    """Heed the signals of a user, whatever started these tests, and whatever an interrupted command ignores."""
    usual = dict.fromkeys((*SIGNALS, signal.SIGALRM), signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {each: signal.signal(each, handler) for each, handler in usual.items()}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Put back the environment, without what pytest itself writes of the test that runs."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() | before.keys():
        if name.startswith("PYTEST_CURRENT"):
            continue
        if name not in before:
            del os.environ[name]
        elif os.environ.get(name) != before[name]:
            os.environ[name] = before[name]
