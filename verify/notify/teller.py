"""Tells everybody of one drill: at its beginning, and once at its end."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from verify.notify.memory import NotifyMemory, ToldBefore
from verify.notify.message import Message, message_of
from verify.notify.sending import sent
from verify.notify.settings import ToldReceiver, no_heartbeat
from verify.notify.summary import DrillSummary
from verify.report.delivery import Delivery
from verify.report.markdown import markdown_of
from verify.report.outcome import Run, Verdict
from verify.secret import Secret

BUDGET = 10.0  # seconds that all of this may add to a drill
FOR_START = 3.0  # of these


class Teller:
    """Gathers the runs of a drill and tells of them together: one destination's success hides no other's failure.

    `about` says of which job, `folder` is that of the reports, `secrets` returns all that no message may hold.
    """

    def __init__(
        self,
        receivers: Iterable[ToldReceiver],
        about: str,
        folder: Path,
        secrets: Callable[[], Iterable[Secret]],
        *,
        several_jobs: bool = False,
    ) -> None:
        self.receivers = dict[str, ToldReceiver]()
        for each in receivers:
            name, number = each.receiver.name, len(self.receivers) + 1
            self.receivers[f"{name} ({number})" if name in self.receivers else name] = each
        self.about, self._folder, self._secrets = about, folder, secrets
        self._several_jobs = several_jobs
        self._left = BUDGET
        self.runs: dict[str, Run] = {}

    @property
    def notes(self) -> list[str]:
        """What is wrong with how receivers are set up, although they work."""
        warning = no_heartbeat([*self.receivers.values()])
        return [*([warning] if warning else []), *(note for each in self.receivers.values() for note in each.notes)]

    def begin(self) -> None:
        """Say that a drill begins; who does not take that is told of its end all the same."""
        begun = time.monotonic()
        self.sent({name: partial(_started, each) for name, each in self.receivers.items()}, FOR_START)
        self._left -= time.monotonic() - begun

    def note(self, name: str, run: Run) -> None:
        """Take a run of this drill, by the name of its destination, or of its job."""
        self.runs[name] = run

    def could_not_run(self, sentence: str, name: str = "") -> None:
        """Take why there is no run."""
        now = datetime.now(UTC)
        self.note(name, Run(started=now, ended=now, troubles=(sentence,)))

    def tell(self) -> tuple[Delivery, ...]:
        """Tell everybody who wants to hear of it; return what became of that."""
        if not self.receivers:
            return ()
        summary = DrillSummary(self.about, dict(self.runs), self._several_jobs)
        before = NotifyMemory.read(self._folder)
        proven = {name: f"{run.ended:%Y-%m-%dT%H:%M:%SZ}" for name, run in self.runs.items() if _is_proven(run)}
        memory = replace(before, proven_at={**before.proven_at, **proven})
        message = self._message(summary, memory)
        chosen = {
            name: partial(each.receiver.send, message)
            for name, each in self.receivers.items()
            if is_told(summary, each.on, before.of(name))
        }
        deliveries = self.sent(chosen, self._left)
        for each in deliveries:
            memory = memory.with_receiver(each.receiver, _remembered(each, summary, before.of(each.receiver)))
        memory.write(self._folder)
        return tuple(deliveries)

    def _message(self, summary: DrillSummary, memory: NotifyMemory) -> Message:
        missed = [
            f"{name} did not hear of the drill of {told.at}: {told.failed}"
            for name, told in memory.receivers.items()
            if told.failed and name in self.receivers
        ]
        reports = {f"{name.replace('/', ' ') or 'report'}.md": markdown_of(run) for name, run in summary.runs.items()}
        return message_of(summary, self._every_secret(), [*missed, *self.notes], reports, memory.proven_at)

    def _every_secret(self) -> tuple[Secret, ...]:
        return (*self._secrets(), *(secret for each in self.receivers.values() for secret in each.receiver.secrets))

    def sent(self, sendings: Mapping[str, Callable[[float], str]], seconds: float) -> list[Delivery]:
        """Given what sends to each receiver, and within how many seconds, send; return what became of each."""
        return sent(sendings, seconds, self._every_secret())


def is_told(summary: DrillSummary, on: Iterable[str], before: ToldBefore) -> bool:
    """Given a drill, what a receiver wants to hear of and what it was told, return whether to tell it.

    Who was alarmed is told that all is well again; who missed a message is told the next time, whatever it wants.
    """
    return bool(summary.states & set(on)) or before.alarmed or bool(before.failed)


def _remembered(delivery: Delivery, summary: DrillSummary, before: ToldBefore) -> ToldBefore:
    if delivery.sent:
        return ToldBefore(alarmed=not summary.is_green)
    return replace(before, failed=delivery.said, at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _started(each: ToldReceiver, seconds: float) -> str:
    each.receiver.start(seconds)
    return ""


def _is_proven(run: Run) -> bool:
    return run.verdict is Verdict.PROVEN
