"""A drill reads, and nothing else: the destination's requests are those of a reader, and the source stays as it is."""

import itertools
import os
import threading
import time
from pathlib import Path
from typing import Any

from sites import BUCKET, HEALTHY, READ_ONLY, Site

READS = {"HeadBucket", "HeadObject", "GetObject", "GetBucketLocation", "ListObjectsV1", "ListObjectsV2"}
REFUSED = 400  # and above: status codes


def test_a_user_who_may_only_get_and_list_can_drill_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    must_only_read(site, HEALTHY, report=tmp_path)


def must_only_read(site: Site, prefix: str, *options: str, report: Path) -> None:
    """Drill as a user who may only get and list. Raise unless that proves the backup, and only reads."""
    site.admin.user_add("auditor", "a secret of the auditor")
    site.admin.policy_add("read-only", policy=READ_ONLY)
    site.admin.policy_set("read-only", user="auditor")
    keys = {"AWS_ACCESS_KEY_ID": "auditor", "AWS_SECRET_ACCESS_KEY": "a secret of the auditor"}
    before, since = everything_of(site), len(site.audit.entries)

    for each in site.drills(site.env_file(prefix, **keys), *options, report=report):
        each.must_be_proven()
        assert "a secret of the auditor" not in each.said + each.markdown

    asked = settled(site, since)
    assert {each["api"]["name"] for each in asked} <= READS
    assert [each["api"] for each in asked if each["api"]["statusCode"] >= REFUSED] == []
    assert everything_of(site) == before


def everything_of(site: Site) -> list[tuple[object, ...]]:
    """Return what lies at the destination with its versions, and in the source with when it was changed last."""
    objects = site.client.list_objects(BUCKET, recursive=True)
    source = ((str(path), os.lstat(path).st_ctime_ns) for path in sorted(site.source.rglob("*")))
    return [*((each.object_name, each.etag, each.last_modified) for each in objects), *source]


def settled(site: Site, since: int) -> list[dict[str, Any]]:
    """Return the auditor's requests after the first few of all, once no more come."""
    seen = -1
    while len(site.audit.entries) != seen:
        seen = len(site.audit.entries)
        time.sleep(1)
    asked = [each for each in site.audit.entries[since:] if each.get("accessKey") == "auditor"]
    assert asked, "the MinIO told nothing: the test would prove nothing"
    return asked


def test_the_source_may_change_while_it_is_looked_at(site: Site, tmp_path: Path) -> None:
    with site.workbench() as folder, changing(folder):
        for report in site.drills(site.env_file(HEALTHY), "--full", report=tmp_path):
            report.must_be_proven()


class changing:  # noqa: N801 - it is used as `with changing(folder):`
    """While it lasts, files and folders come and go in a folder."""

    def __init__(self, folder: Path) -> None:
        self._stop, self._thread = threading.Event(), threading.Thread(target=self._churn, args=(folder,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _churn(self, folder: Path) -> None:
        for number in itertools.count():
            inside = folder / f"{number % 7}"
            inside.mkdir(exist_ok=True)
            (inside / f"{number % 50}").write_text(f"{number}\n" * (number % 100))
            if number % 3 == 0:
                moved = folder / "moved"
                remove(moved)
                inside.rename(moved)
            if self._stop.wait(0.001):
                return


def remove(folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
