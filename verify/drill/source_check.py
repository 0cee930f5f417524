"""What a drill finds of the live source itself: emptied, gone, or shrunk since earlier drills looked at it."""

import contextlib
from pathlib import Path

from verify.checks import Finding, FindingsError
from verify.drill.drill import Drill
from verify.drill.night import Night
from verify.drill.points.shrunken import SourceSize, emptied_finding, size_before, source_findings
from verify.drill.points.source import folder_of
from verify.errors import NotProvenError
from verify.plurals import counted

SOURCE = "source"  # the figure


def live_source_findings(drill: Drill) -> list[Finding]:
    """Return a finding if the live source holds nothing any more, or much less than earlier drills saw in it.

    Raise `NotProvenError` where no earlier drill saw it, and nobody named it: it may be the wrong folder.
    """
    night = drill.night
    folder = folder_of(night.job, night.settings.lab.source)
    before = size_before(night.ledger.past, folder, _newest(night))
    named = night.settings.lab.source is not None
    if (before or named) and _holds_nothing(folder):
        return [emptied_finding(folder, before, is_there=folder.exists())]
    _ = night.source
    verdict = drill.path_verdict
    now = SourceSize(folder, verdict.paths, verdict.size, night.started)
    night.figures[SOURCE] = now.as_json()
    night.say(f"{counted(now.paths, 'path')}, {counted(now.bytes, 'byte')}")
    if before is None:
        raise NotProvenError("no earlier drill saw this source: the next one compares with it")
    return source_findings(now, before, night.policy.shrink_threshold)


def _newest(night: Night) -> float:
    """Return the time of the newest point, 0 where there is none."""
    with contextlib.suppress(FindingsError, NotProvenError):
        return night.newest
    return 0.0


def _holds_nothing(folder: Path) -> bool:
    """Return whether a folder is empty, or is not there; one that cannot be read may hold something."""
    try:
        return not any(folder.iterdir())
    except FileNotFoundError:
        return True
    except OSError:
        return False
