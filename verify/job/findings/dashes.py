"""Long dashes that a word processor or a web page put in the place of hyphens: no option begins with one."""

import re
from collections.abc import Iterator

from verify.checks import Finding, Severity
from verify.job.credentials import printable_text
from verify.job.job import Job
from verify.job.options import parsed

_LONG = re.compile(r"[-\u2010-\u2015\u2212]+(?=[a-z])")
_PLAIN = frozenset({"-", "--"})


def long_dashes(job: Job) -> Iterator[Finding]:
    """Given a job, yield one finding if words of its OPTIONS begin with a long dash: duplicity takes them for paths."""
    names = {option.words[0] for option in parsed(job.options)}  # not their values, which may begin with anything
    words = [name for name in names if (found := _LONG.match(name)) and found.group() not in _PLAIN]
    if not words:
        return
    words.sort(key=job.options_text.find)
    text = job.options_text
    for word in words:
        text = text.replace(word, _LONG.sub("--", word, count=1))
    yield Finding(
        "command-succeeds",
        expected="options that begin with two hyphens",
        got=printable_text(f"{' and '.join(words)} with another dash, which duplicity takes for paths", job.secrets),
        hint=f"write {job.line('OPTIONS', text)}",
        severity=Severity.LOST,
    )
