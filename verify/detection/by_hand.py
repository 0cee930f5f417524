"""What duplicity itself says of a job, when it is called by hand: that alone explains a finding of the null control."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.job import Job, reroot
from verify.lab.client.command_lines import taken
from verify.lab.client.provision import Provisioned

WITHIN = 120  # seconds that a command may take
LINES = 3  # the first ones of what it said in error, or the last ones of all


@dataclass(frozen=True, slots=True)
class CallByHand:
    """One command of duplicity, or the comparison behind it: its exit code, and some of what it said."""

    command: str
    exit_code: int
    said: str

    def __str__(self) -> str:
        return f"{self.command}: exit code {self.exit_code}" + (f" ({self.said})" if self.said else "")


# What fails by hand where a finding of a check is duplicity's own doing. Of a check that is not here nothing does: the
# commands by hand do not try it, so a finding of it is a false alarm until somebody has looked.
EXPLAINED_BY = {
    "command-succeeds": frozenset({"full", "incremental", "verify", "collection-status", "restore"}),
    "verify-agrees": frozenset({"verify"}),
    **dict.fromkeys(
        ("structure", "content", "metadata", "point-in-time", "new-machine", "included-present", "single-path"),
        frozenset({"restore", "diff"}),
    ),
}


def explain(checks: Iterable[str], called: Sequence[CallByHand]) -> bool:
    """Given the checks that failed, return whether a command by hand failed that explains it, for each of them."""
    failed = {each.command for each in called if each.exit_code}
    return all(EXPLAINED_BY.get(check, frozenset()) & failed for check in checks)


def called_by_hand(as_read: Job, duplicity: Provisioned, folder: Path) -> list[CallByHand]:
    """Given a job, a duplicity and a folder, back up and restore a small tree there; return what was said.

    The job's options are its own, under the folder; the destination is a folder. No lab of ours is in between.
    """
    job, variables = reroot(as_read, str(folder)).job, {**os.environ, "HOME": str(folder)}
    source = _tree(folder, Path(job.source))
    if job.passphrase:
        variables["PASSPHRASE"] = job.passphrase.reveal()
    url = f"file://{folder}/target"
    rules = job.options
    calls: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
        ("full", rules, (str(source), url)),
        ("incremental", rules, (str(source), url)),
        ("verify", (*rules, "--compare-data"), (url, str(source))),
        ("collection-status", job.other_options, (url,)),
        ("restore", job.other_options, (url, f"{folder}/restored")),
    )
    done = []
    for verb, options, places in calls:
        words = [*duplicity.command, verb, *taken(duplicity.release, verb, tuple(options)), *places]
        done.append(_called(verb, words, variables, folder))
        if verb == "full":
            (source / "new").write_text("later, and longer")
    done.append(
        _called("diff", ["diff", "-r", "--no-dereference", str(source), f"{folder}/restored"], variables, folder)
    )
    # gpg's agent of this home would outlive it.
    subprocess.run(["gpgconf", "--kill", "all"], env=variables, capture_output=True, check=False)
    return done


def _tree(folder: Path, source: Path) -> Path:
    (source / "sub").mkdir(parents=True)
    (source / "sub" / "file").write_text("content")
    (source / "link").symlink_to("sub/file")
    (source / "dangling").symlink_to("nothing")
    for name in ("var/log", "var/tmp", "archive"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return source


def _called(verb: str, words: Sequence[str], variables: dict[str, str], folder: Path) -> CallByHand:
    try:
        done = subprocess.run(
            words, env=variables, cwd=folder, capture_output=True, timeout=WITHIN, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return CallByHand(verb, -1, f"it did not end within {WITHIN} s")
    told = _lines(done.stderr)[:LINES] or _lines(done.stdout)[-LINES:]
    return CallByHand(verb, done.returncode, " | ".join(told) if done.returncode else "")


def _lines(said: bytes) -> list[str]:
    return [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
