"""What a job lacks to make a backup."""

from collections.abc import Iterator
from dataclasses import replace

from verify.checks import Finding, Severity
from verify.job.credentials import printable_destination
from verify.job.destination.urls import is_url
from verify.job.findings.misspelt import misspelt_findings, said_of_misspelt
from verify.job.findings.schedule import schedule_findings
from verify.job.findings.several import several_findings
from verify.job.job import Job
from verify.job.options import parsed
from verify.job.runs.called import unknown_backups
from verify.job.shellwords import without_quotes
from verify.job.stack.mounts import holds
from verify.job.unset import DESTINATIONS, emptied, unset_findings

_TO_A_KEY = ("--encrypt-key", "--encrypt-sign-key", "--hidden-encrypt-key")


def cannot_begin(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each thing without which duplicity is never even started as meant."""
    yield from (finding for finding in unset_findings(job) if finding.severity is Severity.LOST)
    told = _told_elsewhere(job)
    if (not job.source or "SRC" in job.defaults or is_url(job.source)) and "SRC" not in told:
        yield from list(_source(job))[:1]
    yield from () if DESTINATIONS & told else _destination(job)
    yield from _options(job)


def incomplete(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each thing that it lacks to make a backup."""
    yield from unset_findings(job)
    told = _told_elsewhere(job)
    yield from () if "SRC" in told else _source(job)
    yield from () if DESTINATIONS & told else _destination(job)
    yield from () if "PASSPHRASE" in told else _encryption(job)
    yield from _signing(job)
    yield from _options(job)
    yield from misspelt_findings(job)
    yield from schedule_findings(job)
    yield from several_findings(job)


def _told_elsewhere(job: Job) -> frozenset[str]:
    """Return the variables of which nothing is said here: empty by another's fault, or perhaps set by a script."""
    return frozenset({"SRC", "DST", "PASSPHRASE"}) if unknown_backups(job) else emptied(job)


def _incomplete(expected: str, got: str, hint: str) -> Finding:
    return Finding("job-complete", expected=expected, got=got, hint=hint)


def _no_backup(expected: str, got: str, hint: str) -> Finding:
    """As `_incomplete`, of what leaves no backup at all."""
    return replace(_incomplete(expected, got, hint), severity=Severity.LOST)


def _source(job: Job) -> Iterator[Finding]:
    mounted = any(_brings_files(job, volume.target) for volume in job.volumes)
    if not job.source or ("SRC" in job.defaults and not mounted):
        default = "" if not job.source else f" (the image's default is {job.source}, an empty folder)"
        got = f"no SRC{default}{said_of_misspelt(job, 'SRC')}"
        yield _no_backup("SRC, the folder to back up", got, "write SRC=/the/folder into the env file")
    elif is_url(job.source) or job.source.startswith("file:"):
        yield _url_as_source(job)
    elif (plain := without_quotes(job.source)) != job.source:
        got = f"SRC={job.source}, and the quotes are part of it"
        yield _no_backup("SRC, an absolute path", got, f"write SRC={plain}, without quotes")
    elif not job.source.startswith("/"):
        got = f"SRC={job.source}, which depends on the folder that duplicity is started in"
        yield _incomplete("SRC, an absolute path", got, f"write SRC=/{job.source} if that is the folder")
    elif job.stack_file and not mounted:
        hint = f"add the volume `- {job.source}:{job.source}:ro` to the service in {job.stack_file}"
        yield _no_backup(f"a volume that mounts {job.source}", "a stack file without it", hint)


def _url_as_source(job: Job) -> Finding:
    """Return the finding of a source that is written as a URL: duplicity refuses it, or restores from it."""
    scheme, _, rest = job.source.partition(":")
    shown = printable_destination(job.source)
    if scheme.lower() == "file":
        hint = f"write SRC=/{rest.removeprefix('//localhost/').lstrip('/')}"
    elif job.destination.startswith("/"):
        hint = f"SRC and DST are the wrong way round: write SRC={job.destination} and DST={shown}"
    else:
        hint = "write SRC=/the/folder: a backup is made of files of the machine that duplicity runs on"
    return _no_backup("SRC, a folder and no URL", f"SRC={shown}, which duplicity refuses", hint)


def _brings_files(job: Job, target: str) -> bool:
    """Return whether a volume mounted at `target` holds the source, or a part of it that is not excluded."""
    if holds(target, job.source):
        return True
    return holds(job.source, target) and not any(holds(excluded, target) for excluded in job.excluded_paths)


def _destination(job: Job) -> Iterator[Finding]:
    if not any(job.destinations.values()):
        name = "DST_1" if job.destination == "multi" else "DST"
        hint = f"write {name}=scheme://…, such as {name}=s3:///bucket/prefix, into the env file"
        yield _no_backup(f"{name}, the URL to back up to", f"no {name}{said_of_misspelt(job, name)}", hint)


def _encryption(job: Job) -> Iterator[Finding]:
    if not job.encrypted or job.passphrase or job.encrypts_to_key or _each_has_a_passphrase(job):
        return
    hint = "write PASSPHRASE=… into the env file, or, to store it readable, --no-encryption into OPTIONS"
    got = f"neither of them{said_of_misspelt(job, 'PASSPHRASE')}"
    yield _no_backup("PASSPHRASE, or --no-encryption in OPTIONS", got, hint)


def _signing(job: Job) -> Iterator[Finding]:
    """Yield a finding where duplicity asks for the passphrase of the key that it signs with: nobody is there to type.

    Read in its `dup_main.get_passphrase`; a key is another one where it is only spelt otherwise.
    """
    key = job.option("--encrypt-sign-key") or job.option("--sign-key")
    agent = any(option.name == "--use-agent" for option in parsed(job.options))
    if not key or not job.encrypted or agent or unknown_backups(job):
        return
    own, shared = "SIGN_PASSPHRASE" in job.variables, "PASSPHRASE" in job.variables
    of_the_key = [o.value for o in parsed(job.options) if o.name in _TO_A_KEY]
    if not own and not (shared and key in of_the_key):
        hint = "write SIGN_PASSPHRASE=… into the env file, empty for a key without one"
        got = "no SIGN_PASSPHRASE: duplicity asks for it, and a scheduled backup ends with exit code 30"
        yield _no_backup("SIGN_PASSPHRASE, the passphrase of the key that signs", got, hint)
    elif not job.encrypts_to_key and job.text_of("SIGN_PASSPHRASE") != job.text_of("PASSPHRASE"):
        got = "another one than PASSPHRASE, which duplicity refuses without --encrypt-key"
        yield _no_backup("SIGN_PASSPHRASE, the same as PASSPHRASE", got, "add --encrypt-key, or make them the same")


def _each_has_a_passphrase(job: Job) -> bool:
    """Return whether the job has several destinations, and each a passphrase of its own."""
    several = job.destinations if job.destination == "multi" else {}
    return bool(several) and all(job.text_of(f"{name}_PASSPHRASE") for name in several)


def _options(job: Job) -> Iterator[Finding]:
    if job.options_trouble:
        yield _no_backup("OPTIONS that a shell accepts", f"OPTIONS: {job.options_trouble}", "close the quote")
    if any(option.name == "--dry-run" for option in parsed(job.options)):
        yield _no_backup("options that store a backup", "--dry-run: nothing is ever stored", "leave out --dry-run")
