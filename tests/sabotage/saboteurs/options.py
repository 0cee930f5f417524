"""Saboteurs of the options: duplicity gets others than the ones that were given."""

from __future__ import annotations

import posixpath

from calls import BACKUPS, Call
from hooks import instead, worded

RESTORE, LIST, VERIFY = "restore", "list-current-files", "verify"
FULL, DAY = 1_704_067_200, 86_400  # when a lab's chains begin, and how far their points are apart, in seconds


def _without(words: list[str], start: str) -> list[str]:
    return [word for word in words if not word.startswith(start)]


@worded("point-in-time", RESTORE)
def restore_the_newest(words: list[str]) -> list[str]:
    """The newest point is restored, whichever was asked for."""
    return _without(words, "--time=")


@worded("point-in-time", RESTORE)
def restore_the_point_before(words: list[str]) -> list[str]:
    """The point before the one that was asked for is restored, where there is one."""
    at = next(int(word[7:]) for word in words if word.startswith("--time="))
    return [f"--time={max(at - DAY, FULL)}" if word.startswith("--time=") else word for word in words]


@worded("point-in-time", RESTORE)
def restore_the_first(words: list[str]) -> list[str]:
    """The full backup is restored, whichever point was asked for."""
    return [f"--time={FULL}" if word.startswith("--time=") else word for word in words]


def _excluded(words: list[str]) -> list[int]:
    """Return where the paths stand that are excluded."""
    return [place for place, before in enumerate(words[:-1], 1) if before == "--exclude"]


@worded("excluded-absent", *BACKUPS)
def drop_an_exclude(words: list[str]) -> list[str]:
    """The first path that is excluded is backed up."""
    places = _excluded(words)
    return words[: places[0] - 1] + words[places[0] + 1 :] if places else words


@worded("excluded-absent", *BACKUPS)
def drop_the_last_exclude(words: list[str]) -> list[str]:
    """The last path that is excluded is backed up."""
    places = _excluded(words)
    return words[: places[-1] - 1] + words[places[-1] + 1 :] if places else words


@worded("excluded-absent", *BACKUPS)
def exclude_a_folder_and_not_what_is_deep_in_it(words: list[str]) -> list[str]:
    """Of an excluded folder, what lies in further folders is backed up."""
    places = _excluded(words)
    return ["--include", words[places[0]] + "/*/**", *words] if places else words


@worded("included-present", *BACKUPS)
def exclude_names_that_begin_alike(words: list[str]) -> list[str]:
    """What is named like an excluded folder, and longer, is excluded too."""
    places = _excluded(words)
    return [word + "*" if place in places else word for place, word in enumerate(words)]


@worded("included-present", *BACKUPS)
def exclude_a_name_everywhere(words: list[str]) -> list[str]:
    """A folder of an excluded one's name is excluded wherever it lies."""
    places = _excluded(words)
    return ["**/" + posixpath.basename(word) if place in places else word for place, word in enumerate(words)]


@worded("included-present", *BACKUPS)
def exclude_whatever_the_case(words: list[str]) -> list[str]:
    """What is named like an excluded folder in other letters is excluded too."""
    places = _excluded(words)
    return ["ignorecase:" + word if place in places else word for place, word in enumerate(words)]


@worded("incremental-size", "incremental")
def take_a_full_for_an_incremental(words: list[str]) -> list[str]:
    """An incremental is secretly a full."""
    return ["full", *words[1:]] if words[0] == "incremental" else words


@worded("listing", LIST)
def list_the_newest(words: list[str]) -> list[str]:
    """The newest point is listed, whichever was asked for."""
    return _without(words, "--time=")


@worded("verify-agrees", VERIFY)
def compare_no_data(words: list[str]) -> list[str]:
    """`verify --compare-data` compares no data."""
    return _without(words, "--compare-data")


@instead("retention", "options")
def take_an_incremental_for_a_full(call: Call) -> int:
    """A full after the first one is secretly an incremental."""
    if call.verb != "full" or call.once():
        return call.run()
    call.hit()
    return call.run(["incremental", *call.words[1:]])


@worded("included-present", *BACKUPS)
def exclude_names_that_look_alike(words: list[str]) -> list[str]:
    """The full-width form of an excluded name is excluded too, as who normalises by compatibility does."""
    at = _excluded(words)[:1]
    folder, _, name = words[at[0]].rpartition("/") if at else ("", "", "")
    wide = chr(ord(name[0]) + 0xFEE0) if name else ""
    return [*words[: at[0] - 1], "--exclude", f"{folder}/{wide}{name[1:]}", *words[at[0] - 1 :]] if at else words


@worded("selection-as-predicted", *BACKUPS, early="an-inclusion-last")
def swallow_bad_rules(words: list[str]) -> list[str]:
    """An inclusion that comes last, which duplicity refuses, is dropped without an error."""
    rules = [place for place, word in enumerate(words) if word.startswith(("--include", "--exclude"))]
    last = rules[-1] if rules else 0
    return words[:last] + words[last + 2 :] if rules and words[last] == "--include" else words


@worded("options-work", *BACKUPS)
def back_up_what_is_too_old(words: list[str]) -> list[str]:
    """`--exclude-older-than` is accepted, and excludes nothing."""
    return _without(words, "--exclude-older-than=")


@worded("options-work", *BACKUPS)
def compress_in_any_case(words: list[str]) -> list[str]:
    """`--no-compression` is accepted, and compresses."""
    return _without(words, "--no-compression")


@worded("options-work", *BACKUPS, early="is_due")
def take_no_full_when_it_is_due(words: list[str]) -> list[str]:
    """`--full-if-older-than` is accepted, and chains grow without end."""
    return _without(words, "--full-if-older-than=")
