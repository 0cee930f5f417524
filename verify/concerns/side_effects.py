"""Checks what commands must not change: files at a restore's target, and objects that they only print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from verify.checks import Finding
from verify.concerns.chain_copies import Copies
from verify.concerns.interrupted_backups import Interrupt, stopped_backup
from verify.lab.client.results import Result
from verify.lab.lab import Chain, Lab, Point
from verify.trees import Tree, compare, file, findings_of, folder, symlink

TREE = Tree(
    {
        b"file": file((1, 3000)),
        b"folder": folder(),
        b"folder/inside": file((2, 300)),
        b"link": symlink(b"file", uid=1000, gid=1000),
    }
)
THERE = Tree({b"file": file((3, 10), mode=0o600), b"other": folder(), b"other/inside": file((4, 40))})


@dataclass(frozen=True)
class Onto:
    """A restore of one path, or of all, onto existing files: `below` is the target's name inside the folder."""

    name: str
    path: bytes | None
    below: str = ""


ONTO = (
    Onto("everything onto a folder", None),
    Onto("a folder onto a folder", b"folder"),
    Onto("a file onto a folder", b"file"),
    Onto("a file onto a file", b"file", "/file"),
    Onto("a symlink beside what it names", b"link", "/link"),
)


def restore_target_findings(lab: Lab, point: Point, onto: Onto) -> list[Finding]:
    """Restore a point of `TREE` onto `THERE`; return a finding for each file of `THERE` that changed."""
    with lab.host.scratch_for("occupied") as target:
        lab.host.materialise(target, THERE)
        before = lab.host.observe(target)
        chain = point.chain
        lab.ran(chain.duplicity.restore(chain.destination.url, target + onto.below, path=onto.path, at=point.time))
        after = lab.host.observe(target)
    # New files are those restored, and they change the time of the folder that they are in.
    differing = (each for each in compare(before, after) if each.path and each.aspect != "added")
    return findings_of(differing, check="restore-destroys-nothing")


Announcing = Callable[[Copies, Chain], Result]


def _dry(copies: Copies, chain: Chain, *, full: bool) -> Result:
    dry = replace(chain.duplicity, options=(*chain.duplicity.options, "--dry-run"))
    copies.fill_for_next(chain)
    take = dry.full if full else dry.incremental
    return take(chain.source, chain.destination.url, at=chain.next_time)


# Commands that only print what they would do, by name; they run on a full and an incremental.
ANNOUNCEMENTS: Mapping[str, Announcing] = {
    "full --dry-run": lambda copies, chain: _dry(copies, chain, full=True),
    "incremental --dry-run": lambda copies, chain: _dry(copies, chain, full=False),
    "cleanup": lambda _, chain: chain.duplicity.cleanup(chain.destination.url),
    "remove-older-than": lambda _, chain: chain.duplicity.remove_older_than(
        chain.destination.url, str(chain.next_time)
    ),
}


def announcement_findings(copies: Copies, announcing: Announcing, *, after: Interrupt | None = None) -> list[Finding]:
    """Run a command that should only print what it would do; return a finding for each object that changed.

    With `after`, the next backup was stopped first, and the archive directory may have been lost since.
    """
    with copies.copy(encrypted=False) as chain:
        if after:
            stopped_backup(copies, chain, after)
            if after.archive_lost:
                copies.lab.host.remove(chain.archive)
        before = dict.fromkeys(chain.destination.objects())
        result = copies.lab.ran(announcing(copies, chain))
        left = dict.fromkeys(chain.destination.objects())
    found = [
        Finding("dry-run-changes-nothing", each.name, "left as it was", "gone") for each in before if each not in left
    ]
    found += [
        Finding("dry-run-changes-nothing", each.name, "nothing new", "written") for each in left if each not in before
    ]
    return [replace(each, hint=f"after duplicity {result.verb}, {result.ending}") for each in found]
