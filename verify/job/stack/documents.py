"""A stack file's content: its YAML, with each reference replaced."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from verify.job.env_file.readings import text_of
from verify.job.interpolation import InterpolationError, Lookup, interpolate
from verify.job.stack.model import StackRefusedError, UnsetVariable
from verify.job.stack.shapes import SERVICE_KEYS, wrong_in
from verify.job.stack.substitution import plain_names, substituted
from verify.job.stack.values import Replacing, documents_of

CORRECT_IT = "correct it (docker stack config shows where)"
_NAMES = {False: "docker stack deploy", True: "docker compose"}
# Where a text may stand for a number or a truth value once a reference in it was replaced.
_NUMBERS = frozenset({"replicas", "scale"})
_TRUTHS = frozenset({"read_only", "privileged", "init", "tty", "stdin_open"})
_TRUE, _FALSE = frozenset({"y", "yes", "true", "on"}), frozenset({"n", "no", "false", "off"})


@dataclass
class Replacer:
    """Replaces the references of a file by one of the two rules, and remembers what is not set."""

    file: Path
    variables: Mapping[str, str]
    compose: bool
    unset: list[UnsetVariable] = field(default_factory=list)

    def replaced(self, value: Any, place: tuple[str, ...] = ()) -> Any:
        """Given a part of the file and the keys that lead to it, return it with its references replaced."""
        match value:
            case dict():
                return {key: self.replaced(item, (*place, str(key))) for key, item in value.items()}
            case list():
                return [self.replaced(item, (*place, str(at))) for at, item in enumerate(value)]
            case Replacing():
                return Replacing(self.replaced(value.value, place), reset=value.reset)
            case str() if "$" in value:
                return _cast(self._text(value, place), place)
        return value

    def _text(self, text: str, place: tuple[str, ...]) -> str:
        replace: Callable[[str, Lookup], str] = interpolate if self.compose else substituted
        try:
            done = replace(text, self.variables.get)
        except InterpolationError as error:
            raise StackRefusedError(
                f"{self.file}: {'.'.join(place)}: {error}, so {_NAMES[self.compose]} refuses the file",
                self._advice(text),
                by_others=not self.compose and self._is_right_for_compose(text),
            ) from None
        self.unset += [UnsetVariable(name, place, text) for name in plain_names(text) if name not in self.variables]
        return done

    def _advice(self, text: str) -> str:
        """Return what to do about a text that is refused: of a required variable, the `.env` of compose may set it."""
        if re.search(r"\$\{\w+:?\?", text):
            beside = (
                ""
                if self.compose
                else "; where a `.env` sets it, docker compose alone reads that: --started-by compose"
            )
            return f"set the variable where it is started{beside}"
        return "write `$$` for a `$`, or set the variable where it is started"

    def _is_right_for_compose(self, text: str) -> bool:
        try:
            interpolate(text, self.variables.get)
        except InterpolationError:
            return False
        return True


def _cast(text: str, place: tuple[str, ...]) -> Any:
    if place[-1] in _NUMBERS and text.lstrip("-").isdecimal():
        return int(text)
    if place[-1] in _TRUTHS and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    return text


def contents_of(file: Path) -> list[dict[str, Any]]:
    """Given a stack file, return its documents as they are written. Raise `StackRefusedError` where it is no YAML."""
    try:
        found = list(documents_of(text_of(file)))
    except yaml.YAMLError as error:
        raise StackRefusedError(f"{file}{_trouble(error)}", CORRECT_IT) from None
    except (ValueError, RecursionError):
        raise StackRefusedError(f"{file}: not valid YAML", CORRECT_IT) from None
    for document in found or [None]:
        if not isinstance(document, dict):
            raise StackRefusedError(f"{file}: the file is no mapping, so this is no stack file", "give a compose file")
    return found


def _trouble(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f" line {mark.line + 1}" if mark else ""
    problem = str(getattr(error, "problem", "") or "")
    said = f" ({problem})" if problem.isascii() and problem else ""
    return f"{line}: not valid YAML{said}"


def must_be_right(document: Mapping[str, Any], file: Path, *, compose: bool) -> None:
    """Given a file's content, raise `StackRefusedError` where its reader refuses it."""
    wrong = list(wrong_in(document, compose=compose))
    if not wrong:
        return
    # What no reader takes goes first: it is what has to be mended.
    first = min(wrong, key=lambda each: each.compose_takes_it)
    place = ".".join(first.place) or "the file"
    raise StackRefusedError(
        f"{file}: {place} {first.what}, so {_NAMES[compose]} refuses the file",
        _meant(first.place),
        feature=not compose and all(each.compose_takes_it for each in wrong),
    )


def _meant(place: tuple[str, ...]) -> str:
    """Return what to do about a key: of one that is nearly a known one, what was meant."""
    key = place[-1] if place else ""
    near = ["environment"] if key == "env" else difflib.get_close_matches(key, SERVICE_KEYS, n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near and near[0] != key else CORRECT_IT
