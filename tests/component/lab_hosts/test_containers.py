import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio import Minio

from verify.errors import CannotRunError
from verify.secret import Secret
from verify.trees import Tree, compare
from verify.trees.inventory import Inventory
from verify.trees.model import file, folder

ENTRYPOINT = """#!/bin/sh
sleep 0.5
echo "$CRONTAB_DAILY" > /entered
exec "$@"
"""


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def cache(own_cache: None) -> None:
    """The lab of this module lives longer than a test, and so does its cache."""


@pytest.fixture(scope="module")
def image(lab_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image whose entrypoint takes its time."""
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - only if Docker is available

    context = tmp_path_factory.mktemp("image")
    (context / "slow").write_text(ENTRYPOINT)
    (context / "slow").chmod(0o755)
    (context / "Dockerfile").write_text(
        f'FROM {lab_image}\nCOPY slow /slow\nENV FROM_IMAGE=1\nVOLUME /lost\nENTRYPOINT ["/slow"]\n'
    )
    name = f"duplicity-verify-test/slow:{os.getpid()}"
    client().images.build(path=str(context), tag=name, rm=True)
    yield name
    client().images.remove(name, force=True)


@pytest.fixture(scope="module")
def parts(image: str, store_image: str, own_cache: None):  # noqa: ANN201 - a lab of containers
    from verify.lab.docker.containers import docker_lab  # noqa: PLC0415 - only if Docker is available
    from verify.lab.hosts.runs import open_run  # noqa: PLC0415 - after the cache is set

    with (
        open_run() as run,
        docker_lab(
            run,
            image=image,
            store_image=store_image,
            source="/var/data",
            volumes=("/archive",),
            environment={"CRONTAB_DAILY": "0 2 * * *"},
        ) as parts,
    ):
        volumes = volumes_of([parts.container_id])
        assert len(volumes) > 2
        yield parts
    assert in_engine() == []
    assert not set(volumes) & set(docker("volume", "ls", "-q"))


def in_engine() -> list[str]:
    """What this module's runs have in the engine; a parallel run's has another machine's label."""
    from verify.lab.hosts.runs import MACHINE_LABEL, machine  # noqa: PLC0415 - after the cache is set

    only = ["-q", "--filter", f"label={MACHINE_LABEL}={machine()}"]
    return [line for words in (["ps", "-a"], ["network", "ls"], ["volume", "ls"]) for line in docker(*words, *only)]


def volumes_of(containers: list[str]) -> list[str]:
    """The volumes that containers mount, those without a name too, which carry no label."""
    return docker("inspect", "--format", "{{range .Mounts}}{{println .Name}}{{end}}", *containers)


def docker(*words: str) -> list[str]:
    done = subprocess.run(["docker", *words], check=True, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if line]


def test_the_entrypoint_has_run_before_the_first_command(parts) -> None:  # noqa: ANN001 - see parts
    assert parts.host.run(["cat", "/entered"]).stdout == b"0 2 * * *\n"


def test_a_containers_own_environment_is_known_and_not_inherited(parts) -> None:  # noqa: ANN001 - see parts
    assert parts.host.own_environment["FROM_IMAGE"] == "1"
    assert b"FROM_IMAGE" not in parts.host.run(["env"]).stdout


def test_a_secret_is_in_no_container_and_no_command_line(parts) -> None:  # noqa: ANN001 - see parts
    script = "test ${#TOLD} = 19 && cat /proc/[0-9]*/cmdline 2>/dev/null; exit 0"
    done = parts.host.run(["sh", "-c", script], env={"TOLD": Secret("nobody-may-see-this")})
    outside = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True).stdout
    inspected = subprocess.run(["docker", "inspect", parts.container_id], check=True, capture_output=True).stdout
    assert b"TOLD" in done.stdout
    assert b"nobody-may-see-this" not in done.stdout + outside + inspected


def test_the_source_is_written_by_the_keeper_and_read_only_for_duplicity(parts) -> None:  # noqa: ANN001 - see parts
    tree = Tree({b"": folder(), b"one": file((1, 100)), b"in": folder(), b"in/two": file((2, 70_000))})
    parts.source_host.materialise("/var/data", tree)
    assert not list(compare(Inventory.of(tree), parts.host.observe("/var/data"), ()))
    with pytest.raises(OSError, match="Read-only"):
        parts.host.put("/var/data/one", b"")
    parts.host.put("/archive/mine", b"")


def test_a_folder_is_streamed_in(parts, tmp_path: Path) -> None:  # noqa: ANN001 - see parts
    (tmp_path / "file").write_bytes(os.urandom(5 << 20))
    assert parts.source_host.stream_in(tmp_path, "/var/data/streamed") == []
    assert parts.host.get("/var/data/streamed/file") == (tmp_path / "file").read_bytes()


def test_the_store_answers_here_and_there(parts) -> None:  # noqa: ANN001 - see parts
    access, secret = (key.reveal() for key in parts.store_keys)
    client = Minio(parts.store_address, access_key=access, secret_key=secret, secure=False)
    client.make_bucket("some-bucket")
    assert [bucket.name for bucket in client.list_buckets()] == ["some-bucket"]
    ask = f"import urllib.request as r; print(r.urlopen('{parts.store_endpoint}/minio/health/live').status)"
    assert parts.host.run(["python3", "-c", ask]).stdout == b"200\n"
    client._http.clear()


def test_a_command_that_hangs_is_killed_in_the_container_too(parts) -> None:  # noqa: ANN001 - see parts
    assert parts.host.run(["sh", "-c", "sleep 4242 & wait"], timeout=0.3).timed_out
    assert parts.host.run(["sh", "-c", "grep -la 424[2] /proc/[0-9]*/cmdline"]).stdout == b""


def test_nothing_of_a_host_runs_on_in_the_container(parts) -> None:  # noqa: ANN001 - see parts
    from verify.lab.hosts.host import container_host  # noqa: PLC0415 - only if Docker is available

    pythons = ["sh", "-c", "grep -lazE '^python3' /proc/[0-9]*/cmdline | wc -l"]
    before = parts.host.run(pythons).stdout
    another = container_host(parts.container_id, parts.host.scratch_path("another"))
    assert parts.host.run(pythons).stdout != before
    another.close()
    deadline = time.monotonic() + 5
    while parts.host.run(pythons).stdout != before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_image_that_ends_at_once_is_one_sentence(lab_image: str, store_image: str, tmp_path: Path) -> None:
    from verify.lab.docker.containers import docker_lab  # noqa: PLC0415 - only if Docker is available
    from verify.lab.hosts.engine import client  # noqa: PLC0415
    from verify.lab.hosts.runs import open_run  # noqa: PLC0415

    (tmp_path / "Dockerfile").write_text(
        f'FROM {lab_image}\nENTRYPOINT ["/bin/sh", "-c", "echo no SRC is set; exit 9"]\n'
    )
    name = f"duplicity-verify-test/ends:{os.getpid()}"
    client().images.build(path=str(tmp_path), tag=name, rm=True)
    known = in_engine()
    try:
        with pytest.raises(CannotRunError, match=r"exit code 9 \(no SRC is set\)"), open_run() as run:  # noqa: SIM117
            with docker_lab(run, image=name, store_image=store_image, source="/var/data"):
                pass
    finally:
        client().images.remove(name, force=True)
    assert in_engine() == known


def test_an_image_that_is_nowhere_is_one_sentence(lab_image: str, tmp_path: Path) -> None:
    from verify.lab.docker.images import duplicity_image  # noqa: PLC0415 - only if Docker is available

    with pytest.raises(CannotRunError, match=r"no-such\.invalid/image.*--duplicity-image"):
        duplicity_image("no-such.invalid/image:1", tmp_path, "3.2.1")
    with pytest.raises(CannotRunError, match="no Dockerfile"):
        duplicity_image(None, tmp_path, "0.0.0")


KILLED = """
import sys
from verify.lab.docker.containers import docker_lab
from verify.lab.hosts.runs import open_run

if __name__ == "__main__":
    with open_run() as run, docker_lab(run, image=sys.argv[1], store_image=sys.argv[2], source="/var/data"):
        print("up", flush=True)
        sys.stdin.read()
"""


def test_containers_of_a_killed_run_are_removed_by_the_next(lab_image: str, store_image: str) -> None:
    from verify.lab.hosts.runs import sweep  # noqa: PLC0415 - after the cache is set

    known = in_engine()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, lab_image, store_image],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
    finally:
        process.kill()
        process.communicate()
    assert in_engine() != known
    assert len(sweep()) == 1
    assert in_engine() == known
