"""Runs bodies as a pack, and finds whose fault it is where a command fails for all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from verify.errors import CannotRunError
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import Lab
from verify.lab.packs import side_by_side
from verify.lab.packs.member import Member
from verify.lab.packs.requests import HistoryPack, name_of

Body = Callable[[HistoryLab], object]  # a test with everything but the lab


@dataclass(frozen=True)
class HistoryVerdict:
    """What became of a history: the error that its body raised, None where everything holds.

    `with_company` says that the error is met with the other histories of the pack only.
    """

    error: BaseException | None = None
    with_company: bool = False


def judged(lab: Lab, bodies: Sequence[Body]) -> list[HistoryVerdict | None]:
    """Given bodies, run them as a pack; return the verdict of each.

    Where a command failed for all, only the guilty one has a verdict, and the others None: they are not known.
    Raise `CannotRunError` where the lab is at fault.
    """
    verdicts, crashed = _run(lab, bodies)
    if not crashed:
        return list(verdicts)
    return _narrowed(lab, bodies, verdicts)


def _run(lab: Lab, bodies: Sequence[Body]) -> tuple[list[HistoryVerdict], bool]:
    """Return the verdicts of a pack, and whether a command failed for several of its histories.

    A history by itself is run as it would be without packs.
    """
    if len(bodies) == 1:
        return [HistoryVerdict(_alone(lab, bodies[0]))], False
    with HistoryPack(lab) as pack:
        members = [partial(body, Member(lab, pack, name_of(number))) for number, body in enumerate(bodies)]
        raised = side_by_side.run(members, pack.serve)
    for error in raised:
        if isinstance(error, CannotRunError) or not (error is None or isinstance(error, Exception)):
            raise error
    lab.statistics["packs"] += 1
    _count(lab, len(bodies))
    return [HistoryVerdict(error) for error in raised], bool(pack.failed) and any(raised)


def _alone(lab: Lab, body: Body) -> Exception | None:
    _count(lab, 1)
    lab.statistics["histories_alone"] += 1
    try:
        body(lab)
    except CannotRunError:
        raise
    except Exception as error:  # noqa: BLE001 - it is the verdict
        return error
    finally:
        lab.forget_archives()
    return None


def _count(lab: Lab, histories: int) -> None:
    lab.statistics["histories"] += histories
    if lab.variant.encryption:
        lab.statistics["histories_encrypted"] += histories


def _narrowed(lab: Lab, bodies: Sequence[Body], whole: Sequence[HistoryVerdict]) -> list[HistoryVerdict | None]:
    """Return verdicts in which only the guilty ones of a pack that failed as a whole have one.

    One of them is looked for, by halves, and not all: each costs as many cycles as the pack has halves. If no
    half fails, the fault is their company's, and all have the pack's verdict.
    """
    middle = len(bodies) // 2
    for half in (range(middle), range(middle, len(bodies))):
        members = [bodies[number] for number in half]
        verdicts, crashed = _run(lab, members)
        if any(verdict.error for verdict in verdicts):
            found = _narrowed(lab, members, verdicts) if crashed else verdicts
            guilty: list[HistoryVerdict | None] = [None] * len(bodies)
            for number, verdict in zip(half, found, strict=True):
                guilty[number] = verdict if verdict and verdict.error else None
            return guilty
    return [HistoryVerdict(each.error, with_company=True) for each in whole]
