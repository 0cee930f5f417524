from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.errors import CannotRunError
from verify.job import Stack, StackNetwork, StackVolume, read_stack

Reader = Callable[..., Stack]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def stack(tmp_path: Path) -> Reader:
    def read(text: str, caller_env: dict[str, str] | None = None, **how: Any) -> Stack:
        file = tmp_path / "stack.yml"
        file.write_text(text)
        return read_stack(file, caller_env or {}, **how)

    return read


def service(text: str, name: str = "backup", image: str = "tecnativa/duplicity") -> str:
    return f"services:\n  {name}:\n    image: {image}\n{text}"


def test_the_service_is_found_by_its_image(stack: Reader) -> None:
    found = stack(service("") + "  db:\n    image: postgres\n")
    assert (found.service, found.image) == ("backup", "tecnativa/duplicity")


@pytest.mark.parametrize("text", ["    env_file: conf/duplicity.env\n", "    environment: [JOB_300_WHEN=daily]\n"])
def test_the_service_is_found_by_its_env_file_or_variables(stack: Reader, text: str) -> None:
    assert stack(service(text, image="registry/own:1") + "  db:\n    image: postgres\n").service == "backup"


def test_several_services_are_named_and_the_env_file_decides(stack: Reader, tmp_path: Path) -> None:
    text = service("    env_file: a.env\n") + "  other:\n    image: x/duplicity\n    env_file: b.env\n"
    with pytest.raises(CannotRunError, match=r"backup, other .*--service NAME"):
        stack(text)
    assert stack(text, env_file=tmp_path / "b.env").service == "other"
    assert stack(text, service="backup").service == "backup"
    with pytest.raises(CannotRunError, match=r"no service third: --service takes one of backup, other"):
        stack(text, service="third")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("a.env", ["a.env"]),
        ("[a.env, /b.env]", ["a.env", "/b.env"]),
        ("[{path: a.env, required: false}]", ["a.env"]),
    ],
)
def test_env_files_are_relative_to_the_stack_file(stack: Reader, tmp_path: Path, given: str, names: list[str]) -> None:
    found = stack(service(f"    env_file: {given}\n"))
    assert found.env_files == tuple(tmp_path / name for name in names)


@pytest.mark.parametrize("given", ["{A: b, C: 1, D: true, E: , F: ''}", "[A=b, C=1, D=true, E, F=]"])
def test_environment_may_be_a_mapping_or_a_list(stack: Reader, given: str) -> None:
    assert stack(service(f"    environment: {given}\n")).environment == {
        "A": "b",
        "C": "1",
        "D": "true",
        "E": None,
        "F": "",
    }


@pytest.mark.parametrize(
    ("given", "volume"),
    [
        ("/var/data:/var/data:ro", StackVolume("bind", "/var/data", "/var/data", read_only=True)),
        ("archive:/archive", StackVolume("volume", "archive", "/archive")),
        ("/only", StackVolume("volume", "", "/only")),
        ("~/x:/x:rw,z", StackVolume("bind", "/home/me/x", "/x")),
        (
            "{type: bind, source: /a, target: /b, read_only: true}",
            StackVolume("bind", "/a", "/b", read_only=True),
        ),
        ("{type: tmpfs, target: /b}", StackVolume("tmpfs", "", "/b")),
    ],
)
def test_volumes_in_short_and_long_form(stack: Reader, given: str, volume: StackVolume) -> None:
    found = stack(service(f"    volumes:\n      - {given}\n"), {"HOME": "/home/me"})
    assert found.volumes == (volume,)


def test_a_relative_volume_is_relative_to_the_stack_file(stack: Reader, tmp_path: Path) -> None:
    assert stack(service("    volumes: ['./d:/d']\n")).volumes[0].source == str(tmp_path / "d")


def test_networks_bring_what_the_file_says_of_them(stack: Reader) -> None:
    declared = "networks:\n  internal:\n    driver: overlay\n    ipam: {config: [{subnet: 172.16.10.0/24}]}\n"
    found = stack(service("    networks: [internal, other]\n") + declared)
    assert found.networks == (StackNetwork("internal", "overlay", ("172.16.10.0/24",)), StackNetwork("other"))


def test_references_are_replaced_from_the_caller(stack: Reader) -> None:
    found = stack(service("    hostname: ${H:-h}\n    environment: {A: $$b}\n", image="duplicity:${TAG}"), {"TAG": "4"})
    assert (found.image, found.hostname, found.environment) == ("duplicity:4", "h", {"A": "$b"})


def test_unknown_keys_are_kept_and_commands_are_read(stack: Reader) -> None:
    found = stack(service("    cap_add: [X]\n    entrypoint: sh -c\n    command: [a, '1']\n"))
    assert found.unknown == {"cap_add": ["X"]}
    assert (found.entrypoint, found.command) == (("sh", "-c"), ("a", "1"))


def test_what_may_hold_a_secret_is_not_printed(stack: Reader) -> None:
    found = stack(service("    environment: {PASSPHRASE: geheim}\n    command: [geheim]\n    labels: {a: geheim}\n"))
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "line 2: not valid YAML"),
        ("- a", "no mapping"),
        ("version: '3'", "services is no mapping"),
        ("services: {db: {image: postgres}}", "no service runs duplicity"),
        ("services: {db: {image: postgres}}", "its services are db"),
        ("services: {b: {image: duplicity, env: {A: b}}}", "services.b.env is unknown to it"),
        ("services: {b: {image: duplicity, env: {A: b}}}", "did you mean environment?"),
        ("services: {b: {image: duplicity, image: other}}", "image is given twice in one place"),
        ("services: {b: {image: duplicity, volumes: ['${DATA}:/mnt']}}", "the volume ${DATA}:/mnt of b has nothing"),
        ("services: {b: {image: duplicity, volumes: ['${DATA}:/mnt']}}", "set DATA where the container is started"),
        ("services: {b: {image: duplicity, volumes: ['/a:/b:ro:x']}}", "has too many colons"),
        ('services: {b: {image: duplicity, command: "a \'b"}}', "command: a quote is not closed"),
        ("services: {b: {image: duplicity, hostname: '${H:?name it}'}}", "H, which `:?` requires, has no value"),
        ("a: b\n---\nservices: {b: {image: duplicity}}", "a is unknown to it"),
        (
            "---\nservices: {}\n---\nservices: {b: {image: duplicity}}",
            "2 documents, and docker stack deploy reads only",
        ),
        (
            "services: {b: {image: 'duplicity', volumes: 3}}",
            "services.b.volumes must be a list, so docker stack deploy refuses",
        ),
        (
            "services: {b: {image: 'duplicity', env_file: [{a: b}]}}",
            "services.b.env_file must be a path or a list of paths",
        ),
        (
            "services: {b: {image: 'duplicity:${'}}",
            "services.b.image: a `$` that begins no name, so docker stack deploy refuses the file: write `$$`",
        ),
    ],
)
def test_a_bad_stack_file_is_refused_in_one_sentence(stack: Reader, text: str, says: str) -> None:
    with pytest.raises(CannotRunError) as refused:
        stack(text + "\n")
    assert says in str(refused.value)


def test_a_missing_stack_file_is_refused() -> None:
    with pytest.raises(CannotRunError, match="no such file"):
        read_stack(Path("/none/stack.yml"), {})


@given(config=st.dictionaries(st.sampled_from(["volumes", "networks", "env_file", "environment", "command"]), JSON))
@settings(max_examples=200)
def test_any_service_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, config: dict[str, object]) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_text(yaml.safe_dump({"services": {"b": {**config, "image": "duplicity"}}}))
    try:
        assert read_stack(file, {}).service == "b"
    except CannotRunError as error:
        assert str(error).startswith(str(file))  # noqa: PT017 - most services are read
