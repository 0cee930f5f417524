"""What vendors answer when something is wrong is told in one sentence with what to do, and taken for nothing else."""

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from kind_bench import PASSPHRASE
from vendors.backblaze import Backblaze
from vendors.stores import KINDS, OURS, WRONG, VendorFolder, VendorStore

from verify.destinations.needs import needs_of
from verify.destinations.own_backend import BackendView
from verify.destinations.view import RefusedError
from verify.errors import CannotRunError
from verify.lab.client.command_lines import IMPATIENT
from verify.lab.client.provision import Provisioned, provision_duplicity, with_packages
from verify.lab.hosts.host import Completed, Host
from verify.secret import Secret

STORED = {f"duplicity-full.20261101T000000Z.vol{number}.difftar.gpg": b"x" * number for number in range(1, 9)}
RENEW_TOKENS = {
    "b2",
    "gdrive",
    "gdocs",
}  # their clients do; OneDrive's backend does not, and Dropbox's has one for good


def provisioned() -> Provisioned:
    """Return a duplicity that has what the vendors' backends need."""
    packages = dict.fromkeys(package for kind in KINDS for package in needs_of(kind).packages)
    return with_packages(provision_duplicity(), list(packages))


Look = Callable[[VendorFolder], BackendView]


@pytest.fixture(scope="module", params=KINDS)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VendorStore]:
    with contextlib.closing(VendorStore(request.param, tmp_path_factory.mktemp("vendor") / "login")) as store:
        for name, data in {**STORED, "a folder/another": b"y"}.items():
            store.destination("files").put(name, data)
        yield store


@pytest.fixture
def store(opened: VendorStore) -> VendorStore:
    """A vendor that is in order; at `files` there is more than a page of a listing holds."""
    opened.vendor.recover()
    return opened


@pytest.fixture
def look(host: Host) -> Look:
    """Give what looks at a destination."""
    program = f"{host.scratch}/looking.py"
    host.put(program, (files("verify.onsite") / "looking.py").read_bytes())
    argv = [provisioned().python, "-W", "ignore", program]

    def opened(at: VendorFolder) -> BackendView:
        def looking(request: Mapping[str, Any], seconds: float) -> Completed:
            asked = json.dumps({"arguments": [*IMPATIENT, at.url], **request}).encode()
            return host.run(argv, env={**at.env, "PASSPHRASE": PASSPHRASE}, timeout=seconds, stdin=asked)

        hidden = lambda text: text.replace(OURS, "***").replace(WRONG, "***")  # noqa: E731
        return BackendView(looking, "the destination", hidden, host)

    return opened


def test_a_listing_of_several_pages_is_seen_whole(store: VendorStore, look: Look) -> None:
    store.vendor.refuse(429, times=1, retry_after=1)  # which every one of them gets over
    if store.kind in RENEW_TOKENS:
        store.vendor.token_lasts = 2
    at, before = store.destination("files"), store.everything()
    seen = {each.name: each for each in look(at).objects()}
    assert {name: each.size for name, each in seen.items()} == {name: len(data) for name, data in STORED.items()}
    assert all(abs(seen[each.name].modified - each.modified) < 1.5 for each in at.objects())
    assert len({each.version for each in seen.values()}) == len(STORED)
    assert store.everything() == before


@pytest.mark.nightly(reason="one more look at each vendor; by day volumes are read from folders and S3")
def test_a_file_is_fetched_in_pieces_and_nothing_of_it_is_left(store: VendorStore, look: Look, host: Host) -> None:
    view = look(store.destination("files"))
    name, data = max(STORED.items(), key=lambda each: len(each[1]))
    assert b"".join(view.fetch(name)) == data
    assert view.downloaded == len(data)
    with pytest.raises(FileNotFoundError):
        list(view.fetch("no-such-file"))
    assert [each for each, _, _ in host.sizes(host.scratch) if b"kept" in each] == []


def test_a_place_that_is_missing_is_told_and_not_made(store: VendorStore, look: Look) -> None:
    before = store.everything()
    with pytest.raises(RefusedError, match=r"^no (bucket|folder) \S*mistyped at the destination$") as caught:
        look(store.destination("mistyped")).objects()
    assert "correct DST" in caught.value.hint
    assert store.everything() == before


def test_who_may_not_enter_is_told_so(store: VendorStore, look: Look) -> None:
    with pytest.raises(RefusedError, match=r"^the destination refuses: \S") as caught:
        look(store.with_wrong_login("files")).objects()
    assert "correct the user, password, key or token" in caught.value.hint
    assert "\n" not in caught.value.got


def test_a_login_that_has_expired_is_told_with_what_to_get(store: VendorStore, look: Look) -> None:
    if store.kind == "b2":
        pytest.skip("Backblaze says the same of a key that has expired and of a wrong one")
    store.vendor.expired = True
    with pytest.raises(RefusedError, match="expired") as caught:
        look(store.destination("files")).objects()
    assert "get a new token" in caught.value.hint
    assert "\n" not in caught.value.got


def test_a_vendor_that_is_out_of_order_is_no_verdict(store: VendorStore, look: Look) -> None:
    store.vendor.refuse(503, times=100)
    with pytest.raises(CannotRunError, match=r"the destination does not answer \(.*503.*\): it is out of order"):
        look(store.destination("files")).objects()


@pytest.mark.nightly(reason="one more look at each vendor; by day it is the same with 503")
def test_a_vendor_that_is_asked_too_often_is_no_verdict(store: VendorStore, look: Look) -> None:
    if store.kind == "dpbx":
        pytest.skip("Dropbox's client waits as long as it is told to")
    store.vendor.refuse(429, times=100, retry_after=1)
    with pytest.raises(CannotRunError, match=r"the destination does not answer \(.*\): it is asked too often"):
        look(store.destination("files")).objects()


def test_an_empty_drive_that_duplicity_would_write_to_is_left_empty(look: Look, tmp_path: Path) -> None:
    with contextlib.closing(VendorStore("gdocs", tmp_path / "login")) as store:
        before = store.everything()
        with pytest.raises(RefusedError, match=r"^nothing in the drive at"):
            look(store.destination("files")).objects()
        assert store.everything() == before


def test_a_key_for_another_bucket_is_told(store: VendorStore, look: Look) -> None:
    if not isinstance(store.vendor, Backblaze):
        pytest.skip("Backblaze alone has keys for one bucket")
    store.destination("other").put("anything", b"")
    store.vendor.only = "bucket-other"
    try:
        with pytest.raises(RefusedError, match="restricted to bucket") as caught:
            look(store.destination("files")).objects()
    finally:
        store.vendor.only = None
    assert "take a key that may enter its bucket" in caught.value.hint


def test_a_file_of_credentials_that_is_not_there_is_no_missing_destination(store: VendorStore, look: Look) -> None:
    names = {"gdrive": "GOOGLE_SERVICE_JSON_FILE", "gdocs": "GOOGLE_SECRETS_FILE"}
    if store.kind not in names:
        pytest.skip(f"{store.kind} is entered without a file")
    at = store.destination("files")
    Path(str(at.env[names[store.kind]])).unlink()
    with pytest.raises(
        CannotRunError, match=r"the destination cannot be entered \(.*No such file.*\): see that this file"
    ):
        look(at).objects()


@pytest.mark.nightly(reason="the same backend under other names")
@pytest.mark.parametrize("scheme", ["pydrive", "pydrive+gdocs"])
def test_google_docs_are_seen_by_their_other_schemes(look: Look, tmp_path: Path, scheme: str) -> None:
    with contextlib.closing(VendorStore("gdocs", tmp_path / "login")) as store:
        at = store.destination("files")
        at.put("one", b"1")
        seen = look(replace(at, url=at.url.replace("gdocs:", f"{scheme}:"))).objects()
        assert [(each.name, each.size) for each in seen] == [("one", 1)]


@pytest.mark.nightly(reason="duplicity backs up to each vendor; by day b2's drills begin with a backup")
def test_a_vendor_that_is_full_takes_no_more(store: VendorStore, tmp_path: Path) -> None:
    at, before = store.destination("full"), store.destination("files").objects()
    store.vendor.quota = 500_000
    assert duplicity(tmp_path, at, "full", source(tmp_path), at.url) == 50
    assert at.objects() == []
    assert store.destination("files").objects() == before


@pytest.mark.nightly(reason="duplicity backs up to each vendor; by day b2's drills begin with a backup")
def test_what_duplicity_removes_is_gone_and_what_it_keeps_stays(store: VendorStore, tmp_path: Path) -> None:
    at = store.destination("kept")
    assert duplicity(tmp_path, at, "full", source(tmp_path), at.url) == 0
    first = at.objects()
    assert duplicity(tmp_path, at, "full", source(tmp_path), at.url) == 0
    second = [each for each in at.objects() if each not in first]
    assert len(first) == len(second) == 4
    assert duplicity(tmp_path, at, "remove-all-but-n-full", "1", at.url, "--force") == 0
    assert at.objects() == second


def source(folder: Path) -> str:
    (folder / "source").mkdir(exist_ok=True)
    (folder / "source" / "file").write_bytes(os.urandom(1_500_000))
    return str(folder / "source")


def duplicity(folder: Path, at: VendorFolder, *words: str) -> int:
    """Run a command; return its exit code."""
    env = {name: value.reveal() if isinstance(value, Secret) else value for name, value in at.env.items()}
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "PASSPHRASE": PASSPHRASE}
    argv = [*provisioned().command, *words, *IMPATIENT, "--volsize=1", f"--archive-dir={folder}/archive"]
    return subprocess.run(argv, check=False, env={**env, **own}).returncode
