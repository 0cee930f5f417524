"""What our reader makes of each point is what duplicity restores, and what the source was: drawn histories."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from duplicity_forks import DuplicityForks
from hypothesis import given, settings
from hypothesis import strategies as st
from second_opinion import PASSPHRASE, WAYS, Chained, Way, from_restore, from_source, side_by_side

from verify.lab.client.variants import new_key
from verify.lab.hosts.host import Host
from verify.secret import Secret
from verify.trees import GALLERY, History, Tree, file, histories
from verify.trees.model import SECOND, WRITTEN, histories_of
from verify.trees.strategies import lived

NEWEST, OLDEST = "3.2.1", "0.8.18"
BY_NIGHT = ("0.8.22", "1.2.3", "2.1.0", "2.1.5", "2.2.4", "3.0.5.1", "3.1.0")
NIGHTLY = pytest.mark.nightly(reason="every release, and thousands of histories")
RELEASES = [NEWEST, *(pytest.param(each, marks=NIGHTLY) for each in (OLDEST, *BY_NIGHT))]
TOGETHER = 8  # histories in one chain, at most
CHAINS = 80  # of each release and way, by night: some 20,000 histories in all
BY_DAY = "several volumes, prefixes"
EVERY_WAY = [each if each == BY_DAY else pytest.param(each, marks=NIGHTLY) for each in WAYS]
SIZES = (0, 1, 65_535, 65_536, 65_537, 131_072, 1_100_000, 2_500_000)


@pytest.fixture(scope="module", params=RELEASES)
def forks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuplicityForks]:
    with DuplicityForks(tmp_path_factory.mktemp("d") / "f", request.param) as ready:
        yield ready


def large(sizes: Sequence[int]) -> History:
    """Return the history of a file that has these sizes, half of it new each time: it may span volumes."""
    return histories_of(
        *(
            Tree({b"large": file((1, size // 2), (2 + number, size - size // 2), mtime_ns=WRITTEN + number * SECOND)})
            for number, size in enumerate(sizes)
        )
    )


@st.composite
def chains(draw: st.DrawFn) -> History:
    """Draw a history of several side by side."""
    drawn = draw(st.lists(histories(points=3), min_size=1, max_size=TOGETHER))
    sizes = draw(st.lists(st.sampled_from(SIZES), min_size=3, max_size=3))
    return side_by_side([*drawn, large(sizes)])


@pytest.mark.parametrize("way", EVERY_WAY)
def test_each_point_is_what_duplicity_restores_and_what_the_source_was(
    way: str, forks: DuplicityForks, host: Host, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    random = Random(pytestconfig.getoption("hypothesis_seed", None))
    lives = [lived(random.randrange(2**32), points=4) for _ in range(TOGETHER)]
    history = side_by_side([*lives, large([random.choice(SIZES) for _ in range(4)])])
    must_agree(Chained(forks, host, tmp_path / "chain", WAYS[way]), history)


@NIGHTLY
@pytest.mark.parametrize("way", WAYS)
def test_each_point_of_thousands_is_what_duplicity_restores_and_what_the_source_was(
    way: str, forks: DuplicityForks, host: Host, tmp_path: Path
) -> None:
    @settings(max_examples=CHAINS)
    @given(chains())
    def each(history: History) -> None:
        must_agree(Chained(forks, host, tmp_path / "chain", WAYS[way]), history)

    each()


@pytest.mark.parametrize("way", ["encrypted", pytest.param(BY_DAY, marks=NIGHTLY)])
def test_each_point_of_the_gallery_is_what_duplicity_restores(
    way: str, forks: DuplicityForks, host: Host, tmp_path: Path
) -> None:
    must_agree(Chained(forks, host, tmp_path / "chain", WAYS[way]), GALLERY)


@NIGHTLY
@pytest.mark.parametrize("puts", [1, 2, 3])
def test_a_backup_that_was_killed_and_ran_again_is_read_as_duplicity_restores_it(
    puts: int, forks: DuplicityForks, host: Host, tmp_path: Path
) -> None:
    chained = Chained(forks, host, tmp_path / "chain", WAYS["several volumes, prefixes"])
    full, changed = large([3_500_000, 3_600_000]).trees
    chained.take(full, None, killed_after=puts)
    chained.take(changed, full)
    must_be_read_alike(chained)


@pytest.mark.nightly(reason="keys take a second to make and to open")
@pytest.mark.parametrize("signed", [False, True])
def test_what_is_encrypted_to_a_key_is_read_as_duplicity_restores_it(
    signed: bool, forks: DuplicityForks, host: Host, tmp_path: Path
) -> None:
    key = new_key(host, Secret(PASSPHRASE))
    signing = (f"--sign-key={key.fingerprint}",) if signed else ()
    options = (f"--encrypt-key={key.fingerprint}", *signing, "--volsize=1")
    chained = Chained(forks, host, tmp_path / "chain", Way(options, encrypted=True, key_home=key.home))
    must_agree(chained, large([1_100_000, 65_536, 1_200_000]))


@pytest.mark.nightly(reason="names that only releases before 2.0 write")
def test_times_in_the_old_form_and_what_par2_leaves_beside_are_read(host: Host, tmp_path: Path) -> None:
    with DuplicityForks(tmp_path / "f", OLDEST) as forks:
        chained = Chained(forks, host, tmp_path / "chain", Way(("--no-encryption", "--old-filenames")))
        chained.back_up(large([70_000, 65_536, 80_000]))
        assert all(":" in name for name in chained.lying())
        must_be_read_alike(chained)
        for name in chained.lying():
            (chained.folder / "to" / f"{name}.par2").write_bytes(b"PAR2\0PKT")
        with chained.read() as read:
            assert [point.is_whole for point in read.points] == [True] * 3


def must_agree(chained: Chained, history: History) -> None:
    chained.back_up(history)
    must_be_read_alike(chained)


def must_be_read_alike(chained: Chained) -> None:
    with chained.read() as read:
        assert not read.damages, [str(each) for each in read.damages]
        assert {each.name for each in read.good} == {name for name in chained.lying() if ".difftar" in name}
        for (time, source), point in zip(chained.points, read.points, strict=True):
            assert point.is_whole
            assert from_source(chained, source, point) == []
            assert from_restore(chained.restored(time), point) == []
