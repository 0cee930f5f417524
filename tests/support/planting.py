"""The healthy backup that scenarios begin with.

The source is real files, edited between the points: a full, then incrementals. The newest point is
of now, since a drill asks what has changed since; the older ones are a day apart by duplicity's clock.
"""

import json
import os
import shutil
import sqlite3
import time
from pathlib import Path

from sites import BUCKET, HEALTHY, KEPT, RUNTIME_ONLY, WORKBENCH, Site

from verify.drill.ledger.ledger import Ledger

DAY = 86_400
SETTLED = 3.0  # seconds between an edit and the backup after it, more than a drill's margin
PACKAGES = ("json", "email", "logging", "sqlite3")  # of Python's library: real files


def plant(site: Site) -> None:
    """Fill the source, and take its points: a full and three incrementals, with edits before each."""
    source = site.source
    now = time.time()
    for package in PACKAGES:
        origin = Path(json.__file__).parents[1] / package
        shutil.copytree(origin, source / "library" / package, ignore=shutil.ignore_patterns("__pycache__"))
    write(source / "config/traefik/traefik.yml", "entryPoints: {web: {address: ':80'}}\n")
    write(source / RUNTIME_ONLY / "pid", "1\n")
    write(source / WORKBENCH / KEPT, "1\n")
    write(source / "documents/2026/letter.txt", "Dear all,\n" * 50)
    (source / "media").mkdir()
    for number in range(3):
        (source / f"media/film-{number}.bin").write_bytes(os.urandom(900_000))
    database(source / "app.sqlite", 200)
    site.back_up(HEALTHY, at=now - 3 * DAY)
    write(source / "documents/2026/letter.txt", "Dear all, once more,\n" * 50)
    site.back_up(HEALTHY, at=now - 2 * DAY)
    database(source / "app.sqlite", 300)
    (source / "media/film-0.bin").unlink()
    site.back_up(HEALTHY, at=now - DAY)
    write(source / "documents/2026/invoice.txt", "1,000,000\n")
    time.sleep(SETTLED)
    site.back_up(HEALTHY)


def remembered(site: Site, report: Path, prefix: str, newest: float) -> None:
    """Have the ledger of a report folder remember a drill of two days ago: a newest point of a time, and the source."""
    then = time.time() - 2 * DAY
    ledger = Ledger(report / "drill", f"s3:///{BUCKET}/{prefix}")
    number = ledger.begin(then)
    ledger.note_figures(number, {"newest": int(newest), "source": {"folder": str(site.source), "paths": 1, "bytes": 1}})
    ledger.end(number, then, "proven")
    ledger.close()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def database(path: Path, rows: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS things (number INTEGER, name TEXT)")
    connection.executemany("INSERT INTO things VALUES (?, ?)", [(number, f"thing {number}") for number in range(rows)])
    connection.commit()
    connection.close()
