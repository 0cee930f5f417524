"""What can go wrong with a drill itself is one sentence, leaves nothing behind, and the next drill goes on."""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from sites import BUCKET, HEALTHY, Site

from verify.drill.ledger.ledger import Ledger
from verify.drill.ledger.lock import only_one


def test_two_drills_at_once_are_refused_in_one_sentence(site: Site, tmp_path: Path) -> None:
    with only_one(tmp_path / "drill", time.time()):
        report = site.drill(site.env_file(HEALTHY), report=tmp_path)
    assert "another drill is at work" in report.sentence()


def test_an_interrupted_drill_leaves_nothing_and_the_next_one_goes_on(site: Site, tmp_path: Path, runtime: str) -> None:
    words = site.words(site.env_file(HEALTHY), report=tmp_path, runtime=runtime)
    scratch = Path(tempfile.mkdtemp(prefix="dv-"))
    drill = subprocess.Popen(words, env={**os.environ, "TMPDIR": str(scratch)}, stdout=subprocess.PIPE, text=True)
    assert drill.stdout is not None
    for line in drill.stdout:
        if "not-shrunken" in line:  # the next are volumes and restores
            break
    drill.send_signal(signal.SIGINT)
    said, _ = drill.communicate(timeout=300)
    assert drill.returncode == 2, said
    scratch.rmdir()  # there is nothing in it
    assert not list(tmp_path.rglob("*-aside"))  # nor of the archive that other points are listed by
    ledger = Ledger(tmp_path / "drill", f"s3:///{BUCKET}/{HEALTHY}")
    assert [each.verdict for each in ledger.past] == ["could-not-run"]
    ledger.close()
    site.drill(site.env_file(HEALTHY), "-k", "chain or volumes", report=tmp_path, runtime=runtime).must_be_proven()


def test_a_scratch_folder_that_is_too_deep_for_gpg_is_said(site: Site, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    words = site.words(site.env_file(HEALTHY), report=tmp_path, runtime="embedded")
    done = subprocess.run(words, env={**os.environ, "TMPDIR": str(deep)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout
    assert "set TMPDIR to a shorter path" in done.stdout
    assert list(deep.iterdir()) == []
