"""Restored files that cannot be opened: damage that was there before the backup, which no comparison shows."""

import os
import time
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from verify.checks import Finding
from verify.drill.contents.kinds import DATABASES, FileKind, files_of, kind_of, trouble_with
from verify.plurals import counted
from verify.trees import printable
from verify.trees.model import second_seen

CHECK = "contents-usable"


@dataclass
class OpenedFiles:
    """What came of opening restored files: how many by kind, and findings.

    `as_in_source` is how many cannot be opened in the source either.
    """

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    as_in_source: int = 0
    late: bool = False  # the time was used up before all were opened

    def __str__(self) -> str:
        opened = ", ".join(counted(count, name) for name, count in self.counts.items())
        same = f"; {self.as_in_source:,} cannot be opened in the source either" if self.as_in_source else ""
        return f"{opened} opened{same}{'; the time was used up before all were' if self.late else ''}"


def usable(
    restored: Path,
    kinds: tuple[FileKind, ...],
    source: Path | None,
    deadline: float,
    bad: Container[bytes] = frozenset(),
) -> OpenedFiles:
    """Given restored files, open those of some kinds until a deadline (monotonic seconds); return what came of it.

    `bad` are paths that already have a finding: they are skipped.
    """
    found = OpenedFiles()
    for path in files_of(restored):
        if time.monotonic() > deadline:
            found.late = True
            break
        kind = kind_of(path, kinds)
        if kind is None or os.fsencode(path.relative_to(restored)) in bad:
            continue
        found.counts[kind.name] += 1
        trouble = trouble_with(path, kind)
        if trouble and _is_no_better(path, restored, source, kind):
            found.as_in_source += 1
        elif trouble:
            where = printable(os.fsencode(path.relative_to(restored)))
            hint = "it was written while it was backed up, or its program leaves it so: back up a dump or a snapshot"
            found.findings.append(Finding(CHECK, where, f"a {kind.name} that can be opened", trouble, hint))
    return found


def _is_no_better(path: Path, restored: Path, source: Path | None, kind: FileKind) -> bool:
    """Return whether the file cannot be opened in the source either, e.g. a template. A live database is not tried."""
    live = source / path.relative_to(restored) if source else None
    if live is None or not live.is_file() or kind in DATABASES:
        return False
    there, here = live.stat(), path.stat()
    same = (there.st_size, second_seen(there.st_mtime_ns)) == (here.st_size, second_seen(here.st_mtime_ns))
    return same or bool(trouble_with(live, kind))
