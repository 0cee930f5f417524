"""The script that a failure leaves does what a lab did; it holds with a sound duplicity, not with a broken one."""

import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from verify.concerns.operations import Course
from verify.lab.client.gpg_settings import SETTINGS
from verify.lab.client.provision import provision_duplicity
from verify.lab.client.variants import KEY, PLAIN, SYMMETRIC, Variant
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.replay.script import script_of
from verify.lab.replay.traced import Traced
from verify.lab.settings import LabSettings
from verify.operations import operations_of
from verify.trees import History, Tree, file, folder, histories_of, special, symlink
from verify.trees.model import SECOND

HERE = Path(__file__).parent
HISTORY = histories_of(
    Tree({b"-a": file((1, 70_000), mode=0o4755, uid=7), b"d": folder(0o700), b"d/\xff\n": symlink(b"x y")}),
    Tree({b"-a": file((2, 10), mtime_ns=-5 * SECOND), b"d": special("fifo"), b"a b'": file((0, 9000), (3, 5))}),
    Tree({}),
)
IN_A_FOLDER = [replace(each, place="folder") for each in (SYMMETRIC, KEY)]  # quicker than in the store
OPERATIONS = "full, incremental, list 1, verify, lose-archive, restore 0, full, remove-all-but-n-full 1, fresh-host"


def traced(lab: Lab, history: History, operations: str) -> str:
    noting = Traced(lab)
    course = Course(noting, history.trees)
    course.run(operations_of(operations))
    course.must_have_kept_everything()
    return script_of(noting, "what a test did")


@pytest.mark.parametrize("variant", [PLAIN, *IN_A_FOLDER], ids=str)
def test_a_script_does_what_the_lab_did(variant: Variant, tmp_path: Path) -> None:
    with open_lab(LabSettings.from_options({}), "embedded") as lab, lab.lane("lane") as lane:
        operations = OPERATIONS if variant is PLAIN else "full, incremental, fresh-host 1"
        script = traced(replace(lane, variant=variant), HISTORY, operations)
        secret = lab.passphrase.reveal()
    assert secret not in script
    path = tmp_path / "repro.sh"
    path.write_text(script, encoding="utf-8", errors="surrogateescape")
    sound = run(path)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert run(path, "flip-a-byte", tmp_path).returncode == 1
    assert subprocess.run(["sh", path], env={**os.environ, "DUPLICITY": "no-such-program"}, check=False).returncode == 2


def stretching_little(home: Path) -> Path:
    """Return a home of gpg in which a passphrase costs nothing to try; a script with a key makes its own."""
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "gpg.conf").write_bytes(SETTINGS)
    return home


def run(script: Path, saboteur: str = "", folder_: Path = Path()) -> subprocess.CompletedProcess[str]:
    real = shlex.join(provision_duplicity("3.2.1").command)
    words = [sys.executable, str(HERE / "broken_calls.py"), saboteur, str(folder_ / "state")]
    command = f"{shlex.join(words)} {real} --" if saboteur else real
    environment = {**os.environ, "DUPLICITY": command, "GNUPGHOME": str(stretching_little(script.parent / "gnupg"))}
    return subprocess.run(
        ["sh", script], check=False, capture_output=True, text=True, errors="replace", env=environment
    )
