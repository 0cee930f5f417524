"""A property that is computed once, and whose failure is reported once: by the check that asks first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from verify.checks import FindingsError
from verify.errors import CannotRunError, NotProvenError

Value = TypeVar("Value")


class reported_once(Generic[Value]):  # noqa: N801 - it is used as a decorator, like `property`
    """Make a method a property that is computed once.

    Findings that it raises go to whoever asks first, and so does `CannotRunError`. Whoever asks later gets
    `NotProvenError`: a hundred consequences would hide the one cause.
    """

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._key = f"_reported_once_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> "reported_once[Value]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> "reported_once[Value] | Value":
        if instance is None:
            return self
        kept: dict[str, Any] = instance.__dict__
        if self._key not in kept:
            try:
                kept[self._key] = _Computed(self._compute(instance))
            except FindingsError as error:
                kept[self._key] = _Failed(NotProvenError(_because(error)))
                raise
            except (NotProvenError, CannotRunError) as error:
                kept[self._key] = _Failed(NotProvenError(str(error)))
                raise
        found: _Computed | _Failed = kept[self._key]
        if isinstance(found, _Failed):
            raise NotProvenError(str(found.error))
        return found.value  # type: ignore[no-any-return]  # what __dict__ holds has no type


@dataclass(frozen=True, slots=True)
class _Computed:
    value: Any


@dataclass(frozen=True, slots=True)
class _Failed:
    error: NotProvenError


def _because(error: FindingsError) -> str:
    checks = ", ".join(dict.fromkeys(found.check for found in error.findings))
    return f"{checks} failed, and this needs it"
