"""What duplicity's backend for the job's destination has to do: keep, give back on a new machine, list, remove."""

from collections.abc import Iterator

from verify.checks import Finding, Severity
from verify.lab.lab import Lab, Taking
from verify.trees import MARKED

CHECK = "own-backend"


def own_backend_findings(lab: Lab) -> Iterator[Finding]:
    """Back up to a server of the job's own kind; yield what of that does not come back, or does not go."""
    chain = lab.back_up(MARKED)
    newest = chain.points[-1]
    lab.restore(newest, new_machine=True).must_equal(newest.inventory, check=CHECK)
    to_go = [stored.name for stored in chain.destination.objects()]
    kept = lab.take_point(chain, Taking(chain.next_time, full=True))
    lab.ran(chain.duplicity.remove_all_but_n_full(chain.destination.url, 1, force=True)).must_succeed(CHECK)
    left = sorted({stored.name for stored in chain.destination.objects()}.intersection(to_go))
    if left:
        yield Finding(
            CHECK,
            expected="remove-all-but-n-full --force, which ended with exit code 0, removes the older backups",
            got=f"{len(left)} of {len(to_go)} of their files are still there, such as {left[0]}",
            hint=f"duplicity's backend for {lab.site.own.kind}:// does not delete: choose another, or remove old "
            "backups by the server's own means",
            severity=Severity.AT_RISK,
        )
    lab.restore(kept, new_machine=True).must_equal(kept.inventory, check=CHECK)
