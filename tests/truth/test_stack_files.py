"""What a stack file says is what `docker stack config` prints, and what compose's own reader gives."""

from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath
from re import sub
from typing import Any

from asking import Asked, examples
from docker_stack import configured
from hypothesis import assume, given

from verify.errors import CannotRunError
from verify.job import Job, read_job
from verify.job.drawn import CALLER, StackText, projects, stack_texts
from verify.job.drawn.projects import MAIN, OVERRIDE

REFUSED = "refused"
HOME = {"HOME": "/home/me"}
Said = Mapping[str, Any] | str  # what is said of a service, or REFUSED


def written(text: str, drawn: StackText, folder: Path) -> Path:
    for name, content in drawn.env_files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content.encode())
    file = folder / "stack.yml"
    file.write_bytes(text.encode())
    return file


def of_docker(drawn: StackText, folder: Path) -> dict[str, Said]:
    """Ask once for all services; where the file is refused, for each alone."""
    told = configured(written(drawn.of(*drawn.services), drawn, folder), CALLER)
    if not isinstance(told, str):
        return {name: _of_service(told[name]) for name in drawn.services}
    if len(drawn.services) == 1:
        return dict.fromkeys(drawn.services, f"{REFUSED}: {told}")
    return {each: of_docker(drawn.alone(each), folder)[each] for each in drawn.services}


def _clean(target: str) -> str:
    """Return a path as the kernel goes it: ours are without slashes and dots that mean nothing."""
    return sub("^/+", "/", normpath(target))


def _of_service(told: Mapping[str, Any]) -> Said:
    return {
        "environment": {name: value for name, value in told.get("environment", {}).items() if value is not None},
        "volumes": [
            (each["type"], each.get("source", ""), _clean(each["target"]), bool(each.get("read_only")))
            for each in told.get("volumes", ())
        ],
        "networks": sorted(told.get("networks", {})),
        "hostname": told.get("hostname", ""),
        "command": told.get("command") or [],
        "entrypoint": told.get("entrypoint") or [],
    }


def ours(drawn: StackText, name: str, folder: Path) -> Said:
    try:
        return _of_job(
            read_job(None, written(drawn.alone(name).of(name), drawn, folder), {**CALLER, **HOME}, reading="raw")
        )
    except CannotRunError as error:
        return f"{REFUSED}: {error}"


def _of_job(job: Job) -> Said:
    return {
        "environment": {name: job.text_of(name) for name in job.variables if name not in job.defaults},
        "volumes": [(each.type, each.source, _clean(each.target), each.read_only) for each in job.volumes],
        "networks": sorted({network.name for network in job.networks}),
        "hostname": job.hostname or "",
        "command": _words(job.command),
        "entrypoint": _words(job.entrypoint),
    }


def _words(given: tuple[str, ...] | None) -> list[str]:
    return list(given or ())


def _told(said: Said) -> Said:
    """Return what is compared: SRC and DST are another question where the command names a folder and a URL itself."""
    if isinstance(said, str):
        return REFUSED
    if not any("duplicity" in word for word in (*said["entrypoint"], *said["command"])):
        return said
    return {**said, "environment": {n: value for n, value in said["environment"].items() if n not in ("SRC", "DST")}}


@examples(100)
@given(drawn=stack_texts())
def test_a_stack_file_says_what_docker_stack_config_prints(
    docker_stack: None, tmp_path: Path, drawn: StackText
) -> None:
    theirs = of_docker(drawn, tmp_path)
    said = {name: ours(drawn, name, tmp_path) for name in theirs}
    assert {n: _told(each) for n, each in said.items()} == {n: _told(each) for n, each in theirs.items()}, said


def of_compose(asked: Asked, file: Path) -> Said:
    told = asked(project=str(file), env={**CALLER, **HOME})
    if REFUSED in told:
        return f"{REFUSED}: {told[REFUSED]}"
    given = told["services"]["s0"]
    words = {name: given.get(name) or [] for name in ("entrypoint", "command")}
    return {
        **words,
        "environment": {n: text for n, text in given.get("environment", {}).items() if n and text is not None},
    }


def composed(file: Path) -> Said:
    """Return the variables that we say docker compose gives."""
    try:
        job = read_job(None, file, {**CALLER, **HOME}, reading="dotenv")
    except CannotRunError as error:
        return f"{REFUSED}: {error}"
    return {name: each for name, each in _of_job(job).items() if name in ("entrypoint", "command", "environment")}


@examples(300)
@given(drawn=stack_texts(most=1))
def test_a_stack_file_gives_the_variables_that_compose_gives(compose: Asked, tmp_path: Path, drawn: StackText) -> None:
    file = written(drawn.of("s0"), drawn, tmp_path)
    theirs, said = of_compose(compose, file), composed(file)
    # A mount of nothing in the long form: compose's reader takes it, and the engine refuses to make the container.
    assume(not isinstance(said, str) or "so docker refuses the file" not in said)
    assert _told(said) == _told(theirs), (said, theirs)


def _placed(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write a project's files; return those that docker compose is given."""
    for path in (*folder.glob("*.yml"), *folder.glob("part/*")):
        path.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return [folder / name for name in (MAIN, OVERRIDE) if name in files]


def _of_project(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what compose's reader says of the service with duplicity."""
    given = told["services"]["s0"]
    words = {name: given.get(name) or [] for name in ("entrypoint", "command")}
    volumes = [(each["type"], each.get("source", ""), _clean(each["target"])) for each in given.get("volumes") or ()]
    set_ones = {name: text for name, text in given.get("environment", {}).items() if text is not None}
    return {**words, "environment": set_ones, "volumes": sorted(volumes)}


@examples(200)
@given(files=projects())
def test_a_project_of_several_files_says_what_compose_makes_of_it(
    compose: Asked, tmp_path: Path, files: Mapping[str, str]
) -> None:
    main, *over = _placed(files, tmp_path)
    theirs = compose(project=str(main), over=[str(each) for each in over], env={**CALLER, **HOME})
    assume(REFUSED not in theirs)
    job = _of_job(read_job(None, main, {**CALLER, **HOME}, reading="dotenv", service="s0"))
    ours = {name: job[name] for name in ("entrypoint", "command", "environment")}
    volumes = sorted((kind, source, target) for kind, source, target, _ in job["volumes"])
    assert {**ours, "volumes": volumes} == _of_project(theirs)
