"""Ctrl-C and its like: the first ends the run, and no later one disturbs the cleaning up."""

import contextlib
import signal
from collections.abc import Iterator
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a user's, a service manager's, a closed terminal's
# Seconds after which the run is interrupted once more, unless it was noticed: Python drops what is raised in a callback
# of its garbage collector, in a finalizer, and around a fork.
AGAIN = 10.0


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let each of the signals raise KeyboardInterrupt, but one that is ignored already, as nohup wants it.

    Enter it in the main thread.
    """
    heeded = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, _as_ctrl_c) for each in (*heeded, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before.items():
            if signal.getsignal(each) is _as_ctrl_c:  # else the process was interrupted, and is on its way out
                signal.signal(each, handler)


def ignore_interrupts() -> None:
    """Ignore the signals from now on: the run was interrupted, and what it has is being removed.

    A user who hits Ctrl-C twice would otherwise stop that half-way. Call it in the main thread.
    """
    for each in (*SIGNALS, signal.SIGALRM):
        signal.signal(each, signal.SIG_IGN)


def _as_ctrl_c(*_: object) -> NoReturn:
    signal.setitimer(signal.ITIMER_REAL, AGAIN)
    raise KeyboardInterrupt
