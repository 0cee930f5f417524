"""Text in Markdown, as GitHub and GitLab read it."""

import html


def text_of(text: str) -> str:
    """Return text that stays in its line or cell, and makes no markup."""
    for sign in "\\`*_[]|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(html.escape(text, quote=False).split())


def code(text: str) -> str:
    """Return text as inline code, as it is; backquotes would end it, and are HTML's there."""
    return f"<code>{text_of(text)}</code>"
