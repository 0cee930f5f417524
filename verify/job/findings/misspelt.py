"""Variables that nothing reads, and that look like one that the image or duplicity does: misspelt, without effect."""

import difflib
import re
from collections.abc import Iterator, Mapping

from verify.checks import Finding
from verify.job.job import Job
from verify.job.runs.called import unknown_backups

NEAR = 0.85  # how much alike two names are: PASPHRASE and PASSPHRASE, and not SOURCE and RESOURCE
_READ = (
    *("SRC", "DST", "OPTIONS", "OPTIONS_EXTRA", "PASSPHRASE", "SIGN_PASSPHRASE", "FTP_PASSWORD", "EMAIL_FROM"),
    *("EMAIL_TO", "EMAIL_SUBJECT", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS", "SMTP_TLS"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "JOB_n_WHAT", "JOB_n_WHEN", "DBS_TO_INCLUDE", "DBS_TO_EXCLUDE"),
)
# Names that people take for another.
_MEANT = {
    "SOURCE": "SRC",
    "DEST": "DST",
    "DESTINATION": "DST",
    "TARGET": "DST",
    "GPG_PASSPHRASE": "PASSPHRASE",
    "ENCRYPTION_PASSPHRASE": "PASSPHRASE",
    "OPTS": "OPTIONS",
    "AWS_ACCESS_KEY": "AWS_ACCESS_KEY_ID",
    "AWS_KEY_ID": "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_KEY": "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET": "AWS_SECRET_ACCESS_KEY",
    "SMTP_PASSWORD": "SMTP_PASS",
    "SMTP_USERNAME": "SMTP_USER",
}
_UNNUMBERED = re.compile(r"JOB_[A-Z]\w*_(WHAT|WHEN)")  # the image takes digits alone
OF_A_FILE = "_FILE"  # what other images read a secret from, and this one does not
# Their absence is a finding by itself.
NEEDED = frozenset({"SRC", "DST", "PASSPHRASE"})


def misspelt_findings(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding for each variable that nobody reads, and that is meant for one that is not set."""
    for name, meant in misspelt(job).items():
        if meant not in NEEDED:
            hint = f"write {meant}={'…' if name.endswith(OF_A_FILE) else f' for {name}='}"
            yield Finding("job-complete", "", f"{meant}, which is read", f"{name}, which nothing reads", hint)


def said_of_misspelt(job: Job, meant: str) -> str:
    """Given a job and a variable that it lacks, return what to say of the one that was meant for it, if any."""
    names = [name for name, each in misspelt(job).items() if each == meant]
    return f" ({' and '.join(names)} is set, which nothing reads)" if names else ""


def misspelt(job: Job) -> Mapping[str, str]:
    """Given a job, return variables that nothing reads, and for each the one that it is meant for and that is not set.

    One that a command of the job names is read by that.
    """
    if unknown_backups(job):
        return {}
    own = {name: _meant(name, near=name in job.unknown) for name in job.variables if name not in job.defaults}
    texts = " ".join([*(entry.what or "" for entry in job.entries), job.options_text, *(job.command or ())])
    return {
        name: meant
        for name, meant in own.items()
        if meant and (meant in job.defaults or meant not in job.variables) and not re.search(rf"\b{name}\b", texts)
    }


def _meant(name: str, *, near: bool) -> str:
    """Return the variable that a name is meant for, empty where it is none that could be misspelt.

    `near` says that one that is spelt nearly so counts, too.
    """
    plain, number = re.sub(r"\d+", "n", name.upper()), next(iter(re.findall(r"\d+", name)), "300")
    if plain in _READ and name == name.upper():
        return ""
    if plain.endswith(OF_A_FILE) and plain.removesuffix(OF_A_FILE) in _READ:
        return name.upper().removesuffix(OF_A_FILE)
    if unnumbered := _UNNUMBERED.fullmatch(plain):
        return f"JOB_{number}_{unnumbered[1]}"
    alike = difflib.get_close_matches(plain, _READ, n=1, cutoff=NEAR) if near else []
    found = _MEANT.get(plain) or next(iter(alike), "")
    return found.replace("_n_", f"_{number}_")
