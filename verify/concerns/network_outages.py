"""Backups over a network that fails in the middle, and what running them again gives."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

from verify.concerns.chain_copies import Copies
from verify.concerns.damage import BackupOutcome, BackupVerdict, verdict_on_failure, verdict_on_restore
from verify.concerns.interrupted_backups import verdict_on_rerun
from verify.faults import SLOW_LINE, TOXICS, Toxic
from verify.faults.objects import Set
from verify.lab.client.results import BackupResult
from verify.lab.lab import Chain, Lab, Point
from verify.lab.stores.faulty_network import FaultyNetwork

DOWN = 2.0  # seconds that a stopped store stays so
GLANCE = 0.02  # seconds between two checks whether the backup has begun
ENDPOINT = "--s3-endpoint-url="


@dataclass(frozen=True)
class Outage:
    """What happens in the middle of a backup of this kind: a toxic, or if there is none, a restart of the store."""

    set: Set
    toxic: Toxic | None

    @property
    def name(self) -> str:
        """What happens, in a word or two."""
        return self.toxic.name if self.toxic else "store-restarted"

    def __str__(self) -> str:
        return f"{self.set}-{self.name}"


SETS: tuple[Set, ...] = ("full", "incremental")
EVERY = tuple(Outage(which, toxic) for which, toxic in product(SETS, (*TOXICS, None)))
EVERYDAY = tuple(each for each in EVERY if each.set == "full" and each.name in {"reset", "store-restarted"})


def outages(profile: str) -> tuple[Outage, ...]:
    """Given a profile, return the outages that it runs."""
    return EVERY if profile == "nightly" else EVERYDAY


def verdict_on_outage(copies: Copies, network: FaultyNetwork, outage: Outage) -> BackupVerdict:
    """Let an outage happen during a backup, and run the backup again; return the first verdict that is not right.

    A backup that ends with exit code 0 in spite of the outage has to come back too.
    """
    opened = copies.new if outage.set == "full" else copies.copy
    with opened(encrypted=False) as chain:
        copies.fill_for_next(chain)
        inventory = copies.lab.source_host.observe(chain.source)
        result = _during(copies.lab, chain, network, outage)
        if result.timed_out:
            return verdict_on_failure(result)
        if result.ok:
            point = Point(chain, len(chain.points), chain.next_time, inventory, result)
            verdict = verdict_on_restore(copies.lab, point, new_machine=True)
            if verdict.outcome is not BackupOutcome.RIGHT:
                return BackupVerdict(BackupOutcome.SILENT, f"backed up with exit code 0, restored with {verdict}")
            chain.points.append(point)
        verdict = verdict_on_rerun(copies, chain)
        return replace(verdict, shown="; ".join(filter(None, (f"at first {result.ending}", verdict.shown))))


def _during(lab: Lab, chain: Chain, network: FaultyNetwork, outage: Outage) -> BackupResult:
    """Take a chain's next backup over the network; the outage begins in the middle of it, and ends with it."""
    options = [
        f"{ENDPOINT}{network.endpoint}" if each.startswith(ENDPOINT) else each for each in chain.duplicity.options
    ]
    client = replace(chain.duplicity, options=tuple(options))
    take = client.incremental if chain.points else client.full
    # The main thread is the one that may start the store again: what a thread starts ends with it.
    network.spoil(SLOW_LINE)
    with ThreadPoolExecutor(1) as other:
        before = len(chain.destination.objects())
        running = other.submit(take, chain.source, chain.destination.url, at=chain.next_time)
        try:
            _await(lambda: running.done() or len(chain.destination.objects()) > before)
            if outage.toxic:
                network.spoil(outage.toxic)
            else:
                lab.store.stop()
                time.sleep(DOWN)
                lab.store.start()
            result = running.result()
        finally:
            network.mend()
    return result


def _await(happened: Callable[[], bool]) -> None:
    while not happened():
        time.sleep(GLANCE)
