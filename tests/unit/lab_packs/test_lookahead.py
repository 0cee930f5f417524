"""Copies of a process that look ahead: what must not be lost when it forks."""

import subprocess
import sys

FORKED = """
import os, signal
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
from verify.lab.packs.lookahead import Copy, foreseen
try:
    if isinstance(copied := foreseen(1), Copy):
        copied.end()
    print("lost")
except KeyboardInterrupt:
    print("heard")
"""


def test_ctrl_c_in_a_fork_is_heard() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("heard\n", "")
