"""From `duplicity-verify.toml` to the policy: where it is found, and what is wrong with it."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.policy import kinds
from verify.policy.kinds import ValueKind
from verify.policy.notified import NotifyTable, keys_of_notify
from verify.policy.policy import Policy, kinds_of_job, kinds_of_keys
from verify.secret_files import WithSecretFiles

FILE_NAME = "duplicity-verify.toml"
_REFERENCE = re.compile(r"(\$?)\$\{(?:([A-Za-z_]\w*)\}|[^}]*\}?)")


def find_policy(named: Path | None, working_dir: Path, env_file: Path | None) -> Path | None:
    """Given the file that was named, if one was, return the policy file; None if there is none.

    Without a name it is the one in the working directory, else the one beside the env file.
    """
    if named:
        return named
    folders = [working_dir, *([env_file.parent] if env_file else [])]
    return next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), None)


def policy_file_of(options: Mapping[str, Any]) -> Path | None:
    """Given parsed options by name, return the policy file of a command in the working directory; None without one."""
    named, env_file = (Path(path) if (path := options.get(name)) else None for name in ("policy", "env_file"))
    return find_policy(named, Path.cwd(), env_file)


def read_policy(file: Path | None, environment: Mapping[str, str], job: str | None = None) -> Policy:
    """Given a policy file, and the name of one of its jobs, return the policy; the defaults without a file.

    What the job's own table says goes before what is said of all.

    `${NAME}` in a text is replaced from `environment`, or from the file that NAME_FILE names there. Paths of
    files are relative to the policy file's folder. Raise `CannotRunError` for a file that cannot be read, an
    unknown key, a value that is none of its key's kind, and a variable that is not set.
    """
    if file is None:
        if job:
            raise CannotRunError(f"--job {job}: there is no policy file that names it: give one with --policy")
        return Policy()
    given = _document(file)
    if job:
        given = {**given, **_job(file, job, given)}
    return Policy(file=file.absolute(), **_values(file, "", kinds_of_keys(), given, environment))


def read_notify(file: Path | None, environment: Mapping[str, str]) -> tuple[NotifyTable, ...]:
    """Given a policy file, return who is to be told, whatever else is wrong with the file.

    Raise `CannotRunError` where just that cannot be read.
    """
    given = _document(file) if file else {}
    if file is None or "notify" not in given:
        return ()
    tables: tuple[NotifyTable, ...] = _value(file, "notify", kinds.TABLES, given["notify"], environment)
    return tables


def with_flags(policy: Policy, flags: Mapping[str, Any]) -> Policy:
    """Given a policy and parsed flags by name, return the policy with those that were given, paths as typed.

    --source and --listing say the same in two ways, so either beats both of the file. Flags that are
    no key of a policy are passed over. Raise `CannotRunError` for a value that is none of its key's kind.
    """
    known = {name: kind for name, kind in kinds_of_keys().items() if not kind.tables}
    given = {name: flags[name] for name in known if flags.get(name) not in (None, [])}
    if given.keys() & {"source", "listing"}:
        policy = replace(policy, source=None, listing=None)
    read = {
        name: _read(f"--{name.replace('_', '-')}", known[name], value, value, Path()) for name, value in given.items()
    }
    return replace(policy, **read)


def _document(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CannotRunError(f"{file} cannot be read ({reason}): name the policy file with --policy") from None
    except UnicodeDecodeError:
        raise CannotRunError(f"{file} is not UTF-8, as TOML is: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotRunError(f"{file} is not TOML: {error}: correct the line") from None


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.replace("-", "_"), known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"


def _values(
    file: Path, place: str, known: Mapping[str, ValueKind], given: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Given the keys of a table and their values as written, return what they are read as; `place` names the table."""
    _must_be_known(file, place.rstrip("."), known, given)
    return {name: _value(file, place + name, known[name], value, environment) for name, value in given.items()}


def _must_be_known(file: Path, place: str, known: Mapping[str, ValueKind], given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in known:
            within = f" in {place}" if place else ""
            raise CannotRunError(f"{file}: there is no key {name}{within}: {_nearest(name, list(known))}")


def _value(file: Path, name: str, kind: ValueKind, value: Any, environment: Mapping[str, str]) -> Any:
    where = f"{file}: {name}"
    if kind is kinds.JOBS:
        for job, table in _read(where, kind, value, "…", Path()).items():
            _must_be_known(file, f"{name}.{job}", kinds_of_job(), table)
        return tuple(value)
    if kind.tables:
        tables = _read(where, kind, value, "…", file.absolute().parent)
        return tuple(_table(file, f"{name}[{number}]", each, environment) for number, each in enumerate(tables, 1))
    written = "…" if kind is kinds.SECRET else value
    return _read(where, kind, _replaced(where, value, environment), written, file.absolute().parent)


def _job(file: Path, name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Given a policy as written and the name of a job, return the table of that."""
    jobs: Mapping[str, Mapping[str, Any]] = _read(f"{file}: jobs", kinds.JOBS, given.get("jobs", {}), "…", Path())
    if name not in jobs:
        known = f"its jobs are {', '.join(jobs)}" if jobs else "it names no jobs"
        raise CannotRunError(f"{file} has no table [jobs.{name}]: {known}")
    _must_be_known(file, f"jobs.{name}", kinds_of_job(), jobs[name])
    return jobs[name]


def _table(file: Path, place: str, given: Mapping[str, Any], environment: Mapping[str, str]) -> NotifyTable:
    if "receiver" not in given:
        raise CannotRunError(f"{file}: {place} says not what is told: write receiver = {kinds.RECEIVER.meaning}")
    if "on" in given and given["receiver"] in kinds.HEARTBEATS:
        why = f"{given['receiver']} hears of every drill, or it could not tell that they have stopped"
        raise CannotRunError(f"{file}: {place}.on has no meaning: leave it out, {why}")
    return NotifyTable(**_values(file, f"{place}.", keys_of_notify(), given, environment))


def _read(where: str, kind: ValueKind, value: Any, written: Any, folder: Path) -> Any:
    """Given a value and how it was written, return what it is read as."""
    try:
        read = kind.read(value)
    except (ValueError, OverflowError):
        raise CannotRunError(f"{where} = {written!r}: write {kind.meaning}") from None
    return folder / Path(read).expanduser() if kind is kinds.PATH else read


def _replaced(where: str, value: Any, environment: Mapping[str, str]) -> Any:
    """Given a value, return it with each `${NAME}` in its texts replaced; `$${` is a plain `${`."""
    if isinstance(value, list):
        return [_replaced(where, each, environment) for each in value]
    if not isinstance(value, str):
        return value

    given = WithSecretFiles(environment)

    def replacement(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        if not found[2]:
            raise CannotRunError(f"{where}: {found[0]} names no variable: write ${{NAME}}, or $${{ for a plain ${{")
        if found[2] not in given:
            raise CannotRunError(f"{where}: the variable {found[2]} is not set: set it, or write the value itself")
        return given[found[2]]

    return _REFERENCE.sub(replacement, value)
