"""The catalogue of checks, and what a failed one gives: findings.

A check is a named property with a stable id. The ids are an interface: reports, metrics and the
users' own alert rules name them, so an id is never reused for another meaning.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self, TypeVar, cast

Test = TypeVar("Test", bound=Callable[..., Any])


class Severity(StrEnum):
    """What a finding means for the person who reads it; the gravest first."""

    LOST = "lost"  # something would not come back as it was
    AT_RISK = "at-risk"  # it comes back today, and may not tomorrow; or others can read it
    TIDY_UP = "tidy-up"  # nothing depends on it: it costs more than it should, or has no effect

    @property
    def words(self) -> str:
        """How a report says it: after a number of findings, and beside one."""
        return _WORDS[self]

    @property
    def rank(self) -> int:
        """Its place among them, from the gravest: what findings are sorted by."""
        return list(Severity).index(self)

    def is_at_least(self, other: "Severity") -> bool:
        """Given another severity, return whether this one is as grave as that, or graver."""
        return self.rank <= other.rank


_WORDS = {
    Severity.LOST: "would not come back",
    Severity.AT_RISK: "at risk or exposed",
    Severity.TIDY_UP: "to tidy up",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A property of a backup that a run proves or refutes."""

    id: str
    severity: Severity  # of a finding of it that says nothing else
    meaning: str  # one line, as a statement that is true of a good backup


def _catalogue(*checks: Check) -> Mapping[str, Check]:
    return {check.id: check for check in checks}


CATALOGUE: Mapping[str, Check] = _catalogue(
    Check(
        "scheme-supported",
        Severity.LOST,
        "the job's duplicity can use the destination that DST names, and reads its URL as it is meant",
    ),
    Check(
        "env-file-reads-alike",
        Severity.AT_RISK,
        "docker run, docker stack and docker compose read the same job from the env file",
    ),
    Check("job-complete", Severity.AT_RISK, "the job says what to back up, to where, and when it runs"),
    Check("command-succeeds", Severity.LOST, "duplicity accepts the job's options and ends with exit code 0"),
    Check("source-not-empty", Severity.LOST, "the backup of the job's source holds files"),
    Check("structure", Severity.LOST, "every file, folder and link comes back, and nothing else does"),
    Check("content", Severity.LOST, "every file comes back byte for byte, every link with its target"),
    Check("metadata", Severity.LOST, "mode, owner and modification time come back"),
    Check("point-in-time", Severity.LOST, "a restore of any point gives what was there when it was made"),
    Check("retention", Severity.LOST, "retention removes the backups that it should, and no others"),
    Check(
        "new-machine", Severity.LOST, "a new machine that has only the job restores, lists and goes on with the backups"
    ),
    Check(
        "own-backend",
        Severity.LOST,
        "duplicity's backend for the job's destination keeps backups, gives them back on a new machine, removes them",
    ),
    Check("single-path", Severity.LOST, "one file or folder can be restored by itself"),
    Check("listing", Severity.AT_RISK, "list-current-files shows the paths that were backed up"),
    Check("verify-agrees", Severity.AT_RISK, "duplicity verify --compare-data finds the differences that we find"),
    Check(
        "encrypted-at-rest",
        Severity.AT_RISK,
        "nothing in the store can be read without the key: no content and no name",
    ),
    Check("wrong-passphrase", Severity.AT_RISK, "a wrong passphrase restores nothing"),
    Check("incremental-size", Severity.TIDY_UP, "an incremental backup's size follows the bytes that changed"),
    Check("source-untouched", Severity.LOST, "a backup changes nothing in its source"),
    Check(
        "options-reach-duplicity",
        Severity.AT_RISK,
        "duplicity is called with the options and variables that the job's files say",
    ),
    Check("job-runs", Severity.LOST, "the job, started by its schedule, runs and leaves a backup"),
    Check("excluded-absent", Severity.AT_RISK, "what the job excludes is not in the backup"),
    Check("included-present", Severity.LOST, "what the job does not exclude is in the backup"),
    Check(
        "selection-as-predicted", Severity.AT_RISK, "duplicity includes and excludes what our model of its rules says"
    ),
    Check("must-include", Severity.LOST, "what must_include names is in the source, and in the backup"),
    Check("must-exclude", Severity.AT_RISK, "nothing that must_exclude names is in the backup"),
    Check("rules-effective", Severity.TIDY_UP, "every include and exclude rule has an effect"),
    Check("lock-current", Severity.AT_RISK, "the job's rules and options are those that the lock file approves"),
    Check("paths-kept", Severity.LOST, "what was in the backup before the change is still in it"),
    Check("paths-not-added", Severity.AT_RISK, "what was not in the backup before the change is still not in it"),
    Check("source-kept", Severity.LOST, "the same folder is backed up, from the same mount"),
    Check("destination-kept", Severity.AT_RISK, "the backup goes where it went before the change"),
    Check("encryption-kept", Severity.AT_RISK, "the backup stays encrypted as it was"),
    Check("chain-policy-kept", Severity.AT_RISK, "full backups are made as often as before the change"),
    Check("schedule-kept", Severity.AT_RISK, "the schedule still starts what it started before the change"),
    Check("image-kept", Severity.AT_RISK, "the image that runs the job is the same"),
    Check("options-kept", Severity.AT_RISK, "the other options, mounts and variables are the same"),
    Check(
        "damage-noticed",
        Severity.LOST,
        "damage at the destination gives an error or does no harm: no data is lost without an error",
    ),
    Check(
        "rerun-recovers",
        Severity.LOST,
        "after an interrupted backup, every point can be restored once the job has run again",
    ),
    Check(
        "network-recovers",
        Severity.LOST,
        "after a network fault, every point can be restored once the job has run again",
    ),
    Check("exit-codes-honest", Severity.AT_RISK, "a command that fails does not end with exit code 0"),
    Check("statistics-true", Severity.TIDY_UP, "a backup's statistics count what was there and what changed"),
    Check("nothing-left-over", Severity.TIDY_UP, "no command leaves files behind that nothing needs"),
    Check("secrets-hidden", Severity.AT_RISK, "no secret is printed, or shown in the list of processes"),
    Check("encryption-on", Severity.AT_RISK, "a job that has a passphrase encrypts its backup"),
    Check("backup-outside-source", Severity.AT_RISK, "no backup holds the backups before it, or duplicity's archive"),
    Check("container-replaced", Severity.AT_RISK, "a new container goes on with the backups of the one before"),
    Check("alerts-configured", Severity.AT_RISK, "the job's own mails and pings can arrive, and stop no backup"),
    Check("alert-arrives", Severity.AT_RISK, "the job's own mails and pings leave, and say what became of the backup"),
    Check(
        "restore-destroys-nothing",
        Severity.LOST,
        "a restore destroys nothing that lies at its target or beside it",
    ),
    Check("dry-run-changes-nothing", Severity.LOST, "a command that only says what it would do changes nothing"),
    Check(
        "refused-without-traceback",
        Severity.TIDY_UP,
        "what duplicity refuses, it refuses with a message and not with a traceback",
    ),
    Check("options-work", Severity.AT_RISK, "an option of duplicity does what its manual says"),
    Check("releases-agree", Severity.AT_RISK, "two versions of duplicity back up and restore the same"),
    Check("upgrade-path", Severity.LOST, "backups of one release are restored and continued by another"),
    Check("limitation-holds", Severity.TIDY_UP, "a known limitation of duplicity is still one"),
    # Of a drill, in the order in which it makes them.
    Check("destination-reachable", Severity.LOST, "the destination answers, and lets the job's key list it"),
    Check("backup-exists", Severity.LOST, "there is a backup at the destination"),
    Check("passphrase-opens", Severity.LOST, "the job's passphrase or key opens the newest backup"),
    Check("duplicity-agrees", Severity.LOST, "duplicity reads the destination, and sees the backups that lie there"),
    Check("fresh", Severity.AT_RISK, "the newest backup that can be restored is young enough"),
    Check("job-ran", Severity.AT_RISK, "a backup was made since the last drill"),
    Check("chain-complete", Severity.LOST, "every backup has its manifest and all volumes, as large as before"),
    Check("signatures-complete", Severity.AT_RISK, "every backup has its signatures: it can be listed and continued"),
    Check("not-shrunken", Severity.AT_RISK, "the newest backup holds about as much as the one before it"),
    Check("source-not-shrunken", Severity.AT_RISK, "the live source holds about as much as earlier drills saw in it"),
    Check("expected-paths", Severity.LOST, "what lies in the source and is not excluded is in the newest backup"),
    Check("volumes-intact", Severity.LOST, "volumes are what their manifest says, by their hash"),
    Check("every-byte", Severity.LOST, "each volume opens with the key, and holds what its manifest says"),
    Check("points-whole", Severity.LOST, "each point can be put together from the volumes, by a reader of our own"),
    Check(
        "content-as-source", Severity.LOST, "what the newest backup holds is as in the source, where that is unchanged"
    ),
    Check(
        "sample-restores", Severity.LOST, "a sample of files restored from the real destination comes back as it was"
    ),
    Check("restore-time", Severity.AT_RISK, "a restore of everything takes no longer than it may"),
    Check("full-restore", Severity.LOST, "everything restored from the real destination comes back as it was"),
    Check("contents-usable", Severity.LOST, "restored archives, databases and documents can be opened"),
    Check("database-boots", Severity.LOST, "a restored PostgreSQL starts, or takes its dump, and answers"),
    Check("own-assertions", Severity.LOST, "the owner's own tests of what was restored pass"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a check failed.

    `path` is the path inside the tree, as `trees.printable` writes it, empty where the
    finding is about no path. `expected` and `got` are short; neither ever holds a secret.
    `reproduce` are command lines. `severity` is the check's, unless this finding is graver or lighter.
    """

    check: str
    path: str = ""
    expected: str = ""
    got: str = ""
    hint: str = ""
    reproduce: str = ""
    severity: Severity = field(default=cast("Severity", None), kw_only=True)

    def __post_init__(self) -> None:
        if self.check not in CATALOGUE:
            raise ValueError(f"no check has the id {self.check!r}")
        own = cast("Severity | None", self.severity)
        object.__setattr__(self, "severity", Severity(own) if own else CATALOGUE[self.check].severity)

    def of(self, check: str) -> Self:
        """Given another check, return the same as a finding of that, with its severity."""
        return replace(self, check=check, severity=CATALOGUE[check].severity)

    def as_json(self) -> dict[str, str]:
        """Return the finding as a JSON object of strings."""
        return {**asdict(self), "severity": self.severity.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Given what `as_json` made, return the finding again."""
        return cls(**data)

    def __str__(self) -> str:
        where = f" {self.path}:" if self.path else ""
        lines = [f"{self.check} ({self.severity.words}):{where} expected {self.expected}, got {self.got}"]
        lines += [f"    hint: {self.hint}"] if self.hint else []
        if self.reproduce:
            lines += ["    Reproduce with:", *(f"      {line}" for line in self.reproduce.splitlines())]
        return "\n".join(lines)


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Given findings, return them with the gravest first, else in their order."""
    return sorted(findings, key=lambda found: found.severity.rank)


@dataclass
class FindingsError(AssertionError):
    """Raised by a test of the suite: the checks named in `findings` failed."""

    findings: tuple[Finding, ...] = field(default=())

    def __str__(self) -> str:
        return "\n" + "\n".join(map(str, gravest_first(self.findings)))


def must_find_nothing(findings: Iterable[Finding]) -> None:
    """Given findings, return if there are none. Raise `FindingsError` with them if there are."""
    found = tuple(findings)
    if found:
        raise FindingsError(found)


def checks(*ids: str) -> Callable[[Test], Test]:
    """Given check ids, return a decorator that says a test decides them.

    The plugin reads the mark as `function.verify_checks`. Raise ValueError on an unknown id, when
    the module is imported: a misspelt check would be one that nobody counts.
    """
    unknown = [id_ for id_ in ids if id_ not in CATALOGUE]
    if unknown or not ids:
        raise ValueError(f"no check has the id {', '.join(unknown) or '(none given)'}")

    def mark(test: Test) -> Test:
        test.verify_checks = ids  # type: ignore[attr-defined]  # functions take attributes
        return test

    return mark
