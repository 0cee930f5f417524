"""Install the releases and build the images and programs that the tests by day need, so that no test waits for them.

ci/check does that beside its first steps. Tests that find something missing install or build it themselves.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from verify.assets import asset
from verify.lab.client.provision import DEFAULT_RELEASE, provision_duplicity
from verify.lab.docker import images
from verify.lab.hosts.runtime import engine

RELEASES = ("0.8.18", "0.8.22", "1.2.3", "2.2.4", DEFAULT_RELEASE)


def main() -> None:
    """Prepare each; say so, one line a program."""
    recipes = asset("ci/images")
    with ThreadPoolExecutor(2) as pool:
        reader, checker = pool.submit(compose_reader), pool.submit(promtool)
        made: list[Any] = [pool.submit(provision_duplicity, release) for release in reversed(RELEASES)]
        if engine().ok:
            made.append(pool.submit(images.duplicity_image, None, recipes, DEFAULT_RELEASE))
            made += [
                pool.submit(images.minio_image, None, recipes),
                pool.submit(images.toxiproxy_image, recipes),
                pool.submit(images.postgres_image, recipes),
            ]
        for each in made:
            found = each.result()
            print(f"prepare-programs: {getattr(found, 'name', None) or getattr(found, 'release', None)}", flush=True)
        print(f"prepare-programs: docker compose's reader, {reader.result()}; {checker.result()}", flush=True)


def compose_reader() -> str:
    """Build the program that asks docker compose's own reader; return its name. Fail where Go is missing."""
    built = subprocess.run(
        [Path(__file__).parent / "compose" / "reader"], stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(built.stdout.strip()).name


def promtool() -> str:
    """Take promtool out of Debian's package; return what became of it. Tests that need it skip without."""
    found = subprocess.run(
        [Path(__file__).parent / "monitoring" / "promtool"], capture_output=True, text=True, check=False
    )
    return "promtool" if found.returncode == 0 else found.stderr.strip()


if __name__ == "__main__":
    main()
