"""The one error that means "no verdict was possible"."""

INTERRUPTED = "interrupted; nothing left behind"  # what a run says that somebody ended


class StoppedError(BaseException):
    """What runs is of no use any more; not an `Exception`, for nobody is to take it for a verdict."""


class CannotRunError(Exception):
    """The run cannot start or go on; the front prints `str(self)` and exits with code 2.

    The message is one sentence that says what is wrong, where, and what to do about it. It never
    holds a secret. Anything else that escapes is a bug of ours and keeps its traceback.
    """


class NotProvenError(Exception):
    """A check could be neither proven nor refuted; `str(self)` says why, and the run goes on without it."""
