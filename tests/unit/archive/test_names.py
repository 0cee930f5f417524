"""Names of files at a destination: as duplicity makes them, and only the job's own."""

import pytest

from verify.archive.names import Named, Names, Span, moment, read_with_any_prefix

FULL, LATER = 1_795_618_415, 1_795_618_421  # 2026-11-25T14:53:35Z and six seconds later


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("duplicity-full.20261125T145335Z.vol12.difftar.gpg", Named("volume", Span(None, FULL), 12, encrypted=True)),
        ("duplicity-full.20261125T145335Z.vol1.difftar.gz", Named("volume", Span(None, FULL), 1)),
        ("duplicity-full.20261125T145335Z.vol1.difftar", Named("volume", Span(None, FULL), 1)),
        ("duplicity-full.20261125T145335Z.manifest.gpg", Named("manifest", Span(None, FULL), encrypted=True)),
        ("duplicity-full.20261125T145335Z.manifest.part", Named("manifest", Span(None, FULL), partial=True)),
        (
            "duplicity-inc.20261125T145335Z.to.20261125T145341Z.vol2.difftar.gpg",
            Named("volume", Span(FULL, LATER), 2, encrypted=True),
        ),
        ("duplicity-inc.20261125T145335Z.to.20261125T145341Z.manifest", Named("manifest", Span(FULL, LATER))),
        ("duplicity-full-signatures.20261125T145335Z.sigtar.gz", Named("signature", Span(None, FULL))),
        (
            "duplicity-new-signatures.20261125T145335Z.to.20261125T145341Z.sigtar.gpg",
            Named("signature", Span(FULL, LATER), encrypted=True),
        ),
        ("duplicity-full.2026-11-25T14:53:35Z.vol1.difftar", Named("volume", Span(None, FULL), 1)),
        (
            "duplicity-inc.2026-11-25T20_23_35+05_30.to.2026-11-25T07_53_41-07_00.manifest",
            Named("manifest", Span(FULL, LATER)),
        ),
    ],
)
def test_a_name_says_what_the_file_is(name: str, said: Named) -> None:
    assert Names().read(name) == said


@pytest.mark.parametrize(
    "name",
    [
        "README",
        "duplicity-full.20261125T145335Z.vol1.difftar.gpg.bak",
        "duplicity-inc.20261125T145335Z.manifest",  # an incremental has two times
        "duplicity-full.20261125T145335Z.to.20261125T145341Z.manifest",  # and a full one
        "duplicity-full.20261325T145335Z.manifest",  # there is no such month
        "duplicity-full.20261125T145335Z.vol1.difftar.gpg.par2",
        "duplicity-full.20261125T145335Z.vol1.difftar.gpg.vol000+05.par2",
        "x.manifest",
        "",
    ],
)
def test_another_file_is_none_of_the_jobs(name: str) -> None:
    assert Names().read(name) is None
    assert read_with_any_prefix(name) is None


def test_only_names_with_the_jobs_own_prefixes_are_its_own() -> None:
    names = Names("web-", {"volume": "a-", "manifest": "m-"})
    assert names.read("web-a-duplicity-full.20261125T145335Z.vol1.difftar") is not None
    assert names.read("web-m-duplicity-full.20261125T145335Z.manifest") is not None
    assert names.read("web-duplicity-full-signatures.20261125T145335Z.sigtar.gz") is not None
    assert names.read("duplicity-full.20261125T145335Z.vol1.difftar") is None
    assert names.read("mail-a-duplicity-full.20261125T145335Z.vol1.difftar") is None


def test_a_name_is_read_also_where_its_prefix_is_not_known() -> None:
    name = "duplicity-full.20261125T145335Z.vol1.difftar"
    assert read_with_any_prefix(f"web-a-{name}") == read_with_any_prefix(name) == Names().read(name)


def test_a_span_is_told_by_the_moment_that_it_ends() -> None:
    assert str(Span(None, FULL)) == "the full of 2026-11-25 14:53:35 UTC"
    assert str(Span(FULL, LATER)) == "the incremental of 2026-11-25 14:53:41 UTC"
    assert moment(0) == "1970-01-01 00:00:00 UTC"
