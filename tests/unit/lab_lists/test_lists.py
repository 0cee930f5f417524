from pathlib import Path

import pytest

from verify.job import Job, read_job
from verify.lab.jobs.filter_lists import lists_here, moved_lists

STACK = "services: {b: {image: duplicity, env_file: x.env, volumes: [./lists:/lists:ro, data:/data]}}"


def job_of(folder: Path, options: str) -> Job:
    (folder / "x.env").write_text(f"SRC=/src\nDST=file:///x\nOPTIONS={options}\nOPTIONS_EXTRA=\n")
    (folder / "stack.yml").write_text(STACK)
    (folder / "lists").mkdir(exist_ok=True)
    return read_job(None, folder / "stack.yml", {})


def test_a_list_is_found_where_the_stack_mounts_it(tmp_path: Path) -> None:
    job = job_of(tmp_path, "--exclude-filelist /lists/out --include-filelist=/lists/gone --files-from /data/in")
    (tmp_path / "lists" / "out").write_bytes(b"/src/a\n")
    assert lists_here(job) == {"/lists/out": b"/src/a\n"}


def test_a_list_in_the_source_is_the_labs_to_lose(tmp_path: Path) -> None:
    assert not lists_here(job_of(tmp_path, "--exclude-filelist /src/out"))


@pytest.mark.parametrize(
    ("options", "data", "there"),
    [
        (
            "--exclude-filelist /l",
            b"# all\n/src/a\n+ /src/b \n\n- '/src/c '\n",
            b'- /s/src/a\n+ /s/src/b\n- "/s/src/c "',
        ),
        ("--include-filelist /l", b"/src/a", b"+ /s/src/a"),
        ("--exclude-filelist /l --null-separator", b"/src/a\0/src/b", b"- /s/src/a\0- /s/src/b"),
        ("--files-from /l", b"a\nb/c\n", b"a\nb/c\n"),
        ("--exclude-filelist /l", b"**/a\n", None),
        ("--exclude-filelist /l", b"ignorecase:/src/a\n", None),
        ("--exclude-filelist /l", b"\xff", None),
        ("--filter-regexp --exclude-filelist /l", b"/src/a\n", None),
    ],
)
def test_a_list_moves_where_it_means_the_same(tmp_path: Path, options: str, data: bytes, there: bytes | None) -> None:
    job = job_of(tmp_path, options)
    assert moved_lists(job, {"/l": data}, "/s") == ({} if there is None else {"/l": there})
