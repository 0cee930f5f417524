"""The catalogue of checks, and what a failed one gives: findings.

A check is a named property with a stable id. The ids are an interface: reports, metrics and the
users' own alert rules name them, so an id is never reused for another meaning.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self, TypeVar, cast

Thing = TypeVar("Thing")
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

    def is_at_least(self, other: "Severity") -> bool:
        """Given another severity, return whether this one is as grave as that, or graver."""
        return _GRAVEST_FIRST.index(self) <= _GRAVEST_FIRST.index(other)


_GRAVEST_FIRST = tuple(Severity)
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
        "scheme-supported", Severity.LOST, "duplicity knows the destination's scheme, and reads its URL as it is meant"
    ),
    Check("env-file-reads-alike", Severity.AT_RISK, "both readings of the env file give the same job"),
    Check("job-complete", Severity.AT_RISK, "the job says what to back up, to where, and when it runs"),
    Check("command-succeeds", Severity.LOST, "duplicity accepts the job's options and ends with exit code 0"),
    Check("source-not-empty", Severity.LOST, "the backup of the job's source holds files"),
    Check("structure", Severity.LOST, "every path comes back, of the same kind, and none is added"),
    Check("content", Severity.LOST, "every file comes back byte for byte, every link with its target"),
    Check("metadata", Severity.LOST, "mode, owner and modification time come back"),
    Check("point-in-time", Severity.LOST, "a restore of any point gives what was there then"),
    Check("retention", Severity.LOST, "retention removes what it is to remove, and nothing else"),
    Check("new-machine", Severity.LOST, "a machine with nothing but the job restores, lists and continues the chain"),
    Check("single-path", Severity.LOST, "one file or folder can be restored by itself"),
    Check("listing", Severity.AT_RISK, "list-current-files shows the paths that were backed up"),
    Check("verify-agrees", Severity.AT_RISK, "verify --compare-data agrees with our own comparison"),
    Check("encrypted-at-rest", Severity.AT_RISK, "no object in the store shows a content or a name"),
    Check("wrong-passphrase", Severity.AT_RISK, "a wrong passphrase restores nothing"),
    Check("incremental-size", Severity.TIDY_UP, "an incremental backup's size follows the bytes that changed"),
    Check("source-untouched", Severity.LOST, "a backup changes nothing in its source"),
    Check(
        "options-reach-duplicity", Severity.AT_RISK, "duplicity gets the words and the environment that the job means"
    ),
    Check("job-runs", Severity.LOST, "the job that the schedule starts runs and leaves a backup"),
    Check("excluded-absent", Severity.AT_RISK, "what the job excludes is not in the backup"),
    Check("included-present", Severity.LOST, "what the job does not exclude is in the backup"),
    Check("selection-as-predicted", Severity.AT_RISK, "duplicity selects what our model of its rules says"),
    Check("must-include", Severity.LOST, "what the policy wants in the backup is there, and selected"),
    Check("must-exclude", Severity.AT_RISK, "nothing that the policy wants out of the backup is selected"),
    Check("rules-effective", Severity.TIDY_UP, "no rule names what is not there, or is overruled"),
    Check("lock-current", Severity.AT_RISK, "the job's rules and options are the approved ones"),
    Check("paths-kept", Severity.LOST, "what was in the backup before the change is still in it"),
    Check("paths-not-added", Severity.AT_RISK, "what was not in the backup before the change is still not in it"),
    Check("source-kept", Severity.LOST, "the same folder is backed up, from the same mount"),
    Check("destination-kept", Severity.AT_RISK, "the backup goes where it went before the change"),
    Check("encryption-kept", Severity.AT_RISK, "the backup stays encrypted as it was"),
    Check("chain-policy-kept", Severity.AT_RISK, "full backups are made as often as before the change"),
    Check("schedule-kept", Severity.AT_RISK, "what the schedule started before the change it still starts"),
    Check("image-kept", Severity.AT_RISK, "the image that runs the job is the same"),
    Check("options-kept", Severity.AT_RISK, "the other options, mounts and variables are the same"),
    Check("damage-noticed", Severity.LOST, "damage at the destination is refused or made good, never passed over"),
    Check("rerun-recovers", Severity.LOST, "after a backup that broke off, a rerun makes every point restorable"),
    Check("network-recovers", Severity.LOST, "after a network fault, a rerun makes every point restorable"),
    Check("exit-codes-honest", Severity.AT_RISK, "a command that fails ends with another exit code than 0"),
    Check("statistics-true", Severity.TIDY_UP, "a backup's statistics count what was there and what changed"),
    Check("nothing-left-over", Severity.TIDY_UP, "no command leaves files behind that nobody needs"),
    Check("secrets-hidden", Severity.AT_RISK, "no secret is printed, or stands in the arguments of a process"),
    Check("encryption-on", Severity.AT_RISK, "a job that has a passphrase encrypts its backup"),
    Check("backup-outside-source", Severity.AT_RISK, "no backup holds the backups before it, or duplicity's archive"),
    Check("container-replaced", Severity.AT_RISK, "a new container goes on with the chain of the one before"),
    Check(
        "restore-destroys-nothing",
        Severity.LOST,
        "a restore destroys nothing that lies at its target or beside it",
    ),
    Check("dry-run-changes-nothing", Severity.LOST, "a command that only says what it would do changes nothing"),
    Check(
        "refused-without-traceback",
        Severity.TIDY_UP,
        "what duplicity refuses, it refuses in words and not by a traceback",
    ),
    Check("options-work", Severity.AT_RISK, "an option of duplicity does what its manual says"),
    Check("releases-agree", Severity.AT_RISK, "two duplicities make the same of the same history"),
    Check("upgrade-path", Severity.LOST, "a chain that one release began is restored and continued by another"),
    Check("limitation-holds", Severity.TIDY_UP, "a known limitation of duplicity is still one"),
    # Of a drill, in the order in which it makes them.
    Check("destination-reachable", Severity.LOST, "the destination answers, and lets the job's key list it"),
    Check("backup-exists", Severity.LOST, "there is a backup at the destination"),
    Check("passphrase-opens", Severity.LOST, "the job's passphrase or key decrypts the newest manifest"),
    Check("duplicity-agrees", Severity.LOST, "duplicity reads the destination, and sees the points that lie there"),
    Check("fresh", Severity.AT_RISK, "the newest point that can be restored is young enough"),
    Check("job-ran", Severity.AT_RISK, "a point has been added since the last drill"),
    Check("chain-complete", Severity.LOST, "every set has its manifest and all volumes, in the sizes of before"),
    Check("signatures-complete", Severity.AT_RISK, "every set has its signatures: it can be listed and continued"),
    Check("not-shrunken", Severity.AT_RISK, "the newest point holds about as much as the one before it"),
    Check("expected-paths", Severity.LOST, "what lies in the source and is not excluded is in the newest point"),
    Check("volumes-intact", Severity.LOST, "volumes hash to what their manifest says"),
    Check("sample-restores", Severity.LOST, "paths restored from the real destination come back as they were"),
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
        lines = [f"{self.check}:{where} expected {self.expected}, got {self.got}"]
        lines += [f"    hint: {self.hint}"] if self.hint else []
        if self.reproduce:
            lines += ["    Reproduce with:", *(f"      {line}" for line in self.reproduce.splitlines())]
        return "\n".join(lines)


def gravest_first(things: Iterable[Thing], finding: Callable[[Thing], Finding]) -> list[Thing]:
    """Given things and what finding each has, return them with the gravest first, else in their order."""
    return sorted(things, key=lambda thing: _GRAVEST_FIRST.index(finding(thing).severity))


@dataclass
class FindingsError(AssertionError):
    """Raised by a test of the suite: the checks named in `findings` failed."""

    findings: tuple[Finding, ...] = field(default=())

    def __str__(self) -> str:
        return "\n" + "\n".join(str(finding) for finding in self.findings)


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
