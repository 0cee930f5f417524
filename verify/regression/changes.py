"""What changed between two meanings of a job."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from verify.checks import Finding
from verify.job import Job
from verify.regression.container import hidden_settings
from verify.regression.meaning import ASPECTS, Aspect, Meaning
from verify.secret import Secret


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one aspect: what is gone and what is new. Without a check it is worth a note only."""

    aspect: str
    title: str
    gone: tuple[str, ...]
    new: tuple[str, ...]
    check: str
    consequence: str

    def as_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return {
            "aspect": self.aspect,
            "gone": list(self.gone),
            "new": list(self.new),
            "check": self.check or None,
            "consequence": self.consequence,
        }


def changes(before: Meaning, after: Meaning) -> Iterator[Change]:
    """Given two meanings, yield what changed, in the order of the aspects."""
    for aspect in ASPECTS:
        old, new = before.get(aspect.id, ()), after.get(aspect.id, ())
        gone, added = _less(old, new), _less(new, old)
        if gone or added:
            yield _change(aspect, gone, added)
        elif aspect.in_order and old != new:
            reordered = f"the same {aspect.title}s in another order, and the first that matches wins"
            yield Change(aspect.id, aspect.title, old, new, aspect.check, reordered)


def _less(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first items without the second, in order; of two equal items, one is removed for each."""
    taken = Counter(those)
    left = []
    for each in these:
        if taken[each]:
            taken[each] -= 1
        else:
            left.append(each)
    return tuple(left)


def _change(aspect: Aspect, gone: tuple[str, ...], new: tuple[str, ...]) -> Change:
    consequence = aspect.consequence
    if aspect.id == "encryption" and "none" in new:
        consequence = "whoever can read the store can read the backup"
    harmless = aspect.only_losses and not gone
    return Change(aspect.id, aspect.title, gone, new, "" if harmless else aspect.check, "" if harmless else consequence)


def hidden_changes(before: Job, after: Job) -> Iterator[Change]:
    """Given two jobs, yield changes of values that are never shown: the passphrase, keys, unknown variables."""
    if before.passphrase and after.passphrase and before.passphrase != after.passphrase:
        yield _hidden(
            "encryption",
            "passphrase",
            "PASSPHRASE",
            "encryption-kept",
            "points made with the old one need the old one: keep it as long as they are kept",
        )
    for name in sorted(before.variables.keys() & after.variables.keys() - {"PASSPHRASE"}):
        old, new = before.variables[name], after.variables[name]
        hidden = isinstance(old, Secret) or isinstance(new, Secret) or name in after.unknown
        if hidden and old != new:
            yield _hidden("variables", "variable", name, "", "")
    yield from _hidden_settings(before, after)


def _hidden_settings(before: Job, after: Job) -> Iterator[Change]:
    """Yield changes of settings that are not understood, and so not shown."""
    for name in hidden_settings(before, after):
        yield _hidden("settings", "setting of the service", name, "", "what it does to the backup is not known here")


def _hidden(aspect: str, title: str, name: str, check: str, consequence: str) -> Change:
    return Change(
        aspect, title, (f"{name} (not shown)",), (f"{name} with another value (not shown)",), check, consequence
    )


def change_findings(found: Iterable[Change], check: str = "") -> Iterator[Finding]:
    """Given changes, yield a finding for each that a check decides on; by `check` for every one if it is given."""
    for change in found:
        if check or change.check:
            yield Finding(
                check or change.check,
                expected=f"{change.title}: {'; '.join(change.gone) or 'nothing'}",
                got="; ".join(change.new) or "nothing",
                hint=change.consequence,
            )
