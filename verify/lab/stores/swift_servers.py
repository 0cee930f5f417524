"""OpenStack Swift in one process: its proxy, and the three servers behind it. A program for a Python that has Swift.

Told by its arguments are a folder for its files, and the address and the port that the proxy listens on; by its
environment the account, the user and the key that are let in. Swift's own programs read /etc/swift, drop to a user of
Swift's, log to the machine's log, and keep tokens in memcached; here all of it lies in the folder, and in memory.
"""

import json
import os
import sys
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import eventlet
from eventlet import wsgi
from swift.common.http_protocol import SwiftHttpProtocol
from swift.common.ring import RingData
from swift.common.utils import logs, monkey_patch, set_swift_dir
from swift.common.wsgi import loadapp

BEHIND = ("account", "container", "object")
FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "tempauth", "copy", "slo", "dlo")
LOOPBACK = "127.0.0.1"
DISCARDED = "log_udp_host = 127.0.0.1\nlog_udp_port = 9\nlog_level = ERROR"  # it always logs to a socket, too


class MemcachedStandIn:
    """What Swift asks of memcached. It is never empty, which Swift takes for its absence."""

    def __init__(self) -> None:
        self._held: dict[str, Any] = {}

    def get(self, key: str, **_: Any) -> Any:
        """Return a value, or None."""
        return self._held.get(key)

    def set(self, key: str, value: Any, **_: Any) -> None:
        """Keep a value, as it comes back from memcached."""
        self._held[key] = json.loads(json.dumps(value))

    def delete(self, key: str, **_: Any) -> None:
        """Forget a value."""
        self._held.pop(key, None)

    def incr(self, key: str, delta: int = 1, **_: Any) -> int:
        """Count up."""
        self._held[key] = counted = max(0, int(self._held.get(key, 0)) + delta)
        return counted

    def set_multi(self, mapping: dict[str, Any], *_: Any, **__: Any) -> None:
        """Keep values."""
        for key, value in mapping.items():
            self.set(key, value)

    def get_multi(self, keys: Iterable[str], *_: Any) -> list[Any]:
        """Return values, each or None."""
        return [self.get(key) for key in keys]


def main() -> None:
    """Serve, until the process is ended."""
    folder, listen, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    monkey_patch()
    logs.get_swift_logger.console_handler4logger = {}  # has it log to standard error
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = lab\n")
    (folder / "data" / "disk").mkdir(exist_ok=True)
    set_swift_dir(str(folder))
    doors = {name: eventlet.listen((LOOPBACK, 0)) for name in BEHIND}
    for name, door in doors.items():
        _write_ring(folder / f"{name}.ring.gz", door.getsockname()[1])
    for name, door in doors.items():
        eventlet.spawn(_serve, door, _loaded(folder, name))
    memory, proxy = MemcachedStandIn(), _loaded_proxy(folder)

    def remembering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        environ["swift.cache"] = memory
        return proxy(environ, start_response)

    _serve(eventlet.listen((listen, port)), remembering)


def _serve(door: Any, app: Callable[..., Any]) -> None:
    wsgi.server(door, app, protocol=SwiftHttpProtocol, log_output=False, debug=False)


def _write_ring(path: Path, port: int) -> None:
    """Write that there is one copy of all, on one disk, and which port its server listens on."""
    disk = {
        "id": 0, "region": 1, "zone": 1, "device": "disk",
        "ip": LOOPBACK, "port": port, "replication_ip": LOOPBACK, "replication_port": port,
    }  # fmt: skip
    RingData([array("H", [0])], [disk], 32).save(str(path))


def _loaded(folder: Path, name: str) -> Any:
    config = f"""\
[DEFAULT]
swift_dir = {folder}
devices = {folder}/data
mount_check = false
{DISCARDED}
[app:main]
use = egg:swift#{name}
"""
    return _of_config(folder / f"{name}-server.conf", config)


def _loaded_proxy(folder: Path) -> Any:
    account, user, key = (os.environ[name] for name in ("SWIFT_ACCOUNT", "SWIFT_USER", "SWIFT_KEY"))
    filters = "".join(f"[filter:{each}]\nuse = egg:swift#{each}\n" for each in FILTERS if each != "tempauth")
    config = f"""\
[DEFAULT]
swift_dir = {folder}
{DISCARDED}
[pipeline:main]
pipeline = {" ".join(FILTERS)} proxy
[app:proxy]
use = egg:swift#proxy
account_autocreate = true
{filters}
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {key} .admin
"""
    return _of_config(folder / "proxy-server.conf", config)


def _of_config(path: Path, config: str) -> Any:
    path.touch(mode=0o600)
    path.write_text(config)
    return loadapp(str(path))


if __name__ == "__main__":
    main()
