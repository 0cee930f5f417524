"""What a stack file says about the service that runs duplicity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from verify.errors import CannotRunError
from verify.job.stack.mounts import StackNetwork, StackVolume

Starter = Literal["stack", "compose"]  # docker stack deploy, or docker compose


@dataclass(frozen=True, slots=True)
class UnsetVariable:
    """A variable that a stack file names without a default, and that nothing sets."""

    name: str
    place: tuple[str, ...]  # the keys that lead to the text, below the service
    text: str = field(repr=False)  # as it is written

    @property
    def variable(self) -> str:
        """Return the container's variable that the text is for, empty if it is for none."""
        if self.place[:1] != ("environment",):
            return ""
        return self.text.partition("=")[0] if self.place[1].isdigit() else self.place[1]

    @property
    def value(self) -> str:
        """Return what the container's variable is given, as it is written."""
        return self.text.partition("=")[2] if self.place[1].isdigit() else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a stack file says about the service that runs duplicity.

    `environment` holds values as written, secrets among them, and so is never printed; None stands
    for a variable that the caller gives. `surroundings` is where the caller's variables come from: for
    docker compose its `.env` belongs to it.
    """

    file: Path
    service: str
    image: str | None = None
    env_files: tuple[Path, ...] = ()
    optional_files: frozenset[Path] = frozenset()  # env files that may be missing
    raw_files: frozenset[Path] = frozenset()  # env files that compose reads as docker does
    environment: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    volumes: tuple[StackVolume, ...] = ()
    networks: tuple[StackNetwork, ...] = ()
    hostname: str | None = None
    entrypoint: tuple[str, ...] | None = field(default=None, repr=False)
    command: tuple[str, ...] | None = field(default=None, repr=False)
    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False)
    declared: Mapping[str, Any] = field(default_factory=dict, repr=False)  # options of its volumes and networks
    unset: tuple[UnsetVariable, ...] = ()
    notes: tuple[str, ...] = ()
    surroundings: Mapping[str, str] = field(default_factory=dict, repr=False)


class StackRefusedError(CannotRunError):
    """Raised where one of docker's readers refuses a stack file.

    `by_others` says that docker compose takes it all the same; `feature`, that it is a thing of docker compose's
    own, so that the file was never meant for docker stack deploy.
    """

    def __init__(self, what: str, advice: str, *, by_others: bool = False, feature: bool = False) -> None:
        super().__init__(f"{what}: {advice}")
        self.what, self.by_others, self.feature = what, by_others or feature, feature
