"""Tests whether options do what duplicity's manual says."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from packaging.specifiers import SpecifierSet

from verify.checks import Finding
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.results import BackupResult
from verify.lab.client.variants import new_key
from verify.lab.lab import Chain, Lab, Point
from verify.operations import DAY
from verify.secret import Secret
from verify.trees import Tree, file, folder, printable, special, symlink
from verify.trees.model import SECOND

EVERY = SpecifierSet(">=0.8.18")
NO_PASSPHRASE = Secret("")  # of a key
SIZE = 400_000  # bytes of zeros: the stored size shows whether they were compressed
YEAR_2001, YEAR_2023 = 1_000_000_000 * SECOND, 1_680_000_000 * SECOND
TREE = Tree(
    {
        b"zeros": file((0, SIZE), mtime_ns=YEAR_2023),
        b"old": file((1, 5000), mtime_ns=YEAR_2001),
        b"empty": file(mtime_ns=YEAR_2023),
        b"link": symlink(b"old"),
        b"fifo": special("fifo", mtime_ns=YEAR_2023),
        b"socket": special("socket", mtime_ns=YEAR_2023),
        b"folder": folder(mtime_ns=YEAR_2023),
        b"folder/young": file((2, 100), mtime_ns=YEAR_2023),
        b"mounted": folder(mtime_ns=YEAR_2023),
    }
)
LIST = b"old\nlink\nfifo\nsocket\nfolder/young\n"  # for --files-from: a name of every kind
Wrong = Callable[[Point], str]
# Runs a command where another file system is mounted in the source, and nowhere else.
WITH_A_MOUNT = 'mount -t tmpfs none "$0/mounted" && echo 1 >"$0/mounted/file" && exec "$@"'


@dataclass(frozen=True)
class Promise:
    """An option, and a function that says what is wrong with a backup that was made with it.

    `wrong` is given the lab and the point, and returns words; none if the option works. `leaves_out` are the paths
    that must not be in the backup. `needs` is what else it takes: "key", "key without passphrase", "mount".
    """

    words: tuple[str, ...]
    wrong: Wrong = lambda _: ""
    releases: SpecifierSet = EVERY
    encrypted: bool = False
    leaves_out: frozenset[bytes] = frozenset()
    needs: str = ""

    def __str__(self) -> str:
        return " ".join((*self.words, *(["encrypted"] if self.encrypted else [])))


def _prints(pattern: str) -> Wrong:
    lines = re.compile(pattern, re.MULTILINE)
    return lambda point: "" if lines.search(point.result.log) else f"no line is like {pattern}"


def _prints_no(pattern: str) -> Wrong:
    lines = re.compile(pattern, re.MULTILINE)
    return lambda point: f"it prints: {found[0]}" if (found := lines.search(point.result.log)) else ""


def _stores_it_uncompressed(point: Point) -> str:
    stored = point.chain.destination.stored_bytes
    return "" if stored >= SIZE else f"{stored} bytes are stored of {SIZE}"


def _counts_volumes(point: Point) -> str:
    said = point.result.statistics.get("TotalDestinationSizeChange")
    volumes = sum(stored.size for stored in point.chain.destination.objects() if "difftar" in stored.name)
    return "" if said == volumes else f"TotalDestinationSizeChange is {said}, the volumes have {volumes} bytes"


SINCE_2, SINCE_3 = SpecifierSet(">=2.0.2"), SpecifierSet(">=3.0")
PROMISES: tuple[Promise, ...] = (
    Promise(("--asynchronous-upload",)),
    Promise(("--asynchronous-upload", "--volsize=1"), _counts_volumes),
    Promise(("--concurrency=2",), releases=SINCE_3),
    Promise(("--concurrency=2", "--volsize=1"), _counts_volumes, SINCE_3),
    Promise(("--copy-blocksize=1024",), releases=SINCE_2),
    Promise(("--max-blocksize=4096",)),
    Promise(("--no-compression",), _stores_it_uncompressed),
    Promise(("--no-compression",), _stores_it_uncompressed, encrypted=True),
    Promise(("--gpg-options=--compress-algo=bzip2 --bzip2-compress-level=9",), encrypted=True),
    Promise(("--gpg-options", "--compress-algo bzip2"), encrypted=True),
    Promise(("--log-timestamp",), _prints(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")),
    Promise(("--no-print-statistics",), _prints_no("Backup Statistics")),
    Promise(("--no-check-remote",), _prints_no(r"WARNING\. .*"), SpecifierSet(">=3.0.6")),
    Promise(("--no-files-changed",), releases=SpecifierSet(">=0.8.22")),
    Promise(("--jsonstat",), releases=SpecifierSet(">=2.1.0")),
    Promise(("--progress",)),
    Promise(("--ignore-errors",)),
    Promise(("--metadata-sync-mode=full",)),
    Promise(("--volsize=1",)),
    Promise(("--exclude-older-than=2022-01-01",), leaves_out=frozenset({b"old"})),
    Promise(("--exclude-other-filesystems",), leaves_out=frozenset({b"mounted"}), needs="mount"),
    Promise(("--files-from={names}",), releases=SpecifierSet(">=1.2.1"),
            leaves_out=frozenset({b"zeros", b"empty", b"mounted"})),
    Promise(("--encrypt-key={key}",), encrypted=True, needs="key"),
    Promise(("--encrypt-key={key}", "--no-check-remote"), releases=SpecifierSet(">=3.0.6"), encrypted=True,
            needs="key without passphrase"),
    Promise(("--hidden-encrypt-key={key}",), encrypted=True, needs="key"),
    Promise(("--encrypt-sign-key={key}",), encrypted=True, needs="key"),
    Promise(("--encrypt-key={key}", "--sign-key={key}"), encrypted=True, needs="key"),
)  # fmt: skip
# Further reports of collection-status, and the releases that have them.
REPORTS: Mapping[str, SpecifierSet] = {
    "--file-changed=old": EVERY,
    "--show-changes-in-set=0": SpecifierSet(">=0.8.22"),
    "--jsonstat": SpecifierSet(">=2.1.0"),
}
# When a full is due again that was taken 40 days ago: given the time now, the value of the option.
DUE: Mapping[str, Callable[[int], str]] = {
    "an interval": lambda _: "1M",
    "a date": lambda now: datetime.fromtimestamp(now - 20 * DAY, UTC).strftime("%Y-%m-%d"),
}


def promises(profile: str) -> tuple[Promise, ...]:
    """Return the promises that a profile tries: all by night, otherwise a few."""
    if profile == "nightly":
        return PROMISES
    by_day = (each for each in PROMISES if each.leaves_out or "--no-compression" in each.words)
    return tuple(each for each in by_day if not each.encrypted)


def why_not_tried(lab: Lab, promise: Promise) -> str:
    """Given a promise, return why it cannot be tried here; empty where it can."""
    if not promise.releases.contains(lab.release, prereleases=True):
        return f"duplicity {lab.release} does not promise it"
    if promise.encrypted and lab.site.gpg_missing:
        return lab.site.gpg_missing
    if promise.needs == "mount" and lab.host.run(["unshare", "-m", "true"]).returncode:
        return "nothing can be mounted here, which takes root on a machine of one's own"
    return ""


def promise_findings(lab: Lab, promise: Promise) -> list[Finding]:
    """Back up with an option; return a finding if it does not do what the manual says."""
    lab.fill_source(TREE)
    chain = lab.new_chain(encrypted=promise.encrypted)
    writing, chain.duplicity = _clients(lab, chain, promise)
    inventory = lab.source_host.observe(chain.source)
    at = chain.next_time
    result = lab.ran(writing.full(chain.source, chain.destination.url, at=at))
    if not result.ok:
        return [_finding(promise, result.ending, result)]
    point = Point(chain, 0, at, inventory, result)
    there = {seen.path for seen in inventory if seen.kind != "socket"}  # which is a limitation of its own
    wrong = sorted((there - promise.leaves_out) ^ set(lab.listing(point).paths))
    said = f"wrongly in or out: {', '.join(map(printable, wrong))}" if wrong else promise.wrong(point)
    return [_finding(promise, said, result)] if said else []


def status_report_findings(lab: Lab, report: str) -> list[Finding]:
    """Run collection-status with an option that asks for a report; return a finding if that fails."""
    lab.fill_source(TREE)
    chain = lab.new_chain()
    lab.take_point(chain)
    asking = replace(chain.duplicity, options=(*chain.duplicity.options, report))
    result = lab.ran(asking.collection_status(chain.destination.url))
    wanted = f"collection-status {report} reports what the manual says"
    return [] if result.ok else [Finding("options-work", "", wanted, result.ending, result.last_lines)]


def full_if_older_than_findings(lab: Lab, due: Callable[[int], str]) -> list[Finding]:
    """Back up 40 days after a full, when another is due; return a finding unless that is a full too.

    Releases compare a date with the machine's clock, so the first backup is dated 40 days before now.
    """
    now = int(time.time())
    lab.fill_source(TREE)
    chain = lab.new_chain()
    client, url = chain.duplicity, chain.destination.url
    lab.ran(client.full(chain.source, url, at=now - 40 * DAY)).must_succeed()
    aging = replace(client, options=(*client.options, f"--full-if-older-than={due(now)}"))
    result = lab.ran(aging.incremental(chain.source, url))
    wanted = f"--full-if-older-than={due(now)} makes a full 40 days after the last"
    if not result.ok:
        return [Finding("options-work", "", wanted, result.ending, result.last_lines)]
    kinds = [each.kind for each in lab.ran(client.collection_status(url)).sets]
    return [] if kinds == ["full", "full"] else [Finding("options-work", "", wanted, ", ".join(kinds))]


def _clients(lab: Lab, chain: Chain, promise: Promise) -> tuple[Duplicity, Duplicity]:
    """Return the client that backs up with the option, and the one that reads the backup."""
    reading, key = chain.duplicity, ""
    if "key" in promise.needs:
        made = new_key(lab.host, NO_PASSPHRASE)
        key, own = made.fingerprint, {"GNUPGHOME": made.home, "PASSPHRASE": "", "SIGN_PASSPHRASE": ""}
        reading = replace(reading, env={**reading.env, **own})
    names = f"{lab.host.scratch}/names"
    lab.host.put(names, LIST)
    words = (word.format(names=names, key=key) for word in promise.words)
    writing = replace(reading, options=(*reading.options, *words))
    if promise.needs == "key without passphrase":
        writing = replace(writing, env={name: value for name, value in writing.env.items() if "PASSPHRASE" not in name})
    if promise.needs == "mount":
        writing = replace(writing, command=("unshare", "-m", "sh", "-c", WITH_A_MOUNT, chain.source, *writing.command))
    return writing, reading


def _finding(promise: Promise, got: str, result: BackupResult) -> Finding:
    return Finding("options-work", "", f"{promise} works as the manual says", got, result.last_lines)
