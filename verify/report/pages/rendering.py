"""How a page is made of a template: everything is escaped, and what cannot be seen is spelt out."""

import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST = 2000  # characters of one text of a report; a path may have more
# Controls, marks that turn the direction of writing, halves of a character.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def seen(text: object) -> str:
    """Return text in which each character can be seen: others by their numbers. Line breaks stay; the middle may go."""
    whole = str(text)
    if len(whole) > LONGEST:
        whole = f"{whole[: LONGEST // 2]} … {whole[-LONGEST // 2 :]}"
    return "".join(f"\\u{ord(c):04x}" if c != "\n" and unicodedata.category(c) in _UNSEEN else c for c in whole)


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """Given a template's name and its values, return the page."""
    import jinja2  # noqa: PLC0415 - slow to import, and a run that writes no page does without

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: seen(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)
