"""Names of files at a destination: as duplicity makes them, and only the job's own."""

import pytest

from verify.archive.names import Named, Names, Span, moment

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
    ],
)
def test_a_name_says_what_the_file_is(name: str, said: Named) -> None:
    assert Names().read(name) == said


@pytest.mark.parametrize("name", ["README", "duplicity-full.20261125T145335Z.vol1.difftar.gpg.bak", "x.manifest", ""])
def test_another_file_is_none_of_the_jobs(name: str) -> None:
    assert Names().read(name) is None


def test_only_names_with_the_jobs_own_prefixes_are_its_own() -> None:
    names = Names("web-", {"volume": "a-", "manifest": "m-"})
    assert names.read("web-a-duplicity-full.20261125T145335Z.vol1.difftar") is not None
    assert names.read("web-m-duplicity-full.20261125T145335Z.manifest") is not None
    assert names.read("web-duplicity-full-signatures.20261125T145335Z.sigtar.gz") is not None
    assert names.read("duplicity-full.20261125T145335Z.vol1.difftar") is None
    assert names.read("mail-a-duplicity-full.20261125T145335Z.vol1.difftar") is None


def test_a_span_is_told_by_the_moment_that_it_ends() -> None:
    assert str(Span(None, FULL)) == "the full of 2026-11-25 14:53:35 UTC"
    assert str(Span(FULL, LATER)) == "the incremental of 2026-11-25 14:53:41 UTC"
    assert moment(0) == "1970-01-01 00:00:00 UTC"
