"""Where the lines, bands and squares of a page's charts lie. The templates draw them, each with a title and a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WIDTH, HEIGHT, LEFT, BELOW, TOP = 640, 180, 90, 22, 10  # pixels; what is left of the axes, below and above them
SQUARE = 22  # pixels of a day in the calendar
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure at a time (seconds since the epoch), and the range that it may lie in."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class LineChart:
    """A figure by time. `line` and `band` are points of a polyline and of a polygon, as SVG writes them."""

    title: str
    line: str
    band: str
    dots: tuple[tuple[float, float, str], ...]  # x, y, what it says
    marks: tuple[tuple[float, float, str, str], ...]  # x, y, anchor, words at the axes
    bound: float | None  # y
    rows: tuple[tuple[str, str], ...]  # day and words of each measure
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def line_chart(
    title: str, measures: Sequence[Measure], words: Callable[[float], str], bound: float | None = None, top: float = 0
) -> LineChart:
    """Given a title, measures in the order of time, and how a value is said, return the chart.

    `bound` is a line that it should stay below, `top` what the axis reaches at least.
    """
    tops = [max(each.value, each.high or 0) for each in measures]
    highest = max([*tops, bound or 0, top]) or 1.0
    first, span = measures[0].at, (measures[-1].at - measures[0].at) or 1.0

    def x(at: float) -> float:
        return round(LEFT + (at - first) / span * (WIDTH - LEFT - 12), 1)

    def y(value: float) -> float:
        return round(TOP + (1 - value / highest) * (HEIGHT - TOP - BELOW), 1)

    ranged = [each for each in measures if each.low is not None and each.high is not None]
    edge = [(x(e.at), y(e.high or 0)) for e in ranged] + [(x(e.at), y(e.low or 0)) for e in reversed(ranged)]
    rows = tuple((_day(each.at), _said(each, words)) for each in measures)
    days = [_day(measures[0].at), _day(measures[-1].at)]
    marks = [
        (LEFT - 8, y(highest) + 4, "end", words(highest)),
        (LEFT - 8, y(0), "end", words(0)),
        (LEFT, HEIGHT - 4, "start", days[0]),
    ]
    marks += [(WIDTH - 4, HEIGHT - 4, "end", days[1])] if days[0] != days[1] else []
    return LineChart(
        title,
        " ".join(f"{x(each.at)},{y(each.value)}" for each in measures),
        " ".join(f"{across},{down}" for across, down in edge) if len(ranged) > 1 else "",
        tuple((x(each.at), y(each.value), ": ".join(row)) for each, row in zip(measures, rows, strict=True)),
        tuple(marks),
        None if bound is None else y(bound),
        rows,
    )


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A square of the calendar: where it lies, the verdict of its last drill (`none` without one), what it says."""

    x: int
    y: int
    verdict: str
    sign: str
    said: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The verdict of each day, a column a week, a row a weekday."""

    days: tuple[CalendarDay, ...]
    names: tuple[tuple[int, str], ...]  # y and weekday
    width: int
    height: int
    side: int = SQUARE - 3


def calendar(verdicts: Mapping[date, str], signs: Mapping[str, str]) -> Calendar:
    """Given the verdict of each day that had a drill, and a sign for each verdict, return the calendar."""
    first = min(verdicts) - timedelta(days=min(verdicts).weekday())
    squares, day = list[CalendarDay](), min(verdicts)
    while day <= max(verdicts):
        verdict = verdicts.get(day, "none")
        words = f"{day}: {'no drill' if verdict == 'none' else verdict.replace('-', ' ')}"
        column = (day - first).days // 7
        across, down = 40 + column * SQUARE, day.weekday() * SQUARE
        squares.append(CalendarDay(across, down, verdict, signs.get(verdict, ""), words))
        day += timedelta(days=1)
    names = tuple((row * SQUARE + 15, name) for row, name in enumerate(DAYS))
    return Calendar(tuple(squares), names, 40 + ((max(verdicts) - first).days // 7 + 1) * SQUARE, 7 * SQUARE)


def day_of(at: float) -> date:
    """Given seconds since the epoch, return the day in UTC."""
    return datetime.fromtimestamp(at, UTC).date()


def _day(at: float) -> str:
    return day_of(at).isoformat()


def _said(measure: Measure, words: Callable[[float], str]) -> str:
    if measure.low is None or measure.high is None:
        return words(measure.value)
    return f"{words(measure.value)} ({words(measure.low)} to {words(measure.high)})"
