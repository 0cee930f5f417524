"""What should be in a point against what is: missing, and what only looks so."""

import calendar
import random
import time

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from verify.drill.points.expected import PathVerdict, findings_of, judge
from verify.drill.points.listing import Listing
from verify.drill.points.live import LivePath
from verify.selection import parse_rules
from verify.trees.model import SECOND, path_key

POINT = 1_767_225_600  # 2026-01-01T00:00:00Z
OLD, NEW = POINT - 1000, POINT + 1000


def there(path: str, changed: int = OLD, kind: str = "", mtime: int = OLD) -> LivePath:
    kind = kind or ("dir" if path.endswith("/") or not path else "file")
    return LivePath(path.rstrip("/").encode(), kind, 1, mtime * SECOND, changed * SECOND, 1)


def judged(live: list[LivePath], listed: list[str], *options: str, before: tuple[str, ...] = ()) -> PathVerdict:
    rules = parse_rules("/src", options, Version("3.2.1"))
    listing = sorted(((path.encode(), OLD) for path in ["", *listed]), key=lambda each: path_key(each[0]))
    verdict = judge(sorted(live, key=lambda each: path_key(each.path)), listing, rules, POINT)
    verdict.settle(lambda path: path.decode() in before)
    return verdict


def test_what_is_listed_is_as_in_the_source_or_has_changed_since() -> None:
    verdict = judged([there(""), there("a"), there("b", NEW, mtime=NEW)], ["a", "b"])
    assert (verdict.counts["ok"], verdict.counts["changed"]) == (2, 1)
    assert findings_of(verdict, POINT) == []


def test_what_lay_there_and_is_not_listed_is_missing() -> None:
    (finding,) = findings_of(judged([there(""), there("a"), there("b")], ["a"]), POINT)
    assert (finding.check, finding.path, finding.got) == ("expected-paths", "b", "missing")


def test_what_came_or_changed_since_is_not_missing() -> None:
    verdict = judged([there("", NEW), there("a", NEW), there("new/", NEW), there("new/b", NEW)], [])
    assert findings_of(verdict, POINT) == []
    assert verdict.counts["new"] == 3


def test_what_is_excluded_is_not_missing() -> None:
    live = [there(""), there("cache/"), there("cache/a"), there("b")]
    verdict = judged(live, ["b"], "--exclude", "/src/cache")
    assert findings_of(verdict, POINT) == []
    assert verdict.counts["excluded"] == 2


def test_a_missing_folder_is_one_finding_that_counts_what_is_in_it() -> None:
    live = [there(""), there("a/"), there("a/b"), there("a/c/"), there("a/c/d")]
    (finding,) = findings_of(judged(live, []), POINT)
    assert (finding.path, finding.got) == ("a", "missing, with 3 paths in it")


def test_a_folder_in_use_is_missing_where_nothing_came_into_the_one_it_is_in() -> None:
    live = [there(""), there("db/", NEW, mtime=NEW), there("db/old"), there("db/new", NEW)]
    (finding,) = findings_of(judged(live, []), POINT)
    assert finding.path == "db"


def test_a_folder_that_may_have_been_moved_is_looked_up_in_an_older_point() -> None:
    live = [there("", NEW), there("now/", NEW), there("now/a")]
    assert findings_of(judged(live, ["before", "before/a"]), POINT) == []
    (finding,) = findings_of(judged(live, ["before", "before/a"], before=("now", "now/a")), POINT)
    assert finding.path == "now"


def test_a_folder_with_older_content_is_missing_where_nothing_has_gone_that_it_could_be() -> None:
    live = [there("", NEW), there("now/", NEW), there("now/a"), there("now/b")]
    (finding,) = findings_of(judged(live, []), POINT)
    assert finding.path == "now"


def test_a_file_that_the_backup_has_of_another_time_than_it_had_is_a_finding() -> None:
    (finding,) = findings_of(judged([there(""), there("a", mtime=OLD - 50)], ["a"]), POINT)
    assert finding.path == "a"
    assert finding.got == "of 2025-12-31 23:43:20 UTC"


def test_sockets_and_paths_that_are_too_long_are_no_findings() -> None:
    too_long = "/".join(["d" * 250] * 17)
    live = [there(""), there("socket", kind="socket"), there(too_long)]
    assert findings_of(judged(live, []), POINT) == []


def test_thousands_of_missing_files_are_a_score_of_findings() -> None:
    live = [there(""), *(there(f"{number:04}") for number in range(1000))]
    found = findings_of(judged(live, []), POINT)
    assert len(found) == 21
    assert found[-1].got == "980 more that are not listed"


def test_what_has_gone_from_the_source_is_counted() -> None:
    assert judged([there("", NEW), there("b")], ["a", "b", "c"]).counts["gone"] == 2


NAMES = st.lists(st.sampled_from(["a", "a-b", "b", "c c", "é", "x\ny"]), min_size=1, max_size=3).map("/".join)


@given(st.sets(NAMES, max_size=12), st.randoms(use_true_random=False))
def test_a_listing_gives_its_paths_in_order_with_their_times(paths: set[str], draw: random.Random) -> None:
    times = {path: draw.randrange(0, 4_000_000_000) for path in sorted(paths)}
    lines = [f"{time.asctime(time.gmtime(when))} {path}\n" for path, when in times.items()]
    draw.shuffle(lines)
    listing = Listing(("Last full backup date: none\n" + "".join(lines) + "Duplicity backup complete.\n").encode())
    assert list(listing) == sorted(
        ((path.encode(), when) for path, when in times.items()), key=lambda e: path_key(e[0])
    )
    assert len(listing) == len(paths)


def test_the_root_of_a_listing_is_the_empty_path() -> None:
    assert list(Listing(b"Thu Jan  1 00:00:01 1970 .\n")) == [(b"", 1)]
    assert calendar.timegm((9999, 12, 31, 23, 59, 59)) == dict(Listing(b"Fri Dec 31 23:59:59 9999 a\n"))[b"a"]
