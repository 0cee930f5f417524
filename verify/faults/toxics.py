"""What may happen to a network between duplicity and its store, as toxiproxy's toxics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Toxic:
    """One fault. `kind` and `attributes` are toxiproxy's; times in milliseconds, sizes in bytes, rates in KB/s.

    Upstream is what duplicity sends, downstream what the store answers.
    """

    name: str
    kind: str
    stream: Literal["upstream", "downstream"]
    attributes: Mapping[str, int] = field(hash=False)


# Slow enough for something to happen in the middle of a small backup.
SLOW_LINE = Toxic("slow line", "bandwidth", "upstream", {"rate": 800})

TOXICS = (
    Toxic("latency", "latency", "downstream", {"latency": 300, "jitter": 200}),
    Toxic("bandwidth", "bandwidth", "upstream", {"rate": 100}),
    Toxic("reset", "reset_peer", "upstream", {"timeout": 100}),
    Toxic("timeout", "timeout", "upstream", {"timeout": 500}),
    Toxic("slow-close", "slow_close", "downstream", {"delay": 2000}),
    Toxic("slicer", "slicer", "upstream", {"average_size": 500, "size_variation": 400, "delay": 100}),
    Toxic("cut-off", "limit_data", "upstream", {"bytes": 300_000}),
)
