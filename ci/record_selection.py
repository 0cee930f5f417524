"""Record what duplicity takes of drawn pairs, for tests/unit/selection/test_recorded.py.

Usage: uv run python ci/record_selection.py [RELEASE]
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from packaging.version import Version

from verify.concerns.selection.trials import Trials
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.settings import DEFAULT_RELEASE, LabSettings
from verify.selection.pairs import SHARED, Pack, Pair, Shared, edge_of, pairs
from verify.selection.pairs.edges import MOMENT
from verify.trees.model import SECOND

SAMPLES = Path(__file__).resolve().parent.parent / "tests" / "unit" / "selection" / "samples"
SEED = 20_240_101
EXAMPLES = 10  # of each kind of pack


def drawn(shared: Shared, release: Version) -> tuple[Pair, ...]:
    """Given shared options, return the same few pairs each time."""
    found = [edge_of(shared)]

    @seed(SEED + SHARED.index(shared))
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(pair=pairs(shared, release))
    def draw(pair: Pair) -> None:
        found.append(pair)

    draw()
    return tuple(dict.fromkeys(found))


def recorded(lab: Lab) -> Iterator[dict[str, Any]]:
    """Yield a sample of each kind of pack that the lab's release accepts, as if the source were /s."""
    for shared in SHARED:
        trials = Trials(lab, shared)
        if trials.refused:
            continue
        pack = Pack(shared, drawn(shared, lab.release))
        point = trials.trial(pack).point()
        line = pack.command_line("/s", "list")
        taken = frozenset(lab.listing(point).paths)
        yield {
            "title": str(shared),
            "words": line.words,
            "lists": {name: os.fsdecode(data) for name, data in line.lists.items()},
            # path, kind, seconds from the moment that rules about age have, whether it was taken
            "paths": [
                [os.fsdecode(seen.path), seen.kind, seen.mtime_ns // SECOND - MOMENT, int(seen.path in taken)]
                for seen in point.inventory
            ],
        }


def main() -> None:
    """Write the samples of a release, a pack a line."""
    release = sys.argv[1] if len(sys.argv) > 1 else DEFAULT_RELEASE
    with open_lab(LabSettings.from_options({"duplicity_release": release}), "embedded") as lab:
        lines = [json.dumps(sample, separators=(",", ":")) for sample in recorded(lab)]
    SAMPLES.mkdir(exist_ok=True)
    (SAMPLES / f"{release}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
