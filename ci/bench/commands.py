"""What a command in the container costs through the lab's host, beside the same in the container itself.

Usage: uv run python ci/bench/commands.py
"""

import statistics
import subprocess
import time

from verify.lab.opening import open_lab
from verify.lab.settings import LabSettings

ROUNDS = 200
INSIDE = (
    "import subprocess, time\n"
    "def once():\n"
    "    begun = time.perf_counter(); subprocess.run(['true']); return time.perf_counter() - begun\n"
    f"print(*[once() for _ in range({ROUNDS})])"
)


def main() -> None:
    """Print the three medians, in milliseconds, and the difference that the lab's host makes."""
    with open_lab(LabSettings.from_options({}), "docker") as lab:
        inside = [float(word) for word in lab.host.run(["python3", "-c", INSIDE]).stdout.split()]
        through = [timed(lambda: lab.host.run(["true"])) for _ in range(ROUNDS)]
        container = lab.host.name.split()[-1]
        execs = [timed(lambda: subprocess.run(["docker", "exec", container, "true"], check=True)) for _ in range(20)]
    for what, seconds in (
        ("in the container itself", inside),
        ("through the lab's host", through),
        ("docker exec", execs),
    ):
        print(f"{what:25} {statistics.median(seconds) * 1000:7.1f} ms")
    print(f"{'the host adds':25} {(statistics.median(through) - statistics.median(inside)) * 1000:7.1f} ms (bound: 15)")


def timed(call: object) -> float:
    """Given something to call, return the seconds that it takes."""
    begun = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
