"""`duplicity-verify deploy`: files that fit the job, never over a file, and one sentence for what does not fit."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from verify.assets import asset
from verify.cli import main
from verify.deployment.units import calendar

CHECKOUT = Path(__file__).parents[3]
EXAMPLE = CHECKOUT / "ci" / "swarm" / "drill.yml"
ENV = "SRC=/data\nDST=s3:///bucket\nPASSPHRASE=hidden\nTZ=Europe/Berlin\n"
SERVICE = """services:
  backup:
    image: tecnativa/duplicity
    env_file: duplicity.env
    volumes: ["/srv/data:/data:ro", "keys:/keys", "/var/run/docker.sock:/var/run/docker.sock", "tmp:/tmp"]
    networks: [internal, public]
    deploy: {placement: {constraints: [node.labels.disk == ssd]}}
networks: {internal: {}, public: {external: true, name: the-public}}
volumes: {keys: {}, tmp: {}}
"""
FLAGS = ("--stack", "stack.yml", "--stack-name", "mine", "--node", "n1")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "duplicity.env").write_text(ENV)
    (tmp_path / "stack.yml").write_text(SERVICE)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["deploy", *words]) == 0
    out = capsys.readouterr().out
    assert "hidden" not in out
    return dict(yaml.safe_load(out))


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["deploy", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def test_the_example_of_the_docs_is_what_the_command_writes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(asset("fixtures/recipe"))
    assert main(["deploy", "--print", "--stack", "stack.yml", "--stack-name", "duplicity", "--node", "the-node"]) == 0
    assert capsys.readouterr().out == EXAMPLE.read_text(encoding="utf-8")


def test_it_mounts_what_the_job_mounts_read_only(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, *FLAGS)
    drill = found["services"]["drill"]
    mounts = {each["target"]: (each.get("source"), each.get("read_only", False)) for each in drill["volumes"]}
    assert mounts == {
        "/state": ("state", False),
        "/scratch": ("scratch", False),
        "/tmp": (None, False),  # noqa: S108 - of the container
        "/data": ("/srv/data", True),
        "/keys": ("backup-volume-2", True),
    }
    assert found["volumes"]["backup-volume-2"] == {"external": True, "name": "mine_keys"}
    assert [found["networks"][each]["name"] for each in drill["networks"]] == ["mine_internal", "the-public"]
    assert drill["deploy"]["placement"]["constraints"] == ["node.labels.disk == ssd", "node.hostname == n1"]
    assert drill["environment"] == {"DRILL_DUE": "26h", "TZ": "Europe/Berlin"}
    assert {each["target"] for each in drill["secrets"]} == {"/job/stack.yml", "/job/duplicity.env"}


def test_secrets_that_lie_elsewhere_stay_there(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "duplicity.env").write_text(ENV.replace("PASSPHRASE=hidden", "PASSPHRASE\nSRC_OPTION\n# NOT_THIS"))
    (here / "ping").write_text("https://example.org/x\n")
    (here / "duplicity-verify.toml").write_text(
        "[[notify]]\nreceiver = 'mail'\npassword = '${SMTP_PASS}'\n"
        "[[notify]]\nreceiver = 'healthchecks'\nurl_file = 'ping'\n"
    )
    monkeypatch.setenv("PASSPHRASE", "hidden")
    monkeypatch.setenv("SMTP_PASS", "hidden")
    found = printed(capsys, *FLAGS)
    drill = found["services"]["drill"]
    assert drill["environment"]["PASSPHRASE_FILE"] == "/run/secrets/drill-passphrase"
    assert drill["environment"]["SMTP_PASS_FILE"] == "/run/secrets/drill-smtp-pass"
    assert drill["environment"]["SRC_OPTION"] == "${SRC_OPTION}"
    assert "drill-passphrase" in drill["secrets"]
    assert found["secrets"]["drill-passphrase"] == {"external": True}
    targets = {each["target"] for each in drill["secrets"] if isinstance(each, dict)}
    assert targets >= {"/job/policy/duplicity-verify.toml", "/job/policy/ping"}
    assert "--policy=/job/policy/duplicity-verify.toml" in drill["command"]
    compose = printed(capsys, *FLAGS, "--kind", "compose")
    assert compose["secrets"]["drill-passphrase"] == {"environment": "PASSPHRASE"}


def test_a_swarm_cronjob_starts_it_and_no_health_is_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drill = printed(capsys, *FLAGS, "--scheduler", "swarm-cronjob", "--at", "15 4 * * *")["services"]["drill"]
    assert drill["command"][0] == "drill"
    assert drill["healthcheck"] == {"disable": True}
    assert (drill["deploy"]["replicas"], drill["deploy"]["restart_policy"]) == (0, {"condition": "none"})
    assert drill["deploy"]["labels"]["swarm.cronjob.schedule"] == "15 4 * * *"


def test_a_file_named_in_full_is_there_by_that_path(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "stack.yml").write_text(SERVICE.replace("env_file: duplicity.env", f"env_file: {here}/duplicity.env"))
    drill = printed(capsys, *FLAGS)["services"]["drill"]
    assert f"{here}/duplicity.env" in {each["target"] for each in drill["secrets"]}
    assert f"--env-file={here}/duplicity.env" in drill["command"]


def test_the_source_may_be_elsewhere_on_the_node(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drill = printed(capsys, *FLAGS, "--source", "/mnt/disk")["services"]["drill"]
    assert [each["source"] for each in drill["volumes"] if each["target"] == "/data"] == ["/mnt/disk"]
    assert "--source=/data" in drill["command"]


def test_without_a_stack_file_it_is_a_timer(here: Path) -> None:
    assert main(["deploy", "--into", "units", "--env-file", "duplicity.env", "--at", "0 4 * * MON-FRI"]) == 0
    timer = (here / "units" / "duplicity-verify-drill.timer").read_text()
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 04:00:00 Europe/Berlin\n" in timer
    service = (here / "units" / "duplicity-verify-drill.service").read_text()
    assert f"drill --env-file={here}/duplicity.env --report-dir=/var/lib/duplicity-verify\n" in service


def test_of_a_date_and_a_weekday_either_will_do() -> None:
    assert list(calendar("*/30 5 1,15 * MON", "")) == ["*-*-01,15 05:00,30:00", "Mon *-*-* 05:00,30:00"]


def test_what_stands_there_is_never_changed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "duplicity-verify-drill.timer").write_text("mine")
    said = refused(capsys, "--into", ".", "--env-file", "duplicity.env", "--kind", "systemd")
    assert "duplicity-verify-drill.timer exists and stays as it is" in said
    assert not (here / "duplicity-verify-drill.service").exists()
    assert (here / "duplicity-verify-drill.timer").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name the job with --env-file, or --stack"),
        (["--stack", "absent.yml"], "absent.yml cannot be read"),
        (["--stack", "stack.yml"], "give the name that you deployed it by with --stack-name"),
        ([*FLAGS, "--at", "every day"], "--at 'every day' is no schedule"),
        (["--env-file", "duplicity.env", "--at", "every day"], "--at 'every day' is no schedule"),
        ([*FLAGS, "--started-by", "compose", "--kind", "swarm"], "docker compose starts this job"),
        ([*FLAGS, "--kind", "compose", "--scheduler", "swarm-cronjob"], "leave it out for compose"),
        ([*FLAGS, "--into", "duplicity.env"], "cannot be written"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert said in refused(capsys, *words)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("/srv/data:/data:ro", "/srv/data:/elsewhere", "mounts nothing at /data"),
        ("keys:/keys", "keys:/state", "the job mounts /state"),
        ("services:", "include: [other.yml]\nservices:", "takes parts of itself from other files"),
    ],
)
def test_a_stack_file_that_does_not_fit_is_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    (here / "stack.yml").write_text(SERVICE.replace(old, new))
    (here / "other.yml").write_text("services: {web: {image: nginx}}\n")
    assert said in refused(capsys, *FLAGS)


def test_a_job_without_a_destination_has_no_drill(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "duplicity.env").write_text("SRC=/data\nPASSPHRASE=x\n")
    assert "the job has no destination" in refused(capsys, *FLAGS)
