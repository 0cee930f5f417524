"""How docker compose lays one description of a service over another, for `extends` and override files."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from verify.job.stack.values import Replacing, go_text

Service = Mapping[str, Any]


def merged(base: Any, over: Any, place: tuple[str, ...] = ()) -> Any:
    """Given a part of a file and what another file says there, return both as one. `place` is below the service.

    Mappings are merged, lists are put together; what of that a key does otherwise is said in `_OWN_WAY`.
    """
    if isinstance(over, Replacing):
        return None if over.reset else plain(over.value)
    base = plain(base)
    if own := _OWN_WAY.get(place[0]) if len(place) == 1 else None:
        return own(base, plain(over))
    if over is None:
        return base
    if isinstance(base, dict) and isinstance(over, dict):
        return _both(base, over, place)
    if isinstance(base, list) and isinstance(over, list):
        return _without_twins([*base, *plain(over)])
    return plain(over)


def _both(base: Mapping[str, Any], over: Mapping[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    found = dict(base)
    for key, value in over.items():
        found[key] = merged(base[key], value, (*place, key)) if key in base else plain(value)
        if isinstance(value, Replacing) and value.reset:
            del found[key]
    return found


def plain(value: Any) -> Any:
    """Given a part of a file, return it without compose's `!override` and `!reset`."""
    if isinstance(value, Replacing):
        return None if value.reset else plain(value.value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if not (isinstance(v, Replacing) and v.reset)}
    return [plain(each) for each in value] if isinstance(value, list) else value


def _without_twins(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _second(_: Any, over: Any) -> Any:
    return over


def _lists(base: Any, over: Any) -> list[Any]:
    return _without_twins([*_as_list(base), *_as_list(over)])


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _by_key(base: Any, over: Any, *, key: Callable[[Any], str]) -> list[Any]:
    """Return both lists as one, in which what comes later takes the place of what has the same key."""
    found: dict[str, Any] = {}
    for item in (*_pairs(base), *_pairs(over)):
        found[key(item)] = item
    return list(found.values())


def _pairs(value: Any) -> list[Any]:
    """Given a mapping of names to values, or a list, return a list."""
    if isinstance(value, dict):
        return [str(name) if each is None else f"{name}={go_text(each)}" for name, each in value.items()]
    return _as_list(value)


def _name_of(pair: Any) -> str:
    return str(pair).partition("=")[0]


def _target_of(volume: Any) -> str:
    return str(volume.get("target", "")) if isinstance(volume, dict) else str(volume)


def _path_of(env_file: Any) -> str:
    return str(env_file.get("path", "")) if isinstance(env_file, dict) else str(env_file)


def _as_mapping(base: Any, over: Any) -> dict[str, Any]:
    sides = [value if isinstance(value, dict) else dict.fromkeys(_as_list(value)) for value in (base, over)]
    return _both(sides[0], sides[1], ("",))


_OWN_WAY: Mapping[str, Callable[[Any, Any], Any]] = {
    "command": _second,
    "entrypoint": _second,
    "environment": partial(_by_key, key=_name_of),
    "labels": partial(_by_key, key=_name_of),
    "annotations": partial(_by_key, key=_name_of),
    "volumes": partial(_by_key, key=_target_of),
    "env_file": partial(_by_key, key=_path_of),
    "tmpfs": _lists,
    "dns": _lists,
    "networks": _as_mapping,
    "depends_on": _as_mapping,
}
