"""A file of docker compose: what it extends, its override file and its `.env`, and how it is told from a stack file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.job import Job, findings_of, read_job

Read = Callable[..., Job]
COMMON = """services:
  root:
    image: x/duplicity:${TAG}
    env_file: [x.env]
    volumes: [./d:/d]
  base:
    extends: root
    environment: {A: 1, B: $BB}
    entrypoint: sh -c 'x y'
"""
BACKUP = """services:
  b:
    extends: {service: base, file: sub/common.yml}
    environment: [B=3, SET]
    env_file: y.env
    volumes: [/other:/d:ro, ./f:/f]
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(files: dict[str, str], name: str = "docker-compose.yml", **how: object) -> Job:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
        return read_job(None, tmp_path / name, {"SET": "value"}, **how)  # type: ignore[arg-type]

    return read


def said(job: Job, *names: str) -> list[str]:
    return [job.text_of(name) for name in names]


def test_what_a_service_extends_is_laid_under_it(read: Read, tmp_path: Path) -> None:
    job = read(
        {
            "docker-compose.yml": BACKUP,
            "sub/common.yml": COMMON,
            "sub/x.env": "X=1\nY=1\n",
            "y.env": "Y='2'\nZ=$X\n",
            ".env": "TAG=5\nBB=other\nSET=never\n",
        }
    )
    assert (job.reading, job.image) == ("dotenv", "x/duplicity:5")
    assert said(job, "A", "B", "SET", "X", "Y", "Z") == ["1", "3", "value", "1", "2", "1"]
    assert [(each.source, each.target, each.read_only) for each in job.volumes] == [
        ("/other", "/d", True),
        (str(tmp_path / "f"), "/f", False),
    ]
    assert job.entrypoint == ("sh", "-c", "x y")
    assert "extends is unknown to it, so docker stack deploy refuses the file" in job.reading_notes[0]
    assert not [finding for finding in findings_of(job) if finding.check == "env-file-reads-alike"]


def test_an_override_file_is_laid_over(read: Read, tmp_path: Path) -> None:
    files = {
        "docker-compose.yml": "services: {b: {image: duplicity, environment: {A: 1, B: 2}, command: a, hostname: h}}\n",
        "docker-compose.override.yml": "services:\n  b: {environment: {A: over}, command: [z], hostname: !reset x}\n",
    }
    job = read(files)
    assert (said(job, "A", "B"), job.command, job.hostname) == (["over", "2"], ("z",), None)
    assert "docker stack deploy does not read it" in job.reading_notes[0]
    job = read(files, reading="raw")
    assert (said(job, "A", "B"), job.command, job.hostname) == (["1", "2"], ("a",), "h")
    assert read({**files, "stack.yml": files["docker-compose.yml"]}, "stack.yml").reading == "raw"


def test_a_dotenv_beside_is_composes_and_named_where_docker_stack_deploy_does_not_read_it(read: Read) -> None:
    text = "services:\n  b: {image: duplicity, environment: {DST: $PLACE, SRC: /a}}\n"
    files = {"docker-compose.yml": text, "stack.yml": text, ".env": "PLACE=file:///x\n"}
    assert read(files).destination == "file:///x"
    job = read(files, "stack.yml")
    assert job.destination == ""
    (finding,) = (each for each in findings_of(job) if "PLACE" in str(each))
    assert ".env sets it, which docker compose alone reads" in finding.got
    assert "DST, the URL" not in str(findings_of(job)), "a consequence is no finding of its own"
    assert read(files, "stack.yml", reading="dotenv").destination == "file:///x"


def test_a_variable_of_the_containers_is_written_with_two_dollars(read: Read) -> None:
    environment = "{SRC: /a, DST: 'file:///x', JOB_500_WHAT: 'dup full $SRC ${DST}', JOB_500_WHEN: weekly}"
    job = read({"stack.yml": f"services:\n  b: {{image: duplicity, environment: {environment}}}\n"}, "stack.yml")
    found = [each for each in findings_of(job) if "not set" in each.got]
    assert [each.hint for each in found] == ["write JOB_500_WHAT: dup full $$SRC $${DST}"] * len(found)
    assert found


def test_a_file_that_only_docker_stack_deploy_refuses_says_so(read: Read) -> None:
    job = read({"stack.yml": "services:\n  b: {image: duplicity, environment: {A: $5}}\n"}, "stack.yml")
    assert (job.reading, said(job, "A")) == ("dotenv", ["$5"])
    assert "docker stack deploy refuses" in str(findings_of(job)[0])
    with pytest.raises(CannotRunError, match=r"write `\$\$` for a `\$`"):
        read({}, "stack.yml", reading="raw")


def test_several_documents_are_one_file_for_compose_and_the_first_alone_for_docker(read: Read) -> None:
    text = "services:\n  b: {image: duplicity, environment: {A: 1}}\n---\nservices:\n  b: {environment: {A: 2}}\n"
    job = read({"stack.yml": text}, "stack.yml")
    assert said(job, "A") == ["1"]
    assert "2 documents, and docker stack deploy reads only the first" in job.reading_notes[0]
    assert said(read({}, "stack.yml", reading="dotenv"), "A") == ["2"]


@pytest.mark.parametrize(
    ("extends", "says"),
    [("b", "b extends itself"), ("none", "b extends none, and there is no such service"), ("{file: x.yml}", "refuses")],
)
def test_what_cannot_be_extended_is_said(read: Read, extends: str, says: str) -> None:
    with pytest.raises(CannotRunError, match=says):
        read({"docker-compose.yml": f"services:\n  b: {{image: duplicity, extends: {extends}}}\n"})


def test_an_env_file_that_is_optional_may_be_missing(read: Read) -> None:
    text = "services:\n  b: {{image: duplicity, env_file: [{{path: none.env, required: {}}}]}}\n"
    assert not read({"docker-compose.yml": text.format("false")}).env_files
    with pytest.raises(CannotRunError, match="no such file"):
        read({"docker-compose.yml": text.format("true")})


@pytest.mark.parametrize(
    ("include", "says"),
    [
        ("stack.yml", "includes itself|no list"),
        ("[docker-compose.yml]", "includes itself"),
        ("[https://example.org/a.git]", "not on this machine and not fetched: give what `docker compose config`"),
        ("[{env_file: a.env}]", "include names no path"),
        ("[nowhere.yml]", "cannot be read"),
    ],
)
def test_what_cannot_be_included_is_said(tmp_path: Path, include: str, says: str) -> None:
    (tmp_path / "docker-compose.yml").write_text(f"include: {include}\nservices: {{b: {{image: duplicity}}}}\n")
    with pytest.raises(CannotRunError, match=says):
        read_job(None, tmp_path / "docker-compose.yml", {})
