"""Manifests, as duplicity writes and quotes them; which volumes a path may be in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.archive.manifests import Manifest, ManifestError, Volume, changed_paths, unquoted

MANIFEST = b"""Hostname vm
Localdir /var/data
Volume 1:
    StartingPath   .  \n    EndingPath     a/big 16
    Hash SHA1 f5051835596a39f6e23e309510f2f0bbf83bc37c
Volume 2:
    StartingPath   a/big 17
    EndingPath     "b/two\\x20words"  \n    Hash MD5 0cc175b9c0f1b6a831c399e269772661
    Hash SHA1 494573100c9e51280d0495086f387935e1f3be27
Filelist 3
    new      a/big
    changed  "b/two\\x20words"
    deleted  c
"""


def test_a_manifest_says_its_volumes_and_what_each_hashes_to() -> None:
    one, two = Manifest.read(MANIFEST).volumes.values()
    assert one == Volume(1, b"", b"a/big", ("SHA1", "f5051835596a39f6e23e309510f2f0bbf83bc37c"))
    assert (two.first, two.last) == (b"a/big", b"b/two words")
    assert two.hash == ("SHA1", "494573100c9e51280d0495086f387935e1f3be27")


def test_older_manifests_have_the_list_of_files_first() -> None:
    volumes, files = MANIFEST.index(b"Volume 1"), MANIFEST.index(b"Filelist")
    older = MANIFEST[:volumes] + MANIFEST[files:] + MANIFEST[volumes:files]
    assert Manifest.read(older) == Manifest.read(MANIFEST)
    assert list(changed_paths(older)) == list(changed_paths(MANIFEST))


def test_a_manifest_says_which_paths_its_set_changed() -> None:
    assert list(changed_paths(MANIFEST)) == [("new", b"a/big"), ("changed", b"b/two words"), ("deleted", b"c")]


def test_a_manifest_comes_back_from_json_as_it_was() -> None:
    assert Manifest.from_json(Manifest.read(MANIFEST).as_json()) == Manifest.read(MANIFEST)


def test_a_volume_that_was_written_again_voids_what_came_after_it() -> None:
    again = MANIFEST.replace(b"Filelist", b"Volume 1:\n    StartingPath   .  \n    EndingPath     z  \nFilelist")
    assert Manifest.read(again).volumes == {1: Volume(1, b"", b"z", None)}


@pytest.mark.parametrize(
    "text", [b"", b"Hostname vm\n", MANIFEST[: MANIFEST.index(b"    EndingPath")], MANIFEST[:-12], b"\x8c\x0d\x04\x09"]
)
def test_what_is_cut_short_or_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(ManifestError):
        Manifest.read(text)


@given(st.integers(0, len(MANIFEST)), st.integers(0, 80), st.binary(max_size=8))
def test_what_is_spoilt_anywhere_is_read_or_refused(place: int, length: int, other: bytes) -> None:
    spoilt = MANIFEST[:place] + other + MANIFEST[place + length :]
    for text in (spoilt, MANIFEST[:place], MANIFEST[:place] + other):
        with suppress(ManifestError):
            assert Manifest.read(text).volumes
        list(changed_paths(text))


@given(st.binary())
def test_a_quoted_path_is_read_as_it_was(path: bytes) -> None:
    special = b" \t\n\r\f\v\\\"'"
    quoted = b"".join(b"\\x%02x" % byte if byte in special else bytes([byte]) for byte in path)
    assert unquoted(b'"' + quoted + b'"' if quoted != path else path) == path


NAMES = st.lists(st.sampled_from([b"a", b"a-b", b"b", b"c"]), max_size=3).map(tuple)


@given(NAMES, NAMES, NAMES)
def test_a_volume_may_hold_what_duplicity_would_look_for_in_it(
    one: tuple[bytes, ...], other: tuple[bytes, ...], path: tuple[bytes, ...]
) -> None:
    first, last = sorted((one, other))
    volume = Volume(1, b"/".join(first), b"/".join(last), None)
    # duplicity's own rule, on names and not on text: manifest.py, VolumeInfo.contains
    assert volume.may_hold(b"/".join(path)) == (first[: len(path)] <= path <= last)


@pytest.mark.parametrize(
    ("spoilt", "by"), [(b"Volume 1:", b"Volume " + b"1" * 5000 + b":"), (b"Volume 1:", b"Volume 1234567890:")]
)
def test_a_volume_of_an_impossible_number_is_refused(spoilt: bytes, by: bytes) -> None:
    with pytest.raises(ManifestError, match="digits"):
        Manifest.read(MANIFEST.replace(spoilt, by))


def test_a_hash_of_an_unknown_kind_is_none() -> None:
    assert Manifest.read(MANIFEST.replace(b"Hash SHA1", b"Hash \xd3HA1")).volumes[1].hash is None
