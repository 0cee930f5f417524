"""What is done to a chain's destination beside backups and restores: retention, looking, accidents.

Each of these has one answer, however many histories lie in the source: they are what `Lab.once` is given.
"""

import re
from dataclasses import replace
from importlib.resources import files

from verify.checks import Finding, must_find_nothing
from verify.lab.client.results import Result, StatusResult
from verify.lab.lab import Chain, Lab, Taking
from verify.onsite import upload_cutter

LOCKED = 23  # duplicity's exit code where another one has the archive directory
_MEANWHILE = re.compile(rf"^{re.escape(upload_cutter.MEANWHILE)}(-?\d+)$", re.MULTILINE)


def removed(lab: Lab, chain: Chain, verb: str, *words: str) -> Result:
    """Let duplicity remove something: old points, or what belongs to no set. Raise `FindingsError` if it cannot."""
    return lab.ran(chain.duplicity.removing(verb, chain.destination.url, *words)).must_succeed()


def status(lab: Lab, chain: Chain) -> StatusResult:
    """Return what duplicity says of the sets at the destination. Raise `FindingsError` if it cannot."""
    return lab.ran(chain.duplicity.collection_status(chain.destination.url)).must_succeed()


def lose_archive(lab: Lab, chain: Chain) -> None:
    """Remove the archive directory of a chain that has its own: what is in it is a copy."""
    lab.host.remove(chain.archive)


def cut_short(lab: Lab, chain: Chain, how: Taking, upload: int) -> Result:
    """Take a backup that is killed after an upload; one with fewer uploads ends by itself."""
    return lab.backed_up(chain, replace(how, behind=behind_cutter(lab, upload, "after")))


def in_company(lab: Lab, chain: Chain) -> tuple[str, ...]:
    """Return a program behind which a backup starts another one like it in its own middle; `chain` shares it."""
    del chain
    return behind_cutter(lab, 1, "meanwhile")


def must_have_been_refused(result: Result) -> None:
    """Given a backup that was taken `in_company`, raise `FindingsError` unless the other one was refused."""
    said = _MEANWHILE.findall(result.log)
    got = f"exit code {said[-1]}" if said else "none was started: nothing was uploaded"
    refused = said and int(said[-1]) == LOCKED
    expected = f"a second backup at once is refused with exit code {LOCKED}"
    must_find_nothing([] if refused else [Finding("command-succeeds", "", expected, got, result.last_lines)])


def behind_cutter(lab: Lab, upload: int, moment: str) -> tuple[str, ...]:
    """Return the words of a program behind which a command breaks off at an upload, as `lab.cutter` says."""
    program = f"{lab.host.scratch}/upload_cutter.py"
    lab.host.put(program, (files("verify.onsite") / "upload_cutter.py").read_bytes())
    return ("python3", program, str(upload), moment)
