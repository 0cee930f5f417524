"""What JOB_n_WHAT runs: which calls of duplicity, as far as it runs nothing but the image's own commands."""

import re
import shlex
from collections.abc import Iterator, Mapping
from string import Template

_SEPARATORS = frozenset({";", "&&", "||", "&"})
_REDIRECTION = re.compile(r"[<>]+&?|&>+")
_PUNCTUATION = re.compile(r"[();<>|&]+")


def calls_of(what: str, variables: Mapping[str, str]) -> tuple[tuple[str, ...], ...] | None:
    """Given a job's command and its variables, return the arguments of each call of duplicity that it means.

    A variable is one word, as its writer meant it, and what only runs after a failure does not count.
    None where the command runs anything but `backup` and `dup`, or cannot be read.
    """
    try:
        commands = list(_commands(tokens_of(what)))
    except ValueError:
        return None
    own = {"backup": ("$SRC", "$DST"), "dup": ()}
    if not commands or any(command[0] not in own for _, command in commands):
        return None
    return tuple(
        tuple(Template(word).safe_substitute(variables) for word in (*own[command[0]], *command[1:]))
        for after, command in commands
        if after != "||"
    )


def tokens_of(what: str) -> Iterator[str]:
    """Given a command, yield its words and operators, without redirections. Raise ValueError on an open quote."""
    lexer = shlex.shlex(what.replace("\n", ";"), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    target = False
    tokens = list(lexer)
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        number = token.isdigit() and bool(_REDIRECTION.fullmatch(following))
        redirects = bool(_REDIRECTION.fullmatch(token))
        if not (target or number or redirects):
            yield token
        target = redirects


def _commands(tokens: Iterator[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each simple command, with the operator before it. Raise ValueError on any but the plainest."""
    after, command = "", list[str]()
    for token in (*tokens, ";"):
        if token in _SEPARATORS:
            if command:
                yield after, command
            after, command = token, []
        elif _PUNCTUATION.fullmatch(token):
            raise ValueError(f"{token} is more than a list of commands")
        else:
            command.append(token)
