"""How a drill calls duplicity: the job's own options and environment, and nothing that writes or hides."""

import os
import re
from collections.abc import Mapping

from verify.job import Job
from verify.job.options import parsed, words_of
from verify.secret import Secret

# What a drill gives a value of its own, so that nothing of the job's machine is written.
_OURS = frozenset({"--archive-dir", "--name", "--tempdir", "--log-file", "--log-fd"})
# What would make a restore do something else than the job's owner would see on the day: pick another
# point or path, only pretend, overwrite, or pass over what is broken.
_NOT_IN_A_DRILL = frozenset(
    {
        "--dry-run",
        "--file-to-restore",
        "--force",
        "--ignore-errors",
        "--path-to-restore",
        "--restore-time",
        "--time",
        "-t",
    }
)
# What would print more than paths into a listing.
_TALK = re.compile(r"--verbosity|-v\w*|--log-timestamp|--progress(-rate)?")
NAME = "drill"  # of the folder that duplicity makes in its archive
_PATIENCE = ("--num-retries", "--backend-retry-delay")


def drill_options(job: Job, archive: str, tempdir: str) -> tuple[str, ...]:
    """Given a job and where a drill keeps duplicity's files, return the options of its commands."""
    dropped = _OURS | _NOT_IN_A_DRILL
    kept = [each for each in parsed(job.options) if each.name not in dropped and not _TALK.fullmatch(each.name)]
    return (*words_of(kept), f"--archive-dir={archive}", f"--name={NAME}", f"--tempdir={tempdir}")


def patience_of(job: Job) -> tuple[str, ...]:
    """Given a job, return how long duplicity tries again: as the job says, else for a minute."""
    if any(option.name in _PATIENCE for option in parsed(job.options)):
        return ()
    return ("--num-retries=4", "--backend-retry-delay=15")


def drill_environment(job: Job, tempdir: str, gpg_home: str, home: str | None) -> Mapping[str, str | Secret]:
    """Given a job, return the variables of duplicity's commands.

    `home` is the user's, where keys for other servers lie; None leaves the host's own. gpg gets a home
    of its own where it needs no key, so that the user's is not written to.
    """
    own: dict[str, str | Secret] = {"TMPDIR": tempdir, "TZ": "UTC"}
    if home is not None:
        own["HOME"] = home
    if not job.encrypts_to_key:
        own["GNUPGHOME"] = gpg_home
    elif home is not None and os.environ.get("GNUPGHOME"):
        own["GNUPGHOME"] = os.environ["GNUPGHOME"]
    return {**job.duplicity_env, **own}
