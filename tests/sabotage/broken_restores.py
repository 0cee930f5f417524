"""Saboteurs of a restore: each does one wrong thing to what duplicity has just restored.

Run as a program it stands in duplicity's place: `broken_restores.py SABOTEUR VICTIMS REAL… -- ARGUMENTS…`
runs the real duplicity, lets the saboteur at the restored tree, and notes the path that it hit.
Standard library only: it runs where duplicity runs.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path


def _files(root: Path) -> Iterator[Path]:
    """Yield the regular files below a folder that hold at least a byte, in order of their names."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink() and path.stat().st_size:
                yield path


def flip_a_byte(root: Path) -> Path | None:
    """Invert the middle byte of the first file, and put its times back."""
    for path in _files(root):
        before = path.stat()
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return path
    return None


def swap_beside_a_newline(root: Path) -> Path | None:
    """Exchange two files of one folder and size if the first one's name holds a newline; in each folder."""
    hit = None
    for folder, _, names in os.walk(root):
        files = [path for name in sorted(names) if not (path := Path(folder, name)).is_symlink() and path.is_file()]
        for one in (path for path in files if "\n" in path.name):
            others = [path for path in files if path != one and path.stat().st_size == one.stat().st_size]
            if others and one.read_bytes() != others[0].read_bytes():
                _exchange(one, others[0])
                hit = one
    return hit


def _exchange(one: Path, other: Path) -> None:
    before = [(path, path.read_bytes(), path.stat()) for path in (other, one)]
    for path, (_, data, _) in zip((one, other), before, strict=True):
        path.write_bytes(data)
    for path, _, stat in before:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


SABOTEURS: dict[str, Callable[[Path], Path | None]] = {
    "flip-a-byte": flip_a_byte,
    "swap-beside-a-newline": swap_beside_a_newline,
}


def main(arguments: list[str]) -> int:
    """Run the real duplicity, then the saboteur where a whole tree was restored."""
    name, victims, *rest = arguments
    border = rest.index("--")
    real, call = rest[:border], rest[border + 1 :]
    done = subprocess.run([*real, *call], check=False)
    if done.returncode == 0 and "restore" in call:
        root = Path(call[-1])
        victim = SABOTEURS[name](root) if root.is_dir() else None
        if victim is not None:
            with Path(victims).open("ab") as notes:
                notes.write(os.fsencode(victim.relative_to(root)) + b"\0")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
