"""What else happens to a chain's destination besides backups and restores: retention, status, accidents.

Each has one result however many histories are in the source, so `HistoryLab.once` can run it.
"""

import re
from dataclasses import replace
from importlib.resources import files

from verify.checks import Finding, must_find_nothing
from verify.lab.client.results import Result, StatusResult
from verify.lab.lab import Chain, Lab, Taking
from verify.onsite import upload_cutter

RERUN_AFTER = 3600  # seconds from a killed backup to its rerun
LOCKED = 23  # duplicity's exit code if another duplicity uses the archive directory
_MEANWHILE = re.compile(rf"^{re.escape(upload_cutter.MEANWHILE)}(-?\d+)$", re.MULTILINE)


def removed(lab: Lab, chain: Chain, verb: str, *words: str) -> Result:
    """Let duplicity remove old points, or files that belong to no set. Raise `FindingsError` if it cannot."""
    return lab.ran(chain.duplicity.removing(verb, chain.destination.url, *words)).must_succeed()


def status(lab: Lab, chain: Chain) -> StatusResult:
    """Return duplicity's collection-status of the destination. Raise `FindingsError` if it fails."""
    return lab.ran(chain.duplicity.collection_status(chain.destination.url)).must_succeed()


def lose_archive(lab: Lab, chain: Chain) -> None:
    """Remove the archive directory of a chain that has its own; it holds only copies."""
    lab.host.remove(chain.archive)


def cut_short(lab: Lab, chain: Chain, how: Taking, upload: int) -> Result:
    """Take a backup that is killed after its `upload`-th upload; one with fewer uploads ends by itself."""
    return lab.backed_up(chain, replace(how, behind=behind_cutter(lab, upload, "after")))


def in_company(lab: Lab, chain: Chain) -> tuple[str, ...]:
    """Return a program that runs a backup, and in the middle of it starts the same backup once more."""
    del chain
    return behind_cutter(lab, 1, "meanwhile")


def must_have_been_refused(result: Result) -> None:
    """Given a backup that ran `in_company`, raise `FindingsError` unless the second one was refused."""
    said = _MEANWHILE.findall(result.log)
    got = f"exit code {said[-1]}" if said else "none was started: nothing was uploaded"
    refused = said and int(said[-1]) == LOCKED
    expected = f"a second backup at once is refused with exit code {LOCKED}"
    must_find_nothing([] if refused else [Finding("command-succeeds", "", expected, got, result.last_lines)])


def behind_cutter(lab: Lab, upload: int, moment: str) -> tuple[str, ...]:
    """Return the words of a program that runs a command and stops it at an upload, as `onsite.upload_cutter` says.

    Raise RuntimeError where there are no uploads to stop.
    """
    if lab.variant.place != "store":
        raise RuntimeError("only uploads to S3 can be stopped: mark the test of_the_release, and not in_a_folder")
    program = f"{lab.host.scratch}/upload_cutter.py"
    lab.host.put(program, (files("verify.onsite") / "upload_cutter.py").read_bytes())
    return ("python3", program, str(upload), moment)
