"""What a selection comes to, counted while decisions pass."""

from packaging.version import Version

from verify.selection import Entry, Share, Tally, Walk, parse_rules, summarise

LISTING = [
    Entry(b"", "dir", 4096),
    Entry(b"a", "dir", 4096),
    Entry(b"a/keep", "file", 10),
    Entry(b"a/link", "symlink", 7),
    Entry(b"a/out", "file", 200),
    Entry(b"empty", "dir", 4096),
    Entry(b"out", "file", 3000),
    Entry(b"top", "file", 1),
]
RULES = parse_rules("/s", ["--exclude", "**out", "--exclude", "/s/a/o*", "--exclude", "/s/none"], Version("3.2.1"))


def test_paths_files_and_bytes_of_all_and_by_top_folder() -> None:
    summary = summarise(Walk(iter(LISTING), RULES))
    assert summary.total == Share(Tally(5, 2, 11), Tally(2, 2, 3200))
    assert summary.by_folder == {
        b"": Share(Tally(1, 1, 1), Tally(1, 1, 3000)),
        b"a": Share(Tally(3, 1, 10), Tally(1, 1, 200)),
        b"empty": Share(Tally(1, 0, 0)),
    }


def test_each_file_of_a_folder_is_counted_and_folders_stand_by_name() -> None:
    listing = [Entry(b"", "dir"), Entry(b"a", "dir"), Entry(b"b", "dir"), Entry(b"a/x", size=1), Entry(b"a/y", size=2)]
    shares = summarise(Walk([listing[0], listing[2], listing[1], *listing[3:]], RULES)).by_folder
    assert list(shares.items()) == [(b"a", Share(Tally(3, 2, 3))), (b"b", Share(Tally(1, 0, 0)))]


def test_by_rule_and_what_each_rule_did() -> None:
    walk = Walk(iter(LISTING), RULES)
    summary = summarise(walk)
    assert summary.by_rule == {None: Share(Tally(5, 2, 11)), 0: Share(excluded=Tally(2, 2, 3200))}
    assert [(use.included, use.excluded, use.shadowed_by) for use in summary.uses(walk)] == [
        (0, 2, ()),
        (0, 0, (0,)),
        (0, 0, ()),
    ]


def test_a_summary_as_json() -> None:
    assert summarise(Walk(iter(LISTING[:1] + LISTING[-1:]), RULES)).as_json() == {
        "included": {"paths": 1, "files": 1, "bytes": 1},
        "excluded": {"paths": 0, "files": 0, "bytes": 0},
        "folders": {
            ".": {
                "included": {"paths": 1, "files": 1, "bytes": 1},
                "excluded": {"paths": 0, "files": 0, "bytes": 0},
            }
        },
    }
    assert summarise([]).total == Share()
