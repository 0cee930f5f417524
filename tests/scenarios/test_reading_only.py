"""A drill reads, and nothing else: the destination's requests are those of a reader, and the source stays as it is."""

import itertools
import threading
from pathlib import Path

from misfortunes import must_only_read
from sites import HEALTHY, Site


def test_a_user_who_may_only_get_and_list_can_drill_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    must_only_read(site, HEALTHY, report=tmp_path)


def test_the_source_may_change_while_it_is_looked_at(site: Site, tmp_path: Path) -> None:
    with site.workbench() as folder, changing(folder):
        for report in site.drills(site.env_file(HEALTHY), "--full", "--full-restore", report=tmp_path):
            report.must_be_proven()


class changing:  # noqa: N801 - it is used as `with changing(folder):`
    """While it lasts, files and folders come and go in a folder."""

    def __init__(self, folder: Path) -> None:
        self._stop, self._thread = threading.Event(), threading.Thread(target=self._churn, args=(folder,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _churn(self, folder: Path) -> None:
        for number in itertools.count():
            inside = folder / f"{number % 7}"
            inside.mkdir(exist_ok=True)
            (inside / f"{number % 50}").write_text(f"{number}\n" * (number % 100))
            if number % 3 == 0:
                moved = folder / "moved"
                remove(moved)
                inside.rename(moved)
            if self._stop.wait(0.001):
                return


def remove(folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
