"""Which view a destination has, and what the view of a folder shows."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.destinations.folder import FolderView
from verify.destinations.opening import view_of
from verify.destinations.own_backend import BackendView, Looked, Looking
from verify.destinations.s3 import S3View
from verify.destinations.view import NoView, RefusedError, View
from verify.job import read_job
from verify.lab.hosts.host import Host, local_host


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with contextlib.closing(local_host(tmp_path / "host")) as opened:
        yield opened


def looking(*_: object) -> Looked:
    raise AssertionError("nobody looked yet")


def view_at(url: str, folder: Path, host: Host, looking: Looking | None = looking) -> View | NoView:
    (folder / "duplicity.env").write_text(f"SRC=/var/data\nDST={url}\nPASSPHRASE=secret\n")
    return view_of(read_job(folder / "duplicity.env", None, {}), host, {}, looking)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("file:///mnt/x", FolderView),
        ("s3:///bucket/a", S3View),
        ("boto3+s3:///bucket", S3View),
        ("sftp://host/folder", BackendView),
        ("s3://server.example:9000/bucket/a", NoView),
        ("b2://keyid:key@bucket/a", BackendView),
        ("azure://container", BackendView),
        ("mega://user@mega.example/a", NoView),
    ],
)
def test_a_view_is_chosen_by_the_scheme(url: str, kind: type, tmp_path: Path, host: Host) -> None:
    assert isinstance(view_at(url, tmp_path, host), kind)


def test_a_scheme_without_a_view_is_named(tmp_path: Path, host: Host) -> None:
    view = view_at("sftp://host/folder", tmp_path, host, None)
    assert isinstance(view, NoView)
    assert "sftp://" in view.why


def test_a_folder_is_looked_at_and_what_is_read_of_it_counted(tmp_path: Path, host: Host) -> None:
    (tmp_path / "two words").mkdir()
    (tmp_path / "two words" / "object").write_bytes(b"12345")
    view = view_at(f"file://{tmp_path}/two%20words", tmp_path, host)
    assert isinstance(view, FolderView)
    (seen,) = view.objects()
    assert (seen.name, seen.size, bool(seen.version)) == ("object", 5, True)
    assert view.read("object") == b"12345"
    assert view.digest("object", "sha1") == (hashlib.sha1(b"12345", usedforsecurity=False).hexdigest(), 5)
    assert b"".join(view.fetch("object")) == b"12345"
    assert view.downloaded == 15
    with pytest.raises(FileNotFoundError):
        list(view.fetch("another"))


def test_a_folder_that_is_not_there_refuses(tmp_path: Path, host: Host) -> None:
    view = view_at(f"file://{tmp_path}/nowhere", tmp_path, host)
    assert isinstance(view, FolderView)
    with pytest.raises(RefusedError, match="no folder"):
        view.objects()
