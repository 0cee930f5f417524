"""Saboteurs for the tests of packs, replays, scripts and interrupts; those of the checks are in the catalogue.

Run as a program it stands in duplicity's place: `broken_calls.py SABOTEUR STATE REAL… -- ARGUMENTS…`. `STATE` is
a folder that it keeps its notes in. Standard library only: it runs where duplicity runs.
"""

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOST = 3  # which incremental of a chain
REFUSED = "refused"


@dataclass
class Call:
    """A call of duplicity: what runs it, its arguments, and the folder for notes."""

    real: list[str]
    arguments: list[str]
    state: Path

    @property
    def action(self) -> str:
        """What duplicity is to do: its first argument."""
        return self.arguments[0]

    def run(self) -> int:
        """Let the real duplicity do it, and return its exit code."""
        return subprocess.run([*self.real, *self.arguments], check=False).returncode

    def restored(self) -> tuple[int, Path | None]:
        """Run it, and return its exit code and the tree that it restored, if it has restored a whole one."""
        code, tree = self.run(), Path(self.arguments[-1])
        return code, tree if code == 0 and "restore" in self.arguments and tree.is_dir() else None


def flip_a_byte(call: Call) -> int:
    """Invert the middle byte of the first file that was restored, and put its times back."""
    code, tree = call.restored()
    for path in _files(tree) if tree else ():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        _rewrite(path, bytes(data), path.stat())
        break
    return code


def swap_beside_a_newline(call: Call) -> int:
    """Exchange two restored files of one folder and size if the first one's name holds a newline; in each folder."""
    code, tree = call.restored()
    files = list(_files(tree)) if tree else []
    for one in (path for path in files if "\n" in path.name):
        others = [path for path in files if path.parent == one.parent and path != one]
        same_size = [path for path in others if path.stat().st_size == one.stat().st_size]
        if same_size and one.read_bytes() != same_size[0].read_bytes():
            _exchange(one, same_size[0])
    return code


def lose_the_third_incremental(call: Call) -> int:
    """Pretend to have taken the third incremental of a chain."""
    call.state.mkdir(exist_ok=True)
    notes = call.state / f"{zlib.crc32(call.arguments[-1].encode())}"  # by the destination
    if call.action == "full":
        notes.unlink(missing_ok=True)
    if call.action != "incremental":
        return call.run()
    with notes.open("a") as file:
        file.write("i")
    return 0 if notes.stat().st_size == LOST else call.run()


def refuse_a_name(call: Call) -> int:
    """Fail where a file of some name is in the source."""
    backup = call.action in {"full", "incremental"}
    met = backup and any(REFUSED in names for _, _, names in os.walk(call.arguments[-2]))
    return 30 if met else call.run()


def retain_everything(call: Call) -> int:
    """Pretend to have removed old points."""
    return 0 if call.action.startswith("remove-") else call.run()


def remove_too_much(call: Call) -> int:
    """Keep one full backup where two are to be kept."""
    if call.action == "remove-all-but-n-full":
        call.arguments[call.arguments.index("2")] = "1"
    return call.run()


def _files(root: Path) -> Iterator[Path]:
    """Yield the regular files below a folder that hold at least a byte, in order of their names."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink() and path.stat().st_size:
                yield path


def _exchange(one: Path, other: Path) -> None:
    before = [(path, path.read_bytes(), path.stat()) for path in (one, other)]
    for (path, _, stat), (_, data, _) in zip(before, reversed(before), strict=True):
        _rewrite(path, data, stat)


def _rewrite(path: Path, data: bytes, stat: os.stat_result) -> None:
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


SABOTEURS = {
    "flip-a-byte": flip_a_byte,
    "lose-the-third-incremental": lose_the_third_incremental,
    "refuse-a-name": refuse_a_name,
    "remove-too-much": remove_too_much,
    "retain-everything": retain_everything,
    "swap-beside-a-newline": swap_beside_a_newline,
}


def main(arguments: list[str]) -> int:
    """Let a saboteur at a call of duplicity."""
    name, state, *rest = arguments
    border = rest.index("--")
    return SABOTEURS[name](Call(rest[:border], rest[border + 1 :], Path(state)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
