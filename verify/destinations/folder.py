"""Looking at a `file://` destination: a folder of the host that duplicity runs on."""

import contextlib
import os
import posixpath
from collections.abc import Iterator

from verify.archive.sets import Object
from verify.destinations.host_files import HostFiles, pieces_of
from verify.destinations.view import RefusedError, View


class FolderView(View):
    """The view of a folder."""

    def __init__(self, files: HostFiles, folder: str) -> None:
        """Given the files of the host that duplicity runs on, and the folder as its URL has it, look at that."""
        self._files, self._folder = files, posixpath.normpath(f"/{folder.lstrip('/')}")
        self.downloaded = 0

    def objects(self) -> list[Object]:
        """Return the files in the folder."""
        try:
            listed = self._files.sizes(self._folder)
        except FileNotFoundError:
            raise RefusedError(f"no folder {self._folder}", "correct DST, or mount what holds it") from None
        except OSError as error:
            hint = "run the drill as a user who may read it"
            raise RefusedError(f"{self._folder} cannot be listed ({error.strerror})", hint) from None
        return [Object(os.fsdecode(name), size, f"{mtime_ns}", mtime_ns / 1e9) for name, size, mtime_ns in listed]

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        with _refusals():
            data = self._files.get(posixpath.join(self._folder, name))
        self.downloaded += len(data)
        return data

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in pieces."""
        with _refusals():
            for piece in pieces_of(self._files, posixpath.join(self._folder, name)):
                self.downloaded += len(piece)
                yield piece

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return a file's digest and size; it is read where it lies."""
        with _refusals():
            digest, size = self._files.digest(posixpath.join(self._folder, name), algorithm)
        self.downloaded += size
        return digest, size


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Tell a file that is there and cannot be read from one that is gone."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        hint = "run the drill as a user who may read it, and look at the disk that it lies on"
        raise RefusedError(f"it cannot be read ({error.strerror})", hint) from None
