"""Values that begin with a dash and stand behind a blank: since 2.0.0 duplicity takes them for an option."""

import re
from collections.abc import Iterator, Sequence

from packaging.version import Version

from verify.checks import Finding, Severity
from verify.job.credentials import printable_text
from verify.job.findings.removed import SINCE
from verify.job.job import Job
from verify.job.option_names import FLAGS, SHORT, VALUED
from verify.job.options import parsed

_NUMBER = re.compile(r"-\d+|-\d*\.\d+")
_PAIR = 2  # an option's name and its value


def detached_values(job: Job, release: Version) -> Iterator[Finding]:
    """Given a job and a release, yield one finding if duplicity takes a value for another option, and refuses both.

    What holds a blank, or is a number, is taken for a value all the same.
    """
    refused = [
        option.words
        for option in parsed(job.options)
        if len(option.words) == _PAIR and option.words[1].startswith("-") and _is_option(option.words[1])
    ]
    if release < SINCE or not refused:
        return
    name, value = refused[0]
    got = f"{value}, which duplicity {release} takes for another option: expected one argument"
    if value.partition("=")[0] in FLAGS | VALUED | set(SHORT):
        hint = f"write a value behind {name}, or leave it out"
    else:
        hint = f"write {_joint(job, refused)}"
    yield Finding(
        "command-succeeds",
        expected=f"a value for {name}",
        got=printable_text(got, job.secrets),
        hint=printable_text(hint, job.secrets),
        severity=Severity.LOST,
    )


def _joint(job: Job, refused: Sequence[tuple[str, ...]]) -> str:
    """Return OPTIONS with each value behind a `=`; where that is not what holds them, the options alone."""
    text = job.options_text
    for name, value in refused:
        text = re.sub(rf"(?<!\S){re.escape(name)}\s+(?=['\"]*{re.escape(value)})", f"{name}=", text)
    joined = " ".join(f"{name}={value}" for name, value in refused)
    return job.line("OPTIONS", text) if text != job.options_text else joined


def _is_option(word: str) -> bool:
    return len(word) > 1 and " " not in word and not _NUMBER.fullmatch(word)
