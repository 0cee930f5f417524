"""What happens to a backup, and what a drill must say of it: for a small job by day, and for a large one by night."""

import fnmatch
import os
import time
from pathlib import Path
from typing import Any

from sites import BUCKET, HEALTHY, READ_ONLY, Site

from verify.lab.stores.servers import free_port

WITHOUT_VOLUMES = "not (volumes_hash or comes_back or restored)"  # as `-k`: what downloads no volume
READS = {"HeadBucket", "HeadObject", "GetObject", "GetBucketLocation", "ListObjectsV1", "ListObjectsV2"}
REFUSED = 400  # and above: status codes


def newest_is_lost(site: Site, prefix: str, of: str = HEALTHY) -> None:
    """Make a copy of a backup that ends a point earlier."""
    names = site.copy(prefix, of)
    newest = max(name.rpartition(".to.")[2][:16] for name in names if ".to." in name)
    for name in names:
        if f".to.{newest}" in name:
            site.remove(prefix, name)


def damaged(site: Site, prefix: str, damage: str, *, of: str = HEALTHY, volume: str = "duplicity-full*.vol1.*") -> str:
    """Make a copy of a backup with a volume that is lost, cut in half, or has one bit flipped; return its name."""
    name = fnmatch.filter(site.copy(prefix, of), volume)[0]
    data = bytearray(site.read(prefix, name))
    middle = len(data) // 2
    if damage == "lost":
        site.remove(prefix, name)
    elif damage == "cut":
        site.write(prefix, name, bytes(data[:middle]))
    else:
        data[middle] ^= 1
        site.write(prefix, name, bytes(data))
    return name


def must_say_that_there_is_none_yet(site: Site, report: Path) -> None:
    """Drill where the job never ran. Raise unless that is said."""
    for each in site.drills(site.env_file("nothing"), report=report):
        assert "no backup yet" in each.only_finding("backup-exists")["hint"]


def must_say_that_it_is_dead(site: Site, report: Path) -> None:
    """Drill at an address where nothing answers. Raise unless that is said."""
    options = f"--s3-endpoint-url=http://127.0.0.1:{free_port()}"
    for each in site.drills(site.env_file("dead", OPTIONS=options), report=report, everywhere=True):
        assert "does not answer at 127.0.0.1" in each.sentence()


def must_only_read(site: Site, prefix: str, *options: str, report: Path) -> None:
    """Drill as a user who may only get and list. Raise unless that proves the backup, and only reads."""
    site.admin.user_add("auditor", "a secret of the auditor")
    site.admin.policy_add("read-only", policy=READ_ONLY)
    site.admin.policy_set("read-only", user="auditor")
    keys = {"AWS_ACCESS_KEY_ID": "auditor", "AWS_SECRET_ACCESS_KEY": "a secret of the auditor"}
    before, since = everything_of(site), len(site.audit.entries)

    for each in site.drills(site.env_file(prefix, **keys), *options, report=report, everywhere=True):
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
