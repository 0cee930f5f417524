"""The flavours of tecnativa/duplicity: images that set other defaults than the plain one, told by their names."""

import re
from collections.abc import Mapping
from typing import Any

from verify.errors import CannotRunError

_PREFIXES = " ".join(f"--file-prefix-{kind} {kind}-$(hostname -f)-" for kind in ("archive", "manifest", "signature"))
# As the image's Dockerfile has it, without the options that its own `dup` takes away since v4.0.0
# (--s3-european-buckets and --s3-use-new-style, each with the word behind it).
_S3 = {
    "JOB_500_WHAT": "dup full $SRC $DST",
    "JOB_500_WHEN": "weekly",
    "OPTIONS_EXTRA": f"--metadata-sync-mode partial --full-if-older-than 1W {_PREFIXES}",
}
_POSTGRES = {
    "JOB_200_WHAT": "pg_dump of each database, to $SRC",  # a stand-in: the image's own is a long pipe
    "JOB_200_WHEN": "daily weekly",
}
FLAVOURS: Mapping[str, Mapping[str, str]] = {
    "docker": {},
    "s3": _S3,
    "docker-s3": _S3,
    "postgres": _POSTGRES,
    "postgres-s3": {**_POSTGRES, **_S3},
    "postgres-multi": {**_POSTGRES, **_S3, "DST": "multi"},
}
# docker-duplicity-s3:v4.1.0 and, on Docker Hub, duplicity:s3.
_NAME = re.compile(r"(?:.*/)?(?:docker-)?duplicity(?:-(?P<name>[a-z0-9-]+))?(?::(?P<tag>[\w.-]+))?(?:@.*)?")


def flavour_env(image: str | None) -> Mapping[str, str]:
    """Given an image's name, return the defaults that its flavour sets; none for the plain image, and for any other."""
    found = _NAME.fullmatch(image or "")
    return FLAVOURS.get(found["name"] or found["tag"] or "", {}) if found else {}


def of_destination(variables: Mapping[str, str], name: str) -> dict[str, str]:
    """Given the variables of a job in the image's multi mode, return those of one of its destinations, such as DST_2.

    The image gives a call for it each `DST_2_NAME` as `NAME`. What a destination before it has of its own, and this one
    has not, is then not set, but for OPTIONS and the like, which are then those of the one before (measured with its
    `dup` of v4.1.0). Raise `CannotRunError` where there is no such destination.
    """
    url = variables.get(name, "")
    if not url or not re.fullmatch(r"DST_\d+", name):
        there = ", ".join(each for each in variables if re.fullmatch(r"DST_\d+", each)) or "DST alone"
        raise CannotRunError(f"the job has no destination {name}: --destination takes one of {there}")
    shared = {key: value for key, value in variables.items() if not re.match(r"DST_\d+", key)}
    for number in range(1, int(name.removeprefix("DST_"))):
        before = own_of_destination(variables, f"DST_{number}")
        # `dup` takes them away from the calls that come later, but for options, which it reads itself.
        shared = {key: value for key, value in shared.items() if key not in before or key.startswith("OPTIONS")}
        shared |= {key: value for key, value in before.items() if key.startswith("OPTIONS")}
    return {**shared, **own_of_destination(variables, name), "DST": url}


def own_of_destination(variables: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Given the variables of a job and one of its destinations, such as DST_2, return each `DST_2_NAME` as `NAME`."""
    return {key.removeprefix(f"{name}_"): value for key, value in variables.items() if key.startswith(f"{name}_")}
