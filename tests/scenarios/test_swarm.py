"""The recipe's stack and the drill's in a real swarm: the schedule makes a backup, and drills tell the truth of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from drill_image import NAME, drill_image
from swarms import GATEWAY_BRIDGE, Swarm, docker, one_node_swarm, within

from verify.assets import asset
from verify.cli import main
from verify.lab.docker.images import duplicity_image, minio_image
from verify.lab.hosts.runtime import engine

pytestmark = pytest.mark.nightly(reason="it waits for schedules: five minutes, and two more where the image is built")
RECIPE = Path(asset("fixtures/recipe"))
BUCKET, PREFIX = "jack-and-jills-bucket", "yes-you-can-have-subdirectories"
KEY, SECRET = "access-key", "secret-access-key"
STORE = """version: "3.8"
services:
  store:
    image: {image}
    environment: {{MINIO_ROOT_USER: {key}, MINIO_ROOT_PASSWORD: {secret}, MINIO_UPDATE: "off", MINIO_BROWSER: "off"}}
    volumes: ["objects:/data"]
    deploy: {{endpoint_mode: dnsrr}}  # an address of its own: not every kernel can balance loads
    networks: {{backup: {{aliases: [store]}}}}
networks: {{backup: {{external: true, name: {network}}}}}
volumes: {{objects: {{external: true, name: {objects}}}}}
"""
POLICY = '[[notify]]\nreceiver = "textfile"\nfile = "/state/backup.prom"\n'
EVERY_MINUTE = "* * * * *"


@pytest.fixture(scope="module")
def swarm() -> Iterator[Swarm]:
    if not engine().ok:
        pytest.skip(engine().why)
    with one_node_swarm() as made:
        yield made


@pytest.fixture(scope="module")
def job(swarm: Swarm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recipe's job, whose stack is deployed beside a store and has made a scheduled backup."""
    folder = tmp_path_factory.mktemp("job")
    image = duplicity_image(None, asset("ci/images"), "3.2.1").name
    drill_image()
    written(folder, image, swarm)
    fill = (
        "mkdir -p /data/config && seq 50000 >/data/config/numbers && echo hello >/data/hello && mkdir -p /data/runtime"
    )
    in_volumes(image, f"{fill} && chown -R 1234:1234 /data/config", data=f"{swarm.name}-data")
    in_volumes(image, f"mkdir /objects/{BUCKET}", objects=swarm.volume("objects"))
    swarm.deploy(folder / "stack.yml", "backup")
    (folder / "store.yml").write_text(
        STORE.format(
            image=minio_image(None, asset("ci/images")).name, key=KEY, secret=SECRET,
            network=f"{swarm.name}-backup_internal", objects=f"{swarm.name}-objects",
        )
    )  # fmt: skip
    swarm.deploy(folder / "store.yml", "store")
    within(180, f"a backup: {swarm.state_of('backup_backup')}", lambda: "manifest" in objects(swarm))
    docker("service", "scale", f"{swarm.name}-backup_backup=0")
    return folder


def written(folder: Path, image: str, swarm: Swarm) -> None:
    """Write the recipe's files, with another schedule, store, image, and volumes in place of the reader's folders."""
    env = (RECIPE / "duplicity.env").read_text(encoding="utf-8")
    env = env.replace("https://storage.googleapis.com", "http://store:9000")
    env = env.replace("GOOG-SAMPLE-ACCESS-KEY-ID", KEY).replace("sample-secret-access-key-replace-me", SECRET)
    (folder / "duplicity.env").write_text(f"{env}\nCRONTAB_DAILY={EVERY_MINUTE}\nAWS_DEFAULT_REGION=us-east-1\n")
    (folder / "duplicity-verify.toml").write_text(POLICY)
    stack = yaml.safe_load((RECIPE / "stack.yml").read_text(encoding="utf-8"))
    service = stack["services"]["backup"]
    service["image"] = image
    replaced = {
        "/var/data:/var/data:ro": "data",
        "/var/data/duplicity/tmp:/tmp": "tmp",
        "/var/data/duplicity/archive:/archive": "archive",
    }
    kept = [each for each in service["volumes"] if each not in replaced]
    assert len(kept) == len(service["volumes"]) - len(replaced)
    service["volumes"] = [*kept, *(f"{name}:{each.partition(':')[2]}" for each, name in replaced.items())]
    stack["volumes"] = {name: {"external": True, "name": swarm.volume(name)} for name in replaced.values()}
    (folder / "stack.yml").write_text(yaml.safe_dump(stack))


def in_volumes(image: str, script: str, **volumes: str) -> str:
    """Run a script where volumes are folders of the root."""
    mounts = [f"--volume={name}:/{folder}" for folder, name in volumes.items()]
    return docker("run", "--rm", "--user=0:0", "--entrypoint=sh", *mounts, image, "-c", script)


def objects(swarm: Swarm) -> str:
    """The names of the store's objects that are whole."""
    return in_volumes(NAME, f"ls /objects/{BUCKET}/{PREFIX} 2>/dev/null || true", objects=f"{swarm.name}-objects")


def next_report(swarm: Swarm, older: str = "") -> dict[str, Any]:
    """The report of a drill that ended after another; waits for it."""

    def read() -> dict[str, Any] | None:
        text = in_volumes(NAME, "cat /state/report.json 2>/dev/null || true", state=f"{swarm.name}-drill_state")
        report: dict[str, Any] = json.loads(text) if text else {}
        return report if report and report["ended"] > older else None

    found = within(240, f"a report: {swarm.state_of('drill_drill')}", read)
    assert isinstance(found, dict)
    return found


def deployed(swarm: Swarm, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy the drill as docs/swarm.md says."""
    monkeypatch.chdir(folder)
    (folder / "drill.yml").unlink(missing_ok=True)
    stack = ("--stack=stack.yml", "--env-file=duplicity.env", f"--stack-name={swarm.name}-backup")
    assert main(["deploy", "--into=.", *stack, f"--image={NAME}", f"--at={EVERY_MINUTE}", f"--node={swarm.node}"]) == 0
    swarm.deploy(folder / "drill.yml", "drill")


def test_the_engine_is_as_it_was() -> None:
    """A swarm of our own is left again, and nothing of it stays."""
    if not engine().ok:
        pytest.skip(engine().why)
    before = of_a_swarm("dv")
    with one_node_swarm() as made:
        made.volume("kept")
        assert of_a_swarm(made.name) != before
    assert of_a_swarm(made.name) == before


def of_a_swarm(name: str) -> list[str]:
    """What a swarm adds to the engine: whether it is in one, its networks, and the volumes that begin with a name."""
    networks = docker("network", "ls", "--format", "{{.Name}}").split()
    volumes = docker("volume", "ls", "-q", "--filter", f"name=^{name}-").split()
    state = docker("info", "--format", "{{.Swarm.LocalNodeState}}")
    return [state, *({"ingress", GATEWAY_BRIDGE} & {*networks}), *volumes]


def test_each_scheduled_drill_tells_the_truth(swarm: Swarm, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed(swarm, job, monkeypatch)
    first = next_report(swarm)
    assert (first["exit_code"], first["findings"]) == (0, []), first
    outcomes = {each["id"]: each["outcome"] for each in first["checks"]}
    assert [outcomes[each] for each in ("passphrase-opens", "volumes-intact", "sample-restores")] == ["proven"] * 3
    state = f"{swarm.name}-drill_state"
    assert "backup" in in_volumes(NAME, "cat /state/backup.prom", state=state)  # who is to be told was told

    lost = next(each for each in objects(swarm).split() if ".difftar" in each)
    in_volumes(NAME, f"rm -r /objects/{BUCKET}/{PREFIX}/{lost}", objects=f"{swarm.name}-objects")
    next_report(swarm, first["ended"])  # it may have begun before
    second = next_report(swarm, next_report(swarm, first["ended"])["ended"])
    assert second["exit_code"] == 1, second
    assert "chain-complete" in {each["check"] for each in second["findings"]}

    swarm.remove("drill")
    env = (job / "duplicity.env").read_text()
    (job / "duplicity.env").write_text(env.replace("PASSPHRASE=sample", "PASSPHRASE=wrong"))
    deployed(swarm, job, monkeypatch)
    third = next_report(swarm, second["ended"])
    assert "passphrase-opens" in {each["check"] for each in third["findings"]}
    assert "sample-passphrase" not in docker("service", "inspect", f"{swarm.name}-drill_drill")
