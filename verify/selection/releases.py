"""How the releases differ in what they select: data, and one question to ask of it.

Every difference names where it is documented. "seen" means that the releases on both sides of the
border were run and disagreed as described.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version


@dataclass(frozen=True, slots=True)
class Quirk:
    """A behaviour that only some releases have."""

    releases: SpecifierSet
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class SelectionOption:
    """A selection option: whether a value follows it, and which releases know it."""

    takes_value: bool
    releases: SpecifierSet
    source: str


_ALL = SpecifierSet(">=0.8.18")
_MAN = "man page, OPTIONS"
_NEW_IN_1_2 = "CHANGELOG rel.1.2.0: new: Add literal include/excludes, Add rsync style --files-from=FILE"
_GONE_IN_2_0 = "'was removed in 2.0.0' of the command line itself; seen"

OPTIONS: Mapping[str, SelectionOption] = {
    "--include": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--exclude": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--include-regexp": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--exclude-regexp": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--include-filelist": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--exclude-filelist": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--exclude-if-present": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--exclude-older-than": SelectionOption(takes_value=True, releases=_ALL, source=_MAN),
    "--exclude-device-files": SelectionOption(takes_value=False, releases=_ALL, source=_MAN),
    "--exclude-other-filesystems": SelectionOption(takes_value=False, releases=_ALL, source=_MAN),
    "--null-separator": SelectionOption(takes_value=False, releases=_ALL, source=_MAN),
    "--files-from": SelectionOption(takes_value=True, releases=SpecifierSet(">=1.2.0"), source=_NEW_IN_1_2),
    "--filter-globbing": SelectionOption(takes_value=False, releases=SpecifierSet(">=1.2.0"), source=_NEW_IN_1_2),
    "--filter-literal": SelectionOption(takes_value=False, releases=SpecifierSet(">=1.2.0"), source=_NEW_IN_1_2),
    "--filter-regexp": SelectionOption(takes_value=False, releases=SpecifierSet(">=1.2.0"), source=_NEW_IN_1_2),
    "--filter-ignorecase": SelectionOption(takes_value=False, releases=SpecifierSet(">=1.2.0"), source=_NEW_IN_1_2),
    "--filter-strictcase": SelectionOption(takes_value=False, releases=SpecifierSet(">=1.2.0"), source=_NEW_IN_1_2),
    "--include-globbing-filelist": SelectionOption(
        takes_value=True, releases=SpecifierSet("<2.0.0"), source=_GONE_IN_2_0
    ),
    "--exclude-globbing-filelist": SelectionOption(
        takes_value=True, releases=SpecifierSet("<2.0.0"), source=_GONE_IN_2_0
    ),
    "--include-filelist-stdin": SelectionOption(
        takes_value=False, releases=SpecifierSet("<2.0.0"), source=_GONE_IN_2_0
    ),
    "--exclude-filelist-stdin": SelectionOption(
        takes_value=False, releases=SpecifierSet("<2.0.0"), source=_GONE_IN_2_0
    ),
}

DIFFERENCES: Mapping[str, Quirk] = {
    "old-command-line": Quirk(
        SpecifierSet("<2.0.0"),
        "usage errors end with 2, an unreadable filelist with 7, and a value may begin with '-'",
        "CHANGELOG rel.2.0.0b0 replaces optparse by argparse; seen on 1.2.3 and 2.1.5",
    ),
    "flags-ignored": Quirk(
        SpecifierSet(">=2.0.0,<2.1.3"),
        "--exclude-device-files and --exclude-other-filesystems are accepted and do nothing",
        "CHANGELOG rel.2.1.3: fix: exclude-other-filesystems seems to be ignored since duplicity 2",
    ),
    "older-than-crashes": Quirk(
        SpecifierSet(">=2.0.0,<2.2.3"),
        "--exclude-older-than ends with a traceback at the first regular file",
        "CHANGELOG rel.2.2.3: fix: Exception using --exclude-older-than; seen on 2.1.5",
    ),
    "empty-value-refused": Quirk(
        SpecifierSet(">=3.0.1"),
        "an option with an empty value is a usage error (before: a traceback, or a rule without effect)",
        "CHANGELOG rel.3.0.1: fix: Empty exclude string results in unfriendly traceback; seen on 3.0.5",
    ),
    "ignorecase-lowers": Quirk(
        SpecifierSet("<1.2.0"),
        "an ignorecase: glob is lower-cased, not case-folded, and a source with capitals refused as outside",
        "CHANGELOG rel.1.2.0: new: Add literal include/excludes, which rewrote it; seen on 0.8.22 and 1.2.3",
    ),
    "files-from-root-fails": Quirk(
        SpecifierSet(">=1.2.0,<3.0.6.2"),
        "--files-from with the source / includes nothing but the source itself",
        "CHANGELOG rel.3.0.6.2: fix: --files-from fails when backing up root",
    ),
    "files-from-twin-fails": Quirk(
        SpecifierSet(">=3.0.6.2"),
        "--files-from includes nothing but the source itself where the source and the folder that it is in have"
        " the same mode, owner and mtime second, which duplicity takes for a source that is /",
        "in no document; came with the fix for the source / in rel.3.0.6.2; seen on 3.2.1",
    ),
}


def has(release: Version, difference: str) -> bool:
    """Return whether the release behaves as the named difference says."""
    return DIFFERENCES[difference].releases.contains(release, prereleases=True)


def options_of(release: Version) -> Mapping[str, SelectionOption]:
    """Return the selection options that the release knows, by name."""
    return {name: option for name, option in OPTIONS.items() if option.releases.contains(release, prereleases=True)}
