"""Looking at destinations, beside the kind's own client; and fetching by four over a line that is far, beside by one.

Usage: uv run python ci/bench/looking.py [OBJECTS] [VOLUMES] [BYTES]   (default: 10,000 objects; 200 volumes of 5 MB)
"""

import contextlib
import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from kind_bench import Bench, cannot_serve, served
from packaging.version import Version

from verify.destinations import own_backend
from verify.destinations.view import View
from verify.faults import Toxic
from verify.lab.client.provision import minio_binary
from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import LabelledRun, open_run
from verify.lab.stores import rclone
from verify.lab.stores.destination import Destination
from verify.lab.stores.faulty_network import local_network, toxiproxy_binary
from verify.lab.stores.folder import Folder
from verify.lab.stores.minio import start_minio
from verify.lab.stores.s3 import BUCKET, Prefix, S3Store
from verify.lab.stores.store import Store
from verify.secret import Secret

OBJECTS, VOLUMES, BYTES = 10_000, 200, 5_000_000
TIMES = 5  # of each listing, by turns
FAR = Toxic("far", "latency", "downstream", {"latency": 40})  # milliseconds each way


def main() -> None:
    """Serve each kind, then print each figure with its bound."""
    objects, volumes, size = (int(word) for word in (*sys.argv[1:], OBJECTS, VOLUMES, BYTES)[:3])
    with (
        tempfile.TemporaryDirectory(prefix="dv-") as folder,
        open_run() as run,
        contextlib.closing(local_host(run.scratch, run.marker)) as host,
    ):
        for kind in ("s3", "sftp", "webdav"):
            with contextlib.closing(_store(kind, run, host)) as store:
                listing(Bench(store, Path(folder), run), objects)
        with contextlib.closing(_store("sftp", run, host)) as store:
            fetching(Bench(store, Path(folder), run), volumes, size)


def _store(kind: str, run: LabelledRun, host: Host) -> Store:
    rclone.CACHING = "--dir-cache-time=1h"  # nothing is changed behind the server here
    if kind != "s3":
        if why := cannot_serve(kind):
            sys.exit(why)
        return served(kind, run, host)
    binary = minio_binary()
    if binary is None:
        sys.exit("MinIO is not here: run ci/prepare-host")
    return start_minio(binary, run, Version("3.2.1"))


def listing(bench: Bench, objects: int) -> None:
    """Print how long a look takes, as a ratio to the kind's own client."""
    at = bench.store.destination("many")
    for number in range(objects):
        at.put(f"duplicity-full.20240101T000000Z.vol{number}.difftar.gpg", b"")
    with bench.view(bench.job(at)) as view:
        ours, theirs = by_turns(lambda: _looked(view, objects), lambda: _by_client(bench.store, at, objects))
    kind = bench.store.kind
    print(f"{kind}: {objects:,} objects are listed in {ours:.2f} s, by its own client in {theirs:.2f} s", end=": ")
    print(f"{ours / theirs:.2f} x (bound 2)", flush=True)


def by_turns(*works: Callable[[], None]) -> list[float]:
    """Return the median of the seconds that each takes."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(TIMES):
        for seconds, work in zip(taken, works, strict=True):
            begun = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begun)
    return [median(seconds) for seconds in taken]


def _looked(view: View, objects: int) -> None:
    assert len(view.objects()) == objects


def _by_client(store: Store, at: Destination, objects: int) -> None:
    """List a destination with sizes and times by the client that people use for its kind."""
    env = {key: value.reveal() if isinstance(value, Secret) else value for key, value in at.env.items()}
    url = urlsplit(at.url)
    if isinstance(store, S3Store) and isinstance(at, Prefix):
        keys = {"ACCESS_KEY_ID": env["AWS_ACCESS_KEY_ID"], "SECRET_ACCESS_KEY": env["AWS_SECRET_ACCESS_KEY"]}
        server = {"TYPE": "s3", "PROVIDER": "Minio", "ENDPOINT": store.endpoint, **keys}
        said = _by_rclone(f"{BUCKET}/{at.name}", server)
    elif store.kind == "webdav":
        password = _printed(["rclone", "obscure", "-"], {}, stdin=env["FTP_PASSWORD"]).strip()
        server = {"TYPE": "webdav", "URL": f"http://{url.hostname}:{url.port}", "USER": url.username or ""}
        said = _by_rclone(url.path, {**server, "PASS": password})
    else:
        assert isinstance(at, Folder)
        ways = [option.removeprefix("--ssh-options=") for option in at.options]
        words = ["sftp", "-q", "-b", "-", *ways, f"-oPort={url.port}", f"{url.username}@{url.hostname}"]
        said = _printed(words, {}, stdin=f"ls -ln {at.path}\n")
    assert said.count("difftar") == objects


def _by_rclone(path: str, remote: Mapping[str, str]) -> str:
    named = {f"RCLONE_CONFIG_BENCH_{key}": value for key, value in remote.items()}
    return _printed(["rclone", "lsl", f"bench:{path}"], named)


def _printed(argv: list[str], env: Mapping[str, str], stdin: str = "") -> str:
    whole = {**os.environ, **env}
    whole.pop("AWS_CA_BUNDLE", None)  # rclone cannot take it
    done = subprocess.run(argv, check=False, capture_output=True, text=True, env=whole, input=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fetching(bench: Bench, volumes: int, size: int) -> None:
    """Print how much faster volumes are fetched by four at once, over a line of 80 ms."""
    at = bench.store.destination("volumes")
    for number in range(volumes):
        at.put(f"volume{number}", os.urandom(size))
    with _far(bench, at) as far, bench.view(bench.job(far)) as view:
        names = [(each.name, "sha1") for each in view.objects()]
        four, one = (_fetched(view, names, workers) for workers in (own_backend.AT_ONCE, 1))
    print(
        f"sftp, 80 ms: {volumes} volumes of {size / 1e6:.0f} MB by {own_backend.AT_ONCE} at once in {four:.1f} s",
        end="",
    )
    print(f", by one in {one:.1f} s: {one / four:.2f} x the rate (bound 2.5)", flush=True)


def _fetched(view: View, names: list[tuple[str, str]], workers: int) -> float:
    usual, own_backend.AT_ONCE = own_backend.AT_ONCE, workers
    begun = time.perf_counter()
    try:
        assert all(isinstance(hashed, tuple) for _, hashed in view.digests(names, time.monotonic() + 3600))
    finally:
        own_backend.AT_ONCE = usual
    return time.perf_counter() - begun


@contextlib.contextmanager
def _far(bench: Bench, at: Destination) -> Iterator[Destination]:
    """Give a destination behind a line that takes 80 ms there and back."""
    binary, url = toxiproxy_binary(), urlsplit(at.url)
    if binary is None:
        sys.exit("toxiproxy is not here: run ci/prepare-host")
    with local_network(bench.run, binary, f"{url.hostname}:{url.port}") as network:
        port = urlsplit(network.endpoint).port
        for option in at.options:
            name, _, path = option.rpartition("=")
            if name.endswith("UserKnownHostsFile"):
                known = Path(path)
                known.write_text(known.read_text() + known.read_text().replace(f":{url.port} ", f":{port} "))
        network.spoil(FAR)
        network.spoil(dataclasses.replace(FAR, name="back", stream="upstream"))
        yield dataclasses.replace(at, url=at.url.replace(f":{url.port}/", f":{port}/"))


if __name__ == "__main__":
    main()
