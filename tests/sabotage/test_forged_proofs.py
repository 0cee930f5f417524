"""A proof of an honest duplicity is not believed of a broken one, whoever put it there."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.assets import suite
from verify.detection.catalogue import program
from verify.lab.client.provision import Provisioned, provision_duplicity
from verify.lab.hosts.cache import cache_dir
from verify.lab.hosts.host import local_host
from verify.lab.opening import open_lab
from verify.lab.settings import LabSettings
from verify.proofs.basis import basis_of, program_of
from verify.proofs.digest import suite_code
from verify.proofs.memory import ProofMemory

SHARED = ("bin", "duplicity", "images", "store")  # of the cache: what was downloaded or built
# What makes the script of duplicity lie: it says that all went well.
LIES = "import atexit, os\natexit.register(lambda: os._exit(0))\n"
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def honest() -> Provisioned:
    return provision_duplicity()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs one module of the suite as the default run does, with a cache of its own."""
    cache, folder = tmp_path / "cache", tmp_path / "suite"
    cache.mkdir()
    for name in SHARED:
        (cache / name).symlink_to(cache_dir() / name)
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(cache))
    folder.mkdir()
    for name in ("conftest.py", "test_exit_codes.py"):
        shutil.copy(suite() / name, folder)

    def run(command: str, *words: str) -> dict[str, Any]:
        own = ["-c", "/dev/null", f"--rootdir={folder}", f"--confcutdir={folder}", "--import-mode=importlib"]
        means = ["--runtime=embedded", "--proofs", f"--report-dir={tmp_path / 'report'}"]
        means += [f"--duplicity-command={command}"] if command else []
        call = [sys.executable, "-m", "pytest", "-p", "verify.plugin", "-p", "no:cacheprovider", *own, *means, *words]
        done = subprocess.run([*call, str(folder)], check=False, capture_output=True, text=True)
        assert (tmp_path / "report" / "report.json").exists(), done.stdout + done.stderr
        report: dict[str, Any] = json.loads((tmp_path / "report" / "report.json").read_text())
        return report

    return run


def endings(report: dict[str, Any]) -> set[str]:
    return {test["ending"] for check in report["checks"] for test in check["tests"]}


def test_a_broken_duplicity_is_caught_in_spite_of_an_honest_ones_proofs(
    run: Run, honest: Provisioned, tmp_path: Path
) -> None:
    assert endings(run("")) == {"passed"}
    assert endings(run("")) == {"remembered"}
    (made,) = [path for path in (tmp_path / "cache" / "proofs").glob("*.json") if path.name != "failed.json"]

    command = f"{honest.python} -P {edited(Path(honest.command[-1]), tmp_path)}"
    with open_lab(LabSettings.from_options({"duplicity_command": command}), "embedded") as lab:
        basis = basis_of(lab)
    assert basis is not None, "an edited script of duplicity's own is known by what is in it"
    target = ProofMemory({**basis, "suite": suite_code()})
    text = made.read_text()
    for forged in (text, text.replace(made.stem, target.digest)):  # a stale proof, and one with the digest put right
        target.path.write_text(forged)
        found = run(command)
        assert {finding["check"] for finding in found["findings"]} == {"exit-codes-honest"}
        assert "remembered" not in endings(found)


def edited(script: Path, folder: Path) -> Path:
    """Return a copy of duplicity's script that lies."""
    copy = folder / "duplicity"
    copy.write_text(script.read_text().replace("import sys\n", f"import sys\n{LIES}", 1))
    return copy


def test_a_saboteur_in_duplicitys_place_is_nobody_that_anything_is_remembered_of(
    honest: Provisioned, tmp_path: Path
) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(honest.command)} "$@"\n')
    wrapper.chmod(0o755)
    saboteur = [honest.python, str(program()), "command", "flip-a-bit", str(tmp_path / "notes"), str(tmp_path)]
    host = local_host(tmp_path / "host")
    try:
        assert program_of(host, honest.command) is not None
        assert program_of(host, (str(wrapper),)) is None
        assert program_of(host, (*saboteur, *honest.command, "--")) is None
    finally:
        host.close()


@pytest.mark.parametrize("change", [
    ("script", "import sys\n"), ("duplicity/__init__.py", "broken = True\n"), ("duplicity/backends/new.py", ""),
], ids=["script", "a-module", "a-new-module"])  # fmt: skip
def test_an_installed_duplicity_is_known_by_all_its_files(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "duplicity" / "backends").mkdir(parents=True)
    (tmp_path / "duplicity" / "__init__.py").write_text("")
    script = tmp_path / "script"
    script.write_text("from duplicity import main\n")
    host = local_host(tmp_path)  # its commands begin there, where Python finds the package
    try:
        command = (sys.executable, str(script))
        before = program_of(host, command)
        assert before is not None
        assert program_of(host, command) == before
        with (tmp_path / change[0]).open("a") as file:
            file.write(change[1])
        assert program_of(host, command) != before
    finally:
        host.close()
