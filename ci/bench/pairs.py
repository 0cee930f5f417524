"""Rules and trees that duplicity backed up and our model judged alike, by profile, and how long it took.

Usage: uv run python ci/bench/pairs.py [default] [nightly]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUNDS = {"default": "300 pairs in 60 s", "nightly": "5000 pairs"}


def main() -> None:
    """Run the proof of the oracle in each profile that was asked for; print its pairs beside their bounds."""
    for profile in sys.argv[1:] or BOUNDS:
        with tempfile.TemporaryDirectory() as folder:
            words = ["uv", "run", "duplicity-verify", "--runtime", "embedded", "--profile", profile]
            begun = time.perf_counter()
            subprocess.run([*words, "-k", "test_selection", "--report-dir", folder], check=False, stdout=sys.stderr)
            seconds = time.perf_counter() - begun
            report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
        pairs, found = report["statistics"]["selection_pairs"], len(report["findings"])
        print(f"{profile:8} {pairs} pairs, {found} disagreements, {seconds:.0f} s (bound: {BOUNDS[profile]})")


if __name__ == "__main__":
    main()
