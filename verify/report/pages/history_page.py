"""`history.html`: the drills of each destination by night: verdicts, ages, what was proven, restore times."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import verify
from verify.checks import Severity
from verify.durations import age_words, time_words
from verify.plurals import counted
from verify.report.columns import size
from verify.report.outcome import Verdict
from verify.report.pages.charts import LineChart, Measure, calendar, day_of, line_chart
from verify.report.pages.rendering import rendered
from verify.report.wording import OF_VERDICTS, sign_of

SHOWN = 120  # newest drills of a destination
ROWS = 30  # of the table of drills
_DAY = 86_400  # seconds
Drill = Mapping[str, Any]  # as the ledger gives it: started, ended, verdict, and figures by name


def history_page(drills: Mapping[str, Sequence[Drill]], max_restore_time: float | None = None) -> str:
    """Given the drills of each destination, oldest first, and how many seconds a restore may take, return the page."""
    destinations = [_destination(name, past[-SHOWN:], max_restore_time) for name, past in drills.items()]
    return rendered(
        "history.html.j2",
        {
            "title": "drills by night",
            "tool": f"duplicity-verify {verify.__version__}",
            "destinations": destinations,
        },
    )


def _destination(name: str, past: Sequence[Drill], bound: float | None) -> dict[str, Any]:
    last = past[-1]
    verdicts = {day_of(each["started"]): str(each["verdict"]) for each in past}
    return {
        "name": name,
        "verdict": last["verdict"],
        "sign": sign_of(last["verdict"]),
        "shout": str(last["verdict"]).replace("-", " ").upper(),
        "when": f"{datetime.fromtimestamp(last['started'], UTC):%Y-%m-%d %H:%M UTC}",
        "sentence": " ".join(_sentences(past)),
        "calendar": calendar(verdicts, OF_VERDICTS),
        "charts": list(_charts(past, bound)),
        "rows": [_row(each) for each in reversed(past[-ROWS:])],
        "older": max(0, len(past) - ROWS),
    }


def _sentences(past: Sequence[Drill]) -> Iterator[str]:
    proven = [each for each in past if each["verdict"] == Verdict.PROVEN.value]
    yield f"{counted(len(past), 'drill')}, of which {len(proven):,} proven."
    if past[-1]["verdict"] != Verdict.PROVEN.value:
        yield f"Last proven on {day_of(proven[-1]['started'])}." if proven else "None was proven."
    known = [each for each in past if each.get("volumes")]
    if known and (when := _all_proven(known)):
        yield when


def _all_proven(known: Sequence[Drill]) -> str:
    """Return when all volumes will have been proven, at the pace of the drills that are known."""
    first, last = known[0], known[-1]
    left = last["volumes"] - last["volumes_proven"]
    if not left:
        return "All volumes have been proven."
    pace = (last["volumes_proven"] - first["volumes_proven"]) / max(last["started"] - first["started"], 1)
    said = f"{left:,} of {counted(last['volumes'], 'volume')} were never proven"
    if pace <= 0 or left / pace > 10 * 365 * _DAY:
        return f"{said}."
    return f"{said}; at this pace all will have been on {day_of(last['started'] + left / pace) + timedelta(days=1)}."


def _charts(past: Sequence[Drill], bound: float | None) -> Iterator[LineChart]:
    ages = [Measure(each["started"], each["age"]) for each in past if each.get("age") is not None]
    shares = [
        Measure(each["started"], each["volumes_proven"] / each["volumes"]) for each in past if each.get("volumes")
    ]
    times = [
        Measure(each["started"], each["full_seconds"], each.get("full_low"), each.get("full_high"))
        for each in past
        if each.get("full_seconds") is not None
    ]
    sizes = [Measure(each["started"], each["full_bytes"]) for each in past if each.get("full_bytes") is not None]
    if ages:
        yield line_chart("age of the newest point", ages, age_words)
    if shares:
        yield line_chart("share of the volumes that has been proven", shares, "{:.0%}".format, top=1.0)
    if times:
        yield line_chart("estimated time of a full restore", times, time_words, bound)
    if sizes:
        yield line_chart("bytes that a full restore downloads", sizes, lambda number: size(int(number)))


def _row(drill: Drill) -> dict[str, str]:
    counts = drill.get("findings") or {}
    found = [f"{counts[each]:,} {each.words}" for each in Severity if counts.get(each)]
    return {
        "when": f"{datetime.fromtimestamp(drill['started'], UTC):%Y-%m-%d %H:%M}",
        "verdict": str(drill["verdict"]),
        "words": f"{sign_of(drill['verdict'])} {str(drill['verdict']).replace('-', ' ')}",
        "findings": ", ".join(found),
        "restored": f"{drill['files_restored']:,}" if drill.get("files_restored") is not None else "",
        "downloaded": size(drill["downloaded"]) if drill.get("downloaded") else "",
    }
