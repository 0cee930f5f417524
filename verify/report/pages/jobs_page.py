"""`jobs.html`: the drills of several jobs on one page, the worst first, each with the way to its own report."""

from collections.abc import Mapping
from datetime import UTC, datetime

import verify
from verify.plurals import counted
from verify.report.outcome import Run, Verdict
from verify.report.pages.rendering import rendered
from verify.report.severities import severity_words
from verify.report.wording import duration, sign_of

WORST_FIRST = (Verdict.FINDINGS, Verdict.COULD_NOT_RUN, Verdict.PROVEN)  # as messages have it


def jobs_page(runs: Mapping[str, Run]) -> str:
    """Given the runs of all jobs by their names, `JOB` or `JOB/DESTINATION`, return the page."""
    ordered = sorted(runs.items(), key=lambda each: WORST_FIRST.index(each[1].verdict))
    worst = ordered[0][1].verdict if ordered else Verdict.COULD_NOT_RUN
    counts = [(sum(run.verdict is verdict for run in runs.values()), verdict) for verdict in WORST_FIRST]
    return rendered(
        "jobs.html.j2",
        {
            "title": f"{_shout(worst)}: {counted(len(runs), 'drill')}",
            "tool": f"duplicity-verify {verify.__version__}",
            "verdict": worst.value,
            "sign": sign_of(worst.value),
            "shout": _shout(worst),
            "sentence": f"{counted(len(runs), 'drill')}: "
            + ", ".join(f"{_shout(verdict).lower()} {number}" for number, verdict in counts if number),
            "when": f"{max((run.ended for run in runs.values()), default=datetime.now(UTC)):%Y-%m-%d %H:%M UTC}",
            "rows": [_row(name, run) for name, run in ordered],
        },
    )


def _shout(verdict: Verdict) -> str:
    return verdict.value.replace("-", " ").upper()


def _row(name: str, run: Run) -> dict[str, str]:
    told = severity_words(run.findings) if run.findings else ""
    return {
        "name": name,
        "verdict": run.verdict.value,
        "words": f"{sign_of(run.verdict.value)} {_shout(run.verdict).lower()}",
        "said": "; ".join(filter(None, [told, *run.troubles])) or run.sentence,
        "time": duration(run.seconds),
        "report": f"jobs/{name}/report.html" if run.tests else "",
    }
