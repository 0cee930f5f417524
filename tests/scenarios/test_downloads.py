"""A drill downloads what it needs: each volume once to hash it, and little more than once for each restored point."""

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from misfortunes import damaged
from sites import BUCKET, Site

POINTS = 2  # that a drill restores from: the newest, and an older one
DUPLICITYS = "Botocore"  # in the name of the client that asks


@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_where_a_volume_is_spoiled_none_is_downloaded_again_and_again(site: Site, tmp_path: Path, damage: str) -> None:
    prefix = f"again-{damage}"
    damaged(site, prefix, damage, volume="duplicity-full*.vol2.*")
    size = {
        (each.object_name or "").removeprefix(f"{prefix}/"): each.size or 0
        for each in site.client.list_objects(BUCKET, prefix=f"{prefix}/", recursive=True)
    }
    since = datetime.now(UTC)
    report = site.drill(site.env_file(prefix), report=tmp_path)
    report.only_finding("chain-complete" if damage == "lost" else "volumes-intact")
    ours, duplicitys = downloads(site, since, prefix)
    assert duplicitys, report.said
    assert max(ours.values()) == 1
    again = sum(size[name] * times for name, times in duplicitys.items())
    assert again <= POINTS * 1.2 * sum(size[name] for name in duplicitys)


def downloads(site: Site, since: datetime, prefix: str) -> tuple[Counter[str], Counter[str]]:
    """Return how often each volume was downloaded since a time: by us, and by duplicity.

    An entry may come late: the one of who spoiled the volume is still on its way when the drill begins.
    """
    seen = -1
    while len(site.audit.entries) != seen:
        seen = len(site.audit.entries)
        time.sleep(1)
    ours, duplicitys = Counter[str](), Counter[str]()
    for each in site.audit.entries:
        if datetime.fromisoformat(each["time"]) < since:
            continue
        path = each["api"].get("object", "")
        if each["api"]["name"] == "GetObject" and path.startswith(f"{prefix}/") and ".vol" in path:
            by = duplicitys if DUPLICITYS.lower() in each["userAgent"].lower() else ours
            by[path.removeprefix(f"{prefix}/")] += 1
    return ours, duplicitys
