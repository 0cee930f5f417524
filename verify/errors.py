"""The errors that mean "no verdict was possible", and their exit code."""

import errno

COULD_NOT_RUN = 2  # the exit code: 0 and 1 are verdicts
INTERRUPTED = "interrupted; nothing left behind"  # what a run says that somebody ended


class StoppedError(BaseException):
    """What runs is of no use any more; not an `Exception`, for nobody is to take it for a verdict."""


class CannotRunError(Exception):
    """The run cannot start or go on; the front prints `str(self)` and exits with code 2.

    The message is one sentence that says what is wrong, where, and what to do about it. It never
    holds a secret. Anything else that escapes is a bug of ours and keeps its traceback.
    """


def no_space(error: BaseException) -> str:
    """Given an exception, return the sentence for a full disk if that is what it says, else an empty string."""
    if not isinstance(error, OSError) or error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return ""
    where = f" for {error.filename}" if error.filename else ""
    return (
        f"no space is left on this machine{where} ({error.strerror}): free some, "
        "or set TMPDIR and DUPLICITY_VERIFY_CACHE to folders on a larger disk"
    )


class NotProvenError(Exception):
    """A check could be neither proven nor refuted; `str(self)` says why, and the run goes on without it."""
