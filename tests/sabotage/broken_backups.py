"""Saboteurs of a backup: each makes duplicity do something wrong with what it is to back up.

Run as a program it stands in duplicity's place: `broken_backups.py SABOTEUR STATE REAL… -- ARGUMENTS…`. `STATE` is
a folder that it keeps its notes in. Standard library only: it runs where duplicity runs.
"""

import os
import subprocess
import sys
import zlib
from pathlib import Path

LOST = 3  # which incremental of a chain
REFUSED = "refused"


def lose_the_third_incremental(call: list[str], state: Path) -> int | None:
    """Pretend to have taken the third incremental of a chain."""
    notes = state / f"{zlib.crc32(call[-1].encode())}"  # by the destination
    if call[0] == "full":
        notes.unlink(missing_ok=True)
    if call[0] != "incremental":
        return None
    with notes.open("a") as file:
        file.write("i")
    return 0 if notes.stat().st_size == LOST else None


def refuse_a_name(call: list[str], _state: Path) -> int | None:
    """Fail where a file of some name is in the source."""
    if call[0] not in {"full", "incremental"}:
        return None
    met = any(REFUSED in names for _, _, names in os.walk(call[-2]))
    return 30 if met else None


def retain_everything(call: list[str], _state: Path) -> int | None:
    """Pretend to have removed old points."""
    return 0 if call[0].startswith("remove-") else None


def remove_too_much(call: list[str], _state: Path) -> int | None:
    """Keep one full backup where two are to be kept."""
    if call[0] == "remove-all-but-n-full":
        call[call.index("2")] = "1"
    return None


SABOTEURS = {
    "lose-the-third-incremental": lose_the_third_incremental,
    "refuse-a-name": refuse_a_name,
    "remove-too-much": remove_too_much,
    "retain-everything": retain_everything,
}


def main(arguments: list[str]) -> int:
    """Run the saboteur, and the real duplicity unless that has done something in its place."""
    name, state, *rest = arguments
    border = rest.index("--")
    real, call = rest[:border], rest[border + 1 :]
    code = SABOTEURS[name](call, Path(state))
    return subprocess.run([*real, *call], check=False).returncode if code is None else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
