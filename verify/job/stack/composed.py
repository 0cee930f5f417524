"""A stack file as docker compose reads it: with its `.env`, its override file, what it includes and extends."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.job.env_file.dotenv import read_dotenv
from verify.job.env_file.readings import text_of
from verify.job.stack.documents import Replacer, contents_of, must_be_right
from verify.job.stack.included import inclusions_of
from verify.job.stack.merging import merged, plain
from verify.job.stack.model import StackRefusedError
from verify.job.stack.mounts import clean, volume_of
from verify.job.stack.values import Replacing
from verify.secret_files import WithSecretFiles

# The names under which docker compose looks for a file by itself: only then does it read an override file.
FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
Services = dict[str, Any]


def override_of(file: Path) -> Path | None:
    """Given a stack file, return the override file that docker compose reads with it, if there is one."""
    beside = (file.with_name(name) for name in OVERRIDE_NAMES)
    return next((each for each in beside if each.is_file()), None) if file.name in FILE_NAMES else None


def dotenv_of(file: Path) -> Path | None:
    """Given a stack file, return the `.env` beside it, if there is one."""
    beside = file.with_name(".env")
    return beside if beside.is_file() else None


def surroundings_of(file: Path, caller_env: Mapping[str, str]) -> Mapping[str, str]:
    """Given a stack file, return the variables that docker compose replaces its references by."""
    beside = dotenv_of(file)
    own = read_dotenv(text_of(beside), caller_env, name=str(beside)) if beside else {}
    return WithSecretFiles({**own, **caller_env})


@dataclass
class Composer:
    """Reads one stack file, and others that it names, as docker compose does."""

    file: Path
    surroundings: Mapping[str, str]
    folder: Path | None = None  # what its paths are relative to; None: where it lies
    above: tuple[Path, ...] = ()  # the files that include it

    def __post_init__(self) -> None:
        self.replacer = Replacer(self.file, self.surroundings, compose=True)

    def content(self) -> dict[str, Any]:
        """Return the file's content: documents and override file merged, other files followed, paths in full."""
        override = override_of(self.file)
        return self._contents((self.file, *([override] if override else [])))

    def _contents(self, files: Iterable[Path]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for file in files:
            for document in contents_of(file):
                home = self.folder / file.name if self.folder else file
                found = self._laid_over(found, self._document(document, file), home)
        return found

    def _document(self, document: dict[str, Any], file: Path) -> dict[str, Any]:
        must_be_right(plain(document), file, compose=True)
        replaced = self._replaced(document, file)
        return {**replaced, "services": _services(replaced)}

    def _replaced(self, document: dict[str, Any], file: Path) -> dict[str, Any]:
        self.replacer.file = file
        found: dict[str, Any] = self.replacer.replaced(document)
        return found

    def _laid_over(self, base: dict[str, Any], over: dict[str, Any], file: Path) -> dict[str, Any]:
        services = dict(base.get("services", {}))
        own = {name: _in_full(service, file, self.surroundings) for name, service in over["services"].items()}
        parts = list(self._included(over.pop("include", None), file))
        for part in parts:
            own |= {name: merged(part["services"][name], own.get(name, {})) for name in part["services"]}
        for name in own:
            whole = self._extended(name, own, file, ())
            services[name] = merged(services[name], whole) if name in services else plain(whole)
        top = {**base, "services": services}
        for part in (*parts, over):
            top |= {key: merged(top.get(key), value) for key, value in part.items() if key != "services"}
        return top

    def _included(self, given: Any, file: Path) -> Iterator[dict[str, Any]]:
        """Yield the content of each project that `include` names."""
        for each in inclusions_of(given, file, self.surroundings):
            if each.files[0] in (self.file, *self.above):
                raise StackRefusedError(
                    f"{file} includes itself, so docker compose refuses it", "leave out one of them"
                )
            part = Composer(each.files[0], each.variables, each.folder, (*self.above, self.file))
            yield part._contents(each.files)
            self.replacer.unset += part.replacer.unset

    def _extended(self, name: str, services: Services, file: Path, before: tuple[tuple[Path, str], ...]) -> Any:
        """Return a service of a file laid over what it extends."""
        service = services[name]
        extends = service.get("extends") if isinstance(service, dict) else None
        if extends is None:
            return service
        if (file, name) in before:
            raise StackRefusedError(
                f"{file}: {name} extends itself, so docker compose refuses the file", "leave out one of them"
            )
        where = extends if isinstance(extends, dict) else {"service": extends}
        other, from_there = self._base(str(where.get("service")), where.get("file"), services, file, name)
        base = self._extended(other, from_there[1], from_there[0], (*before, (file, name)))
        return merged(base, {key: value for key, value in service.items() if key != "extends"})

    def _base(
        self, base: str, other: str | None, services: Services, file: Path, name: str
    ) -> tuple[str, tuple[Path, Services]]:
        if other is not None:
            file = Path(clean(str(file.parent / other)))
            services = {}
            for document in contents_of(file):
                services |= _services(self._replaced(document, file))
            services = {each: _in_full(service, file, self.surroundings) for each, service in services.items()}
        if base not in services:
            raise StackRefusedError(f"{file}: {name} extends {base}, and there is no such service", "correct the name")
        return base, (file, services)


def _services(document: Mapping[str, Any]) -> Services:
    return {str(name): service or {} for name, service in (document.get("services") or {}).items()}


def _in_full(service: Any, file: Path, variables: Mapping[str, str]) -> Any:
    """Given a service of a file, return it with the paths in it in full: another file may extend it from elsewhere."""
    if not isinstance(service, dict):
        return service

    def env_files(given: Any) -> list[Any]:
        return [_env_file(each, file) for each in (given if isinstance(given, list) else [given])]

    def volumes(given: Any) -> list[Any]:
        long: list[Any] = merged([_volume(each, file, variables) for each in given], [], ("volumes",))
        return long

    ways = {"env_file": env_files, "volumes": volumes}
    return {key: _inside(value, ways[key]) if key in ways else value for key, value in service.items()}


def _inside(value: Any, way: Callable[[Any], Any]) -> Any:
    if isinstance(value, Replacing):
        return value if value.reset else Replacing(way(value.value), reset=False)
    return way(value)


def _env_file(given: Any, file: Path) -> dict[str, Any]:
    entry = given if isinstance(given, dict) else {"path": given}
    return {**entry, "path": str(file.parent.absolute() / str(entry["path"]))}


def _volume(given: Any, file: Path, variables: Mapping[str, str]) -> Any:
    """Return a volume in its long form: of two at one target, the later one counts."""
    try:
        volume = volume_of(given, file.parent, variables)
    except ValueError:
        return given  # said when the service is read, with the place
    more = given if isinstance(given, dict) else {}
    return {
        **more,
        "type": volume.type,
        "source": volume.source,
        "target": volume.target,
        "read_only": volume.read_only,
    }
