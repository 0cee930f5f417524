"""The one type that passphrases, keys and passwords live in."""

from collections.abc import Iterable

MASK = "***"


class Secret:
    """A string that prints as `***` wherever it is formatted, represented or compared in a failure.

    Only `reveal` gives the value; it is called where a child's environment is made, nowhere else.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled: hand it on through a child's environment")


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """Given text from a program and the secrets it may hold, return it with each secret as `***`.

    Values of fewer than four characters are left alone: masking every "a" would destroy the text
    and, by where the mask falls, tell the secret.
    """
    for value in sorted(_long_enough(secrets), key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def is_told(data: bytes, secrets: Iterable[Secret]) -> bool:
    """Given what a program printed, return whether a secret that `masked` would mask stands in it."""
    return any(value.encode() in data for value in _long_enough(secrets))


def _long_enough(secrets: Iterable[Secret]) -> set[str]:
    return {secret.reveal() for secret in secrets if len(secret.reveal()) >= 4}  # noqa: PLR2004 - explained above
