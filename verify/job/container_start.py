"""What the entrypoint and the command of a job's container start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContainerStart:
    """What a container starts. Without any of this it is the image's schedule, with all its periods.

    `periods` are those whose jobs run once when the container is started; `idle` is a command that makes no backup;
    `unknown` is one of which nobody can tell. `loops` says that it goes on by itself, and not once alone.
    """

    periods: frozenset[str] = frozenset()
    idle: str = ""
    unknown: str = ""
    loops: bool = False
