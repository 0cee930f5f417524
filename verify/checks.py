"""The catalogue of checks, and what a failed one gives: findings.

A check is a named property with a stable id. The ids are an interface: reports, metrics and the
users' own alert rules name them, so an id is never reused for another meaning.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])


class Severity(StrEnum):
    """What a failed check means for the person who reads it."""

    DATA_LOSS = "data-loss"  # something would not come back
    EXPOSURE = "exposure"  # something can be read by whom it should not
    BROKEN = "broken"  # the job, or a command that a restore needs, does not work
    COST = "cost"  # it works, and costs more than it should


@dataclass(frozen=True, slots=True)
class Check:
    """A property of a backup that a run proves or refutes."""

    id: str
    severity: Severity
    meaning: str  # one line, as a statement that is true of a good backup


def _catalogue(*checks: Check) -> Mapping[str, Check]:
    return {check.id: check for check in checks}


CATALOGUE: Mapping[str, Check] = _catalogue(
    Check("scheme-supported", Severity.BROKEN, "the duplicity of the job knows the destination's scheme"),
    Check("env-file-reads-alike", Severity.BROKEN, "both readings of the env file give the same job"),
    Check("job-complete", Severity.BROKEN, "the job says what to back up, to where, and when it runs"),
    Check("command-succeeds", Severity.BROKEN, "duplicity accepts the job's options and ends with exit code 0"),
    Check("source-not-empty", Severity.DATA_LOSS, "the backup of the job's source holds files"),
    Check("structure", Severity.DATA_LOSS, "every path comes back, of the same kind, and none is added"),
    Check("content", Severity.DATA_LOSS, "every file comes back byte for byte, every link with its target"),
    Check("metadata", Severity.DATA_LOSS, "mode, owner and modification time come back"),
    Check("point-in-time", Severity.DATA_LOSS, "a restore of any point gives what was there then"),
    Check("retention", Severity.DATA_LOSS, "retention removes what it is to remove, and nothing else"),
    Check(
        "new-machine", Severity.DATA_LOSS, "a machine with nothing but the job restores, lists and continues the chain"
    ),
    Check("single-path", Severity.DATA_LOSS, "one file or folder can be restored by itself"),
    Check("listing", Severity.DATA_LOSS, "list-current-files shows the paths that were backed up"),
    Check("verify-agrees", Severity.DATA_LOSS, "verify --compare-data agrees with our own comparison"),
    Check("encrypted-at-rest", Severity.EXPOSURE, "no object in the store shows a content or a name"),
    Check("wrong-passphrase", Severity.EXPOSURE, "a wrong passphrase restores nothing"),
    Check("incremental-size", Severity.COST, "an incremental backup's size follows the bytes that changed"),
    Check("source-untouched", Severity.DATA_LOSS, "a backup changes nothing in its source"),
    Check(
        "options-reach-duplicity", Severity.BROKEN, "duplicity gets the words and the environment that the job means"
    ),
    Check("job-runs", Severity.BROKEN, "the job that the schedule starts runs and leaves a backup"),
    Check("excluded-absent", Severity.EXPOSURE, "what the job excludes is not in the backup"),
    Check("included-present", Severity.DATA_LOSS, "what the job does not exclude is in the backup"),
    Check("selection-as-predicted", Severity.BROKEN, "duplicity selects what our model of its rules says"),
    Check("must-include", Severity.DATA_LOSS, "what the policy wants in the backup is there, and selected"),
    Check("must-exclude", Severity.EXPOSURE, "nothing that the policy wants out of the backup is selected"),
    Check("rules-effective", Severity.COST, "no rule names what is not there, or is overruled"),
    Check("lock-current", Severity.BROKEN, "the job's rules and options are the approved ones"),
    Check("paths-kept", Severity.DATA_LOSS, "what was in the backup before the change is still in it"),
    Check("paths-not-added", Severity.COST, "what was not in the backup before the change is still not in it"),
    Check("source-kept", Severity.DATA_LOSS, "the same folder is backed up, from the same mount"),
    Check("destination-kept", Severity.DATA_LOSS, "the backup goes where it went before the change"),
    Check("encryption-kept", Severity.EXPOSURE, "the backup stays encrypted as it was"),
    Check("chain-policy-kept", Severity.COST, "full backups are made as often as before the change"),
    Check("schedule-kept", Severity.BROKEN, "what the schedule started before the change it still starts"),
    Check("image-kept", Severity.BROKEN, "the image that runs the job is the same"),
    Check("options-kept", Severity.COST, "the other options, mounts and variables are the same"),
    Check("damage-noticed", Severity.DATA_LOSS, "damage at the destination is refused or made good, never passed over"),
    Check("rerun-recovers", Severity.DATA_LOSS, "after a backup that broke off, a rerun makes every point restorable"),
    Check("network-recovers", Severity.DATA_LOSS, "after a network fault, a rerun makes every point restorable"),
    Check("exit-codes-honest", Severity.DATA_LOSS, "a command that fails ends with another exit code than 0"),
    Check("statistics-true", Severity.BROKEN, "a backup's statistics count what was there and what changed"),
    Check("nothing-left-over", Severity.COST, "no command leaves files behind that nobody needs"),
    Check("secrets-hidden", Severity.EXPOSURE, "no secret is printed, or stands in the arguments of a process"),
    Check("encryption-on", Severity.EXPOSURE, "a job that has a passphrase encrypts its backup"),
    Check("container-replaced", Severity.BROKEN, "a new container goes on with the chain of the one before"),
    Check(
        "restore-destroys-nothing",
        Severity.DATA_LOSS,
        "a restore destroys nothing that lies at its target or beside it",
    ),
    Check("dry-run-changes-nothing", Severity.DATA_LOSS, "a command that only says what it would do changes nothing"),
    Check(
        "refused-without-traceback",
        Severity.BROKEN,
        "what duplicity refuses, it refuses in words and not by a traceback",
    ),
    Check("options-work", Severity.BROKEN, "an option of duplicity does what its manual says"),
    Check("releases-agree", Severity.BROKEN, "two duplicities make the same of the same history"),
    Check("upgrade-path", Severity.DATA_LOSS, "a chain that one release began is restored and continued by another"),
    Check("limitation-holds", Severity.COST, "a known limitation of duplicity is still one"),
    # Of a drill, in the order in which it makes them.
    Check("destination-reachable", Severity.BROKEN, "the destination answers, and lets the job's key list it"),
    Check("backup-exists", Severity.DATA_LOSS, "there is a backup at the destination"),
    Check("passphrase-opens", Severity.DATA_LOSS, "the job's passphrase or key decrypts the newest manifest"),
    Check("duplicity-agrees", Severity.BROKEN, "duplicity reads the destination, and sees the points that lie there"),
    Check("fresh", Severity.DATA_LOSS, "the newest point that can be restored is young enough"),
    Check("job-ran", Severity.BROKEN, "a point has been added since the last drill"),
    Check("chain-complete", Severity.DATA_LOSS, "every set has its manifest and all volumes, in the sizes of before"),
    Check("signatures-complete", Severity.BROKEN, "every set has its signatures: it can be listed and continued"),
    Check("not-shrunken", Severity.DATA_LOSS, "the newest point holds about as much as the one before it"),
    Check("expected-paths", Severity.DATA_LOSS, "what lies in the source and is not excluded is in the newest point"),
    Check("volumes-intact", Severity.DATA_LOSS, "volumes hash to what their manifest says"),
    Check("sample-restores", Severity.DATA_LOSS, "paths restored from the real destination come back as they were"),
    Check("restore-time", Severity.COST, "a restore of everything takes no longer than it may"),
    Check("full-restore", Severity.DATA_LOSS, "everything restored from the real destination comes back as it was"),
    Check("contents-usable", Severity.DATA_LOSS, "restored archives, databases and documents can be opened"),
    Check("database-boots", Severity.DATA_LOSS, "a restored PostgreSQL starts, or takes its dump, and answers"),
    Check("own-assertions", Severity.DATA_LOSS, "the owner's own tests of what was restored pass"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a check failed.

    `path` is the path inside the tree, as `trees.printable` writes it, empty where the
    finding is about no path. `expected` and `got` are short; neither ever holds a secret.
    `reproduce` are command lines.
    """

    check: str
    path: str = ""
    expected: str = ""
    got: str = ""
    hint: str = ""
    reproduce: str = ""

    def __post_init__(self) -> None:
        if self.check not in CATALOGUE:
            raise ValueError(f"no check has the id {self.check!r}")

    def as_json(self) -> dict[str, str]:
        """Return the finding as a JSON object of strings."""
        return {**asdict(self), "severity": CATALOGUE[self.check].severity.value}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Self:
        """Given what `as_json` made, return the finding again."""
        return cls(**{key: value for key, value in data.items() if key != "severity"})

    def __str__(self) -> str:
        where = f" {self.path}:" if self.path else ""
        lines = [f"{self.check}:{where} expected {self.expected}, got {self.got}"]
        lines += [f"    hint: {self.hint}"] if self.hint else []
        if self.reproduce:
            lines += ["    Reproduce with:", *(f"      {line}" for line in self.reproduce.splitlines())]
        return "\n".join(lines)


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
