"""What is read of a `multi:` URL, and of the file that names its stores."""

from pathlib import Path

import pytest
from packaging.version import Version

from verify.job import read_job
from verify.job.destination.addresses import wrong_addresses
from verify.job.destination.multi import MultiStore, MultiUrl, read_multi, secrets_of, stores_in

URL = MultiUrl("/stores.json", "mirror", "/below")


def test_a_url_says_where_the_stores_are_named_and_how_they_share() -> None:
    assert read_multi("multi:///etc/stores.json") == MultiUrl("/etc/stores.json", "stripe")
    assert read_multi("multi:///a%20b.json?mode=mirror&onfail=abort&subpath=/x") == MultiUrl(
        "/a b.json", "mirror", "/x"
    )


@pytest.mark.parametrize("query", ["mode=both", "x=1", "mode=mirror&mode=mirror", "mode", "onfail=never"])
def test_what_duplicity_refuses_is_a_finding(query: str, tmp_path: Path) -> None:
    assert read_multi(f"multi:///stores.json?{query}").refused
    (tmp_path / "duplicity.env").write_text(f"SRC=/var/data\nDST=multi:///stores.json?{query}\nPASSPHRASE=x\n")
    (found,) = wrong_addresses(read_job(tmp_path / "duplicity.env", None, {}), Version("3.2.1"))
    assert found.check == "scheme-supported"
    assert "mode=mirror" in found.hint


def test_a_stores_variables_hold_for_those_after_it_too() -> None:
    text = b"""[{"url": "ftp://me@one/x", "env": [{"name": "FTP_PASSWORD", "value": "hunter2"}]},
        {"url": "sftp://me:s3cret@two/y", "prefixes": ["pre"]}]"""
    stores = stores_in(text, URL)
    assert stores == [
        MultiStore("ftp://me@one/x/below", {"FTP_PASSWORD": "hunter2"}),
        MultiStore("sftp://me:s3cret@two/y/below", {"FTP_PASSWORD": "hunter2"}, ("pre",)),
    ]
    assert {each.reveal() for each in secrets_of(stores)} == {"hunter2", "s3cret"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{}", "no list of stores"),
        (b"[]", "no list of stores"),
        (b'["file:///x"]', "its store 1 has no `url`"),
        (b'[{"url": "file:///x"}, {}]', "its store 2 has no `url`"),
        (b'[{"url": "file:///x", "env": ["A=b"]}]', "its store 1 has an `env`"),
        (b"[", "Expecting value"),
    ],
)
def test_a_file_that_names_no_stores_is_told(text: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        stores_in(text, URL)
