"""The detection table as a picture: a bar a kind, caught and missed, and a dot a saboteur for its seconds."""

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from verify.detection.result import DetectionResult, Row, by_kind, caught, median

LEFT, BARS, GAP, DOTS, RIGHT = 190, 240, 60, 330, 30  # widths of the columns, in pixels
WIDTH = LEFT + BARS + GAP + DOTS + RIGHT
ROW, HEAD, FOOT = 26, 64, 44
GOOD, BAD, INK, FAINT = "#2a7d4f", "#c0392b", "#222", "#ccc"
DOTS_AT = LEFT + BARS + GAP


def picture(result: DetectionResult) -> str:
    """Given a result, return an SVG image."""
    kinds = by_kind(result.tried)
    height = HEAD + ROW * len(kinds) + FOOT
    most = max(map(len, kinds.values()), default=1)
    longest = max((row["seconds"] for row in result.caught), default=1.0)
    limit = _above(longest)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"',
        f' font-size="13" fill="{INK}" role="img">',
        f"<title>{escape(result.sentence)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(LEFT, 24, result.sentence, weight="bold", anchor="start"),
        _text(LEFT, 50, "saboteurs caught and missed"),
        _text(DOTS_AT, 50, "seconds to detection; the line is the median"),
        *_axis(limit, height),
    ]
    for number, ((family, kind), rows) in enumerate(kinds.items()):
        lines += _kind(f"{family}: {kind}", rows, HEAD + ROW * number, BARS / most, DOTS / limit)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _kind(label: str, rows: Sequence[Row], top: float, unit: float, second: float) -> Iterator[str]:
    found, middle = caught(rows), top + ROW / 2
    yield _text(LEFT - 10, middle + 4, label, anchor="end")
    yield _bar(LEFT, top, unit * len(found), GOOD)
    yield _bar(LEFT + unit * len(found), top, unit * (len(rows) - len(found)), BAD)
    yield _text(LEFT + unit * len(rows) + 6, middle + 4, f"{len(found)}/{len(rows)}")
    for row in found:
        yield f'<circle cx="{DOTS_AT + second * row["seconds"]:.1f}" cy="{middle}" r="4" fill="{GOOD}" opacity=".45"/>'
    if found:
        at = DOTS_AT + second * median(found)
        yield f'<path d="M{at:.1f} {top + 5}V{top + ROW - 5}" stroke="{INK}" stroke-width="2"/>'


def _axis(limit: float, height: int) -> Iterator[str]:
    bottom = height - FOOT
    for step in range(5):
        at, seconds = DOTS_AT + DOTS * step / 4, limit * step / 4
        yield f'<path d="M{at:.1f} {HEAD - 4}V{bottom + 4}" stroke="{FAINT}"/>'
        yield _text(at, bottom + 20, f"{seconds:g} s", anchor="middle")


def _bar(left: float, top: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{left:.1f}" y="{top + 5}" width="{width:.1f}" height="{ROW - 10}" fill="{colour}"/>' if width else ""
    )


def _text(left: float, top: float, text: str, *, anchor: str = "start", weight: str = "normal") -> str:
    return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'


def _above(seconds: float) -> int:
    """Return a round number that is not below."""
    power: int = 10 ** math.floor(math.log10(max(seconds, 1)))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= seconds)
