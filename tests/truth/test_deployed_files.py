"""docker, compose and systemd take the files that `duplicity-verify deploy` writes, and read them as they are meant."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from asking import Asked
from docker_stack import configured

from verify.cli import main

ENV = "SRC=/data\nDST=s3:///bucket\nPASSPHRASE\nTZ=Europe/Berlin\n"
STACK = """services:
  backup:
    image: tecnativa/duplicity
    env_file: duplicity.env
    volumes: ["/srv/da $$ ta:/data:ro", "keys:/keys"]
    networks: [internal]
networks: {internal: {}}
volumes: {keys: {}}
"""
FLAGS = ("--stack=stack.yml", "--stack-name=mine", "--node=n1")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSPHRASE", "hidden")
    (tmp_path / "duplicity.env").write_text(ENV)
    (tmp_path / "stack.yml").write_text(STACK)
    return tmp_path


@pytest.mark.parametrize("scheduler", ["own", "swarm-cronjob"])
def test_docker_stack_takes_it(here: Path, docker_stack: None, scheduler: str) -> None:
    assert main(["deploy", *FLAGS, "--into=.", f"--scheduler={scheduler}"]) == 0
    services = configured(here / "drill.yml", {})
    assert not isinstance(services, str), services
    drill = services["drill"]
    own = ["on-schedule", "30 5 * * *"] if scheduler == "own" else []
    assert drill["command"][: len(own) + 1] == [*own, "drill"]
    must_be_meant(drill)
    assert drill["deploy"]["placement"] == {"constraints": ["node.hostname == n1"]}
    assert drill["read_only"] is True


def test_docker_compose_takes_it(here: Path, compose: Asked) -> None:
    assert main(["deploy", *FLAGS, "--into=.", "--kind=compose"]) == 0
    read = compose(project=str(here / "drill.compose.yml"), over=[], env={"PASSPHRASE": "hidden"})
    assert "refused" not in read, read
    drill = read["services"]["drill"]
    must_be_meant(drill)
    assert drill["restart"] == "unless-stopped"


def must_be_meant(drill: Any) -> None:
    """Raise unless the drill has what it needs of the job, and in no other way than it was meant."""
    mounts = {each["target"]: each for each in drill["volumes"]}
    assert mounts["/data"]["source"] == "/srv/da $ ta"
    assert all(mounts[each]["read_only"] for each in ("/data", "/keys"))
    assert not mounts["/state"].get("read_only")
    assert drill["environment"]["PASSPHRASE_FILE"] == "/run/secrets/drill-passphrase"
    assert "hidden" not in str(drill)
    assert {each.get("target") for each in drill["secrets"]} >= {"/job/stack.yml", "/job/duplicity.env"}


@pytest.mark.parametrize("cron", ["30 5 * * *", "*/20 4 1,15 3 MON"])
def test_systemd_takes_it(here: Path, monkeypatch: pytest.MonkeyPatch, cron: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")
    strange = here / "a folder of 100 % $HOME"
    strange.mkdir()
    for name in ("duplicity.env", "stack.yml"):
        (here / name).rename(strange / name)
    monkeypatch.chdir(strange)
    assert main(["deploy", "--kind=systemd", f"--into={here}", "--stack=stack.yml", f"--at={cron}"]) == 0
    units = sorted(here.glob("*.service")) + sorted(here.glob("*.timer"))
    verified = subprocess.run(["systemd-analyze", "verify", *units], check=False, capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    calendars = [line.partition("=")[2] for line in units[1].read_text().splitlines() if "OnCalendar" in line]
    for each in calendars:
        asked = subprocess.run(["systemd-analyze", "calendar", each], check=False, capture_output=True, text=True)
        assert asked.returncode == 0, asked.stderr
        assert "Europe/Berlin" in each
