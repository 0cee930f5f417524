"""How the two readings of an env file differ, said without the values."""

import re
import shlex
from collections.abc import Mapping
from string import Template

_WHAT = re.compile(r"JOB_\d+_WHAT")
# What the image gives to a shell, to cron, or takes apart at blanks: those around it are nothing.
_SPLIT = re.compile(r"(JOB|CRONTAB)_\w+")
_SHELL = re.compile(r"(DST_\d+_)?OPTIONS(_EXTRA)?")
# What a shell does something with that is not modelled here.
_MORE = re.compile(r"[*?\[\]~`\\;&|<>()!\n]|\$\$|\$\{\w*[^\w}]")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""")


def differing_names(raw: Mapping[str, str], dotenv: Mapping[str, str]) -> dict[str, str]:
    """Given the variables in both readings, return the names that differ and in one sentence how."""
    names = dict.fromkeys([*raw, *dotenv])
    return {name: _how(raw.get(name), dotenv.get(name)) for name in names if _meant(name, raw) != _meant(name, dotenv)}


def _meant(name: str, variables: Mapping[str, str]) -> str | None:
    """Return what a variable comes to: the image itself puts the values of others into JOB_n_WHAT."""
    value = variables.get(name)
    if value and _SHELL.fullmatch(name):
        return _after_the_shell(value, variables)
    value = value.strip() if value and _SPLIT.fullmatch(name) else value
    return Template(value).safe_substitute(variables) if value and _WHAT.fullmatch(name) else value


def _after_the_shell(text: str, variables: Mapping[str, str]) -> str:
    """Return what the image's first shell makes of OPTIONS; the text itself where that is more than to take it apart.

    It cuts a comment, takes quotes off, and knows the variables: all that comes behind it gets what it prints.
    """
    given = _without_comment(text)
    unquoted = _QUOTED.sub("", given)
    in_single_quotes = any(each.startswith("'") and "$" in each for each in _QUOTED.findall(given))
    if _MORE.search(text) or in_single_quotes or "'" in unquoted or '"' in unquoted:
        return text.strip()
    known = {name: value for name, value in variables.items() if not value or shlex.quote(value) == value}
    words = shlex.split(Template(given).safe_substitute(known))
    return " ".join(" ".join(words).split())


def _without_comment(text: str) -> str:
    comment = next((word for word in _WORD.finditer(text) if word[0].startswith("#")), None)
    return text[: comment.start()] if comment else text


def _how(raw: str | None, dotenv: str | None) -> str:
    if dotenv is None or raw is None:
        sets, does_not = ("docker stack deploy", "docker compose")[:: 1 if dotenv is None else -1]
        return f"{sets} sets it, {does_not} does not"
    value = raw.strip()
    if value[:1] in ("'", '"') and value[:1]:
        return "quotes are kept by docker stack deploy and stripped by docker compose"
    if " #" in raw:
        return "the comment behind the value is kept by docker stack deploy and cut by docker compose"
    if "$" in raw:
        return "a `$` is kept by docker stack deploy and replaced by docker compose"
    if value != raw:
        return "blanks around the value are kept by docker stack deploy and cut by docker compose"
    return "docker stack deploy and docker compose give it different values"
