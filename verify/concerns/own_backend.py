"""What duplicity's backend for the job's destination has to do: keep, give back, compare, list, remove."""

import re
from collections.abc import Iterable, Iterator

from verify.checks import Finding, Severity
from verify.concerns.listings import verify_findings
from verify.lab.client.chain import Chain
from verify.lab.lab import Lab, Taking
from verify.trees import MARKED

CHECK = "own-backend"
FOLDER = next(path for path, node in MARKED.first.items() if path and node.kind == "dir")
# The times in the name of an incremental's volume; a job's own --file-prefix stays as it is.
TIMES = re.compile(r"(?<=duplicity-inc\.)\d{4}(\d{4}T\d{6}Z\.to\.)\d{4}(?=\d{4}T\d{6}Z\.vol1\.)")
OF_NO_BACKUP = r"2001\g<1>2001"  # the year of such a volume before any backup was made


def own_backend_findings(lab: Lab) -> Iterator[Finding]:
    """Back up to a server of the job's own kind; yield what of that does not come back, or does not go."""
    chain = lab.back_up(MARKED)
    newest = chain.points[-1]
    lab.restore(newest, new_machine=True).must_equal(newest.inventory, check=CHECK)
    lab.restore(newest, FOLDER).must_equal(newest.inventory.below(FOLDER), check=CHECK)
    said = lab.verify(newest)
    yield from (each.of(CHECK) for each in verify_findings(said, newest.inventory, newest.inventory, lab.limitations))
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
    else:
        yield from _cleanup_findings(lab, chain, to_go)
    lab.restore(kept, new_machine=True).must_equal(kept.inventory, check=CHECK)


def _cleanup_findings(lab: Lab, chain: Chain, names: Iterable[str]) -> Iterator[Finding]:
    """Put a volume there that belongs to no backup, named as one of these; yield a finding if `cleanup` keeps it."""
    there = chain.destination
    volumes = [name for name in names if TIMES.search(name)]
    if not volumes:  # the job has duplicity name files otherwise
        return
    orphan = TIMES.sub(OF_NO_BACKUP, volumes[0])
    there.put(orphan, b"of no backup")
    lab.ran(chain.duplicity.cleanup(there.url, force=True)).must_succeed(CHECK)
    if orphan in {stored.name for stored in there.objects()}:
        yield Finding(
            CHECK,
            expected="cleanup --force, which ended with exit code 0, removes files that belong to no backup",
            got=f"{orphan} is still there",
            hint=f"look at what the server of {lab.site.own.kind}:// says when a file is removed",
            severity=Severity.AT_RISK,
        )
