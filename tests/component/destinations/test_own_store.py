"""A lab backs up to a server of the kind that the job's destination is, and says why where it does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from verify.concerns.own_backend import own_backend_findings
from verify.lab.client.variants import Variant
from verify.lab.hosts.runtime import engine
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.settings import LabSettings
from verify.lab.stores import kinds

DESTINATIONS = {
    "file": "file:///backups/here",
    "sftp": "sftp://me@nas:2222//volume1/backups",
    "scp": "scp://me@nas/backups",
    "pexpect+sftp": "pexpect+sftp://me@nas/backups",
    "pexpect+scp": "pexpect+scp://me@nas/backups",
    "rsync+ssh": "rsync://me@nas//volume1/backups",
    "rsync": "rsync://me:secret@nas::module/backups",
    "ftp": "ftp://me:secret@nas/backups",
    "ftps": "ftps://me:secret@nas/backups",
    "ftpes": "ftpes://me:secret@nas/backups",
    "ncftp+ftp": "ncftp+ftp://me@nas/backups",
    "webdav": "webdav://me@nas/backups",
    "webdavs": "webdavs://me@nas/backups",
    "rclone": "rclone://remote:backups",
    "azure": "azure://backups",
    "swift": "swift://backups/here",
}
DELETES_NOTHING = {"ncftp+ftp"}  # duplicity's backend writes the name that it deletes as Python's b'…'
BY_DAY = {("sftp", "embedded")}


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., LabSettings]:
    """Return the settings of a job with a destination."""

    def of(destination: str, swift: str = "3", **more: str) -> LabSettings:
        text = f"SRC=/data\nDST={destination}\nOPTIONS=--ssh-options='-oIdentityFile=/k -oCompression=yes' -v4\n"
        text += f"SWIFT_AUTHVERSION={swift}\n"
        (tmp_path / "duplicity.env").write_text(text)
        return LabSettings(env_file=tmp_path / "duplicity.env", **more)  # type: ignore[arg-type]

    return of


def replaced(lab: Lab) -> str:
    (said,) = [note for note in lab.site.notes if "stands in for DST" in note]
    return said


def test_each_kind_that_can_be_served_is_tried() -> None:
    assert {kinds.kind_of(url): kind for kind, url in DESTINATIONS.items()} == {kind: kind for kind in DESTINATIONS}
    assert DESTINATIONS.keys() == {kinds.FOLDER, *kinds.SERVERS}


@pytest.mark.parametrize("runtime", ["embedded", "docker"])
@pytest.mark.parametrize("kind", DESTINATIONS)
def test_a_job_is_tried_by_its_own_backend(
    kind: str,
    runtime: Literal["embedded", "docker"],
    settings: Callable[..., LabSettings],
    pytestconfig: pytest.Config,
) -> None:
    if pytestconfig.option.profile != "nightly" and (kind, runtime) not in BY_DAY:
        pytest.skip("by night: by day one kind is tried, and drills of each")
    if runtime == "docker" and not engine().ok:
        pytest.skip(engine().why)
    with open_lab(settings(DESTINATIONS[kind]), runtime) as lab:
        if runtime == "docker" and kind in kinds.SERVERS and not kinds.SERVERS[kind].in_containers:
            assert "--runtime embedded" in lab.site.stands_in
            pytest.skip("it is served outside of containers alone, and the lab says so")
        assert (lab.site.own.kind, lab.site.stands_in) == (kind, "")
        lab.variant = Variant(place="own")
        assert "since" not in replaced(lab)
        found = [each.got for each in own_backend_findings(lab)]
        assert [" of their files are still there" in each for each in found] == [True] * (kind in DELETES_NOTHING)
        assert any("Compression" in option for option in lab.sandboxed.options)


@pytest.mark.parametrize(
    ("destination", "more", "why"),
    [
        (DESTINATIONS["sftp"], {"store": "s3"}, "--store s3 was given"),
        ("b2://key:secret@bucket/folder", {}, "b2:// leads to its vendor's own hosts"),
        (
            DESTINATIONS["swift"],
            {"swift": "1"},
            "without ST_AUTH, ST_USER, ST_KEY",
        ),
    ],
)
def test_where_s3_stands_in_it_is_said_why(
    destination: str, more: dict[str, str], why: str, settings: Callable[..., LabSettings]
) -> None:
    with open_lab(settings(destination, **more), "embedded") as lab:
        assert lab.site.own is lab.store
        assert why in lab.site.stands_in
        assert "duplicity's backend for it" in replaced(lab)
        assert "secret" not in replaced(lab)


def test_a_program_that_is_missing_is_named_with_its_package(
    settings: Callable[..., LabSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_SYSTEM", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # without /usr/sbin
    with open_lab(settings(DESTINATIONS["sftp"]), "embedded") as lab:
        assert lab.site.own is lab.store
        assert "apt-get install openssh-server" in replaced(lab)
