"""A volume's members are what Python's own tarfile wrote; what is cut or spoilt is damage, never an early end."""

import io
import stat
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.archive.reader.damage import DamagedError
from verify.archive.reader.members import TarMember, members_of
from verify.archive.reader.scratch import Scratch, Spool

NAMES = st.binary(min_size=1, max_size=300).map(
    lambda name: b"snapshot/" + name.replace(b"\0", b"0").replace(b"/", b"_")
)
TYPES = {tarfile.REGTYPE: stat.S_IFREG, tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK,
         tarfile.FIFOTYPE: stat.S_IFIFO, tarfile.CHRTYPE: stat.S_IFCHR}  # fmt: skip


@st.composite
def infos(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(draw(NAMES).decode("utf-8", "surrogateescape"))
    info.type = draw(st.sampled_from(sorted(TYPES)))
    info.mode, info.mtime = draw(st.integers(0, 0o7777)), draw(st.integers(-5, 2**40))
    info.uid, info.gid = draw(st.integers(0, 2**32)), draw(st.integers(0, 2**32))
    if info.type == tarfile.SYMTYPE:
        info.linkname = draw(NAMES).decode("utf-8", "surrogateescape")
    if info.type == tarfile.CHRTYPE:
        info.devmajor, info.devminor = draw(st.integers(0, 4095)), draw(st.integers(0, 2**20 - 1))
    data = draw(st.binary(max_size=1500)) if info.type == tarfile.REGTYPE else b""
    info.size = len(data)
    return info, data


def written(drawn: list[tuple[tarfile.TarInfo, bytes]], form: int) -> bytes:
    archive = b""
    for info, data in drawn:
        archive += info.tobuf(form, "utf-8", "surrogateescape") + data + bytes(-len(data) % 512)
    return archive + bytes(512)


def spool_of(data: bytes, memory: int = 1 << 20) -> Spool:
    spool = Scratch(memory=memory).spool()
    spool.write(data)
    return spool


@given(st.lists(infos(), max_size=4), st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]), st.booleans())
def test_members_are_what_tarfile_wrote(drawn: list[tuple[tarfile.TarInfo, bytes]], form: int, on_disk: bool) -> None:
    spool = spool_of(written(drawn, form) + b"filling", memory=0 if on_disk else 1 << 20)
    for member, (info, data) in zip(members_of(spool), drawn, strict=True):
        assert member.name.rstrip(b"/") == info.name.encode("utf-8", "surrogateescape").rstrip(b"/")
        assert member.st_mode == TYPES[info.type] | info.mode
        assert member[2:5] == (info.uid, info.gid, max(info.mtime, 0))
        assert member.target == info.linkname.encode("utf-8", "surrogateescape")
        assert spool.read_at(member.offset, member.size) == data
    spool.close()


@given(st.lists(infos(), min_size=1, max_size=3), st.integers(0))
def test_what_is_cut_is_damage_unless_it_ends_with_a_member(
    drawn: list[tuple[tarfile.TarInfo, bytes]], place: int
) -> None:
    ends = [len(written(drawn[:count], tarfile.PAX_FORMAT)) - 512 for count in range(len(drawn) + 1)]
    cut = place % ends[-1]
    members = members_of(spool_of(written(drawn, tarfile.PAX_FORMAT)[:cut]))
    if cut in ends:
        assert len(list(members)) == ends.index(cut)
        return
    with pytest.raises(DamagedError):
        list(members)


@given(st.lists(infos(), max_size=2), st.binary(min_size=512, max_size=2048).filter(lambda data: any(data[:512])))
def test_garbage_in_place_of_a_member_is_damage(drawn: list[tuple[tarfile.TarInfo, bytes]], garbage: bytes) -> None:
    archive = written(drawn, tarfile.PAX_FORMAT)[:-512]
    with pytest.raises(DamagedError):
        list(members_of(spool_of(archive + garbage)))


def spoilt(**fields: object) -> bytes:
    info = tarfile.TarInfo("snapshot/a")
    for name, value in fields.items():
        setattr(info, name, value)
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (spoilt(size=10**12), "is to have 1,000,000,000,000 bytes"),
        (spoilt(type=tarfile.LNKTYPE), "of a type that duplicity does not write"),
        (spoilt(type=tarfile.DIRTYPE, size=600), "is no file has 600 bytes"),
        (tarfile.TarInfo().create_pax_global_header({"path": "x"}) + bytes(512), "of a type"),
        (io.BytesIO(bytes(511)).read(), "its last 511 bytes"),
    ],
)
def test_a_member_that_makes_no_sense_is_damage(header: bytes, said: str) -> None:
    with pytest.raises(DamagedError, match=said):
        _: list[TarMember] = list(members_of(spool_of(header)))
