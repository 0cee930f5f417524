"""Both sides of a change, from files and from git revisions, and what is said where one is none."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.errors import CannotRunError
from verify.regression import changes, meaning_of
from verify.regression.sides import ChangeSide, SideFiles, open_sides

STACK = """services:
  backup:
    image: example/duplicity:{tag}
    env_file: duplicity.env
    volumes: ["./lists:/lists:ro", "/var/data:/var/data:ro"]
"""
ENV = "SRC=/var/data\nDST=s3:///bucket/x\nPASSPHRASE=abcdef\nOPTIONS=--exclude-filelist /lists/out --volsize {size}\n"


def git(*words: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


def write(size: int, tag: str, listed: str) -> None:
    Path("duplicity.env").write_text(ENV.format(size=size))
    Path("stack.yml").write_text(STACK.format(tag=tag))
    Path("lists").mkdir(exist_ok=True)
    Path("lists/out").write_text(f"/var/data/{listed}\n")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits, and a change that is not committed."""
    root = tmp_path / "repository" / "jobs"
    root.mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(root)
    git("init", "-q", "..")
    for size, tag, listed in ((1, "one", "a"), (2, "two", "b")):
        write(size, tag, listed)
        git("add", "-A")
        git("commit", "-qm", tag)
    write(3, "three", "c")
    return root


@pytest.fixture
def files(repository: Path) -> SideFiles:
    return SideFiles(Path("duplicity.env"), Path("stack.yml"))


def opened(before: str, after: str | None, files: SideFiles) -> Iterator[ChangeSide]:
    with open_sides(before, after, files, {}, Version("3.2.1")) as sides:
        assert all(file is None or file.is_file() for side in sides for file in (side.files.env_file, side.files.stack))
        yield from sides


def said(side: ChangeSide) -> tuple[str | None, str | None, bytes | None]:
    return side.job.option("--volsize"), side.job.image, side.lists.get("/lists/out")


@pytest.mark.parametrize(
    ("before", "after", "expected", "label"),
    [
        ("HEAD~1", None, ("1", "3"), "HEAD~1:jobs/duplicity.env, jobs/stack.yml"),
        ("HEAD", None, ("2", "3"), ""),
        ("HEAD~1", "HEAD", ("1", "2"), ""),
        ("HEAD:jobs/duplicity.env", "duplicity.env", ("2", "3"), "HEAD:jobs/duplicity.env"),
        ("HEAD:./duplicity.env", "duplicity.env", ("2", "3"), ""),
        ("HEAD:jobs/stack.yml", "stack.yml", ("2", "3"), ""),
        ("duplicity.env", "HEAD~1", ("3", "1"), "duplicity.env"),
    ],
)
def test_a_side_is_a_file_or_a_revision_with_all_that_belongs_to_it(
    files: SideFiles, before: str, after: str | None, expected: tuple[str, str], label: str
) -> None:
    states = {
        "1": ("1", "example/duplicity:one", b"/var/data/a\n"),
        "2": ("2", "example/duplicity:two", b"/var/data/b\n"),
        "3": ("3", "example/duplicity:three", b"/var/data/c\n"),
    }
    sides = list(opened(before, after, files))
    assert [said(side) for side in sides] == [states[number] for number in expected]
    assert label in {"", sides[0].label}


def test_what_a_revision_mounts_is_compared_as_it_is_in_the_checkout(files: SideFiles) -> None:
    write(2, "two", "b")
    before, after = opened("HEAD", None, files)
    assert not list(changes(meaning_of(before.job, before.lists), meaning_of(after.job, after.lists)))
    assert [str(file) for file in before.job.env_files] == ["HEAD:jobs/duplicity.env"]


def test_a_stack_file_alone_brings_its_env_file(repository: Path) -> None:
    sides = list(opened("HEAD:jobs/stack.yml", "stack.yml", SideFiles()))
    assert [said(side)[0] for side in sides] == ["2", "3"]


def test_two_files_need_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, size in (("old.env", 1), ("new.env", 2)):
        Path(name).write_text(ENV.format(size=size).replace("--exclude-filelist /lists/out ", ""))
    assert [side.job.option("--volsize") for side in opened("old.env", "new.env", SideFiles())] == ["1", "2"]


def test_the_checkout_and_its_index_are_not_touched(repository: Path, files: SideFiles) -> None:
    def state() -> str:
        return subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True, text=True).stdout

    before, index = state(), (repository.parent / ".git" / "index").read_bytes()
    assert "duplicity.env" in before
    list(opened("HEAD~1", None, files))
    assert state() == before
    assert (repository.parent / ".git" / "index").read_bytes() == index


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("HEAD~9", None, "HEAD~9 is neither a file nor a git revision of "),
        ("--output=x", None, "--output=x is neither a file nor a git revision"),
        ("HEAD:none.env", None, "HEAD has no file none.env: `git ls-tree -r --name-only HEAD` lists them"),
        ("duplicity.env", "./duplicity.env", "--before and --after are the same, duplicity.env: nothing would be"),
        ("HEAD", "HEAD~0", "are the same, HEAD:jobs/duplicity.env, jobs/stack.yml: nothing would be compared"),
        ("HEAD:../none.env", None, "HEAD has no file none.env"),
        ("HEAD:../../none.env", None, "is not in the git repository"),
    ],
)
def test_a_side_that_is_none_is_refused(files: SideFiles, before: str, after: str | None, said: str) -> None:
    with pytest.raises(CannotRunError) as refused:
        list(opened(before, after, files))
    assert said in str(refused.value)


def test_a_revision_of_nothing_is_refused(repository: Path) -> None:
    with pytest.raises(CannotRunError, match=r"HEAD leaves open which file is meant: give --env-file"):
        list(opened("HEAD", None, SideFiles()))
    with pytest.raises(CannotRunError, match=r"no --after leaves open which file is meant"):
        list(opened("duplicity.env", None, SideFiles()))


def test_outside_of_a_repository_a_revision_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    Path("duplicity.env").write_text(ENV)
    with pytest.raises(CannotRunError, match=r"HEAD is no file, and here is no git repository"):
        list(opened("HEAD", None, SideFiles(Path("duplicity.env"))))


def test_without_git_a_revision_is_refused(files: SideFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/none")
    with pytest.raises(CannotRunError, match=r"HEAD needs git: install it"):
        list(opened("HEAD", None, files))


def test_what_is_wrong_in_a_revision_is_said_of_the_revision(files: SideFiles) -> None:
    Path("duplicity.env").write_text("no equals sign")
    git("commit", "-qam", "wrong")
    write(3, "three", "c")
    with pytest.raises(CannotRunError, match=r"^HEAD:jobs/duplicity\.env line 1: a blank in the name"):
        list(opened("HEAD", None, files))


def test_an_env_file_that_git_ignores_is_the_working_copys(repository: Path, files: SideFiles) -> None:
    Path(".gitignore").write_text("secret.env\n")
    Path("stack.yml").write_text(STACK.format(tag="one").replace("duplicity.env", "secret.env"))
    Path("secret.env").write_text(ENV.format(size=7))
    git("add", "-A")
    git("commit", "-qm", "ignored")
    for asked in (SideFiles(None, Path("stack.yml")), SideFiles(Path("secret.env"), Path("stack.yml"))):
        before, after = opened("HEAD", None, asked)
        assert [side.job.option("--volsize") for side in (before, after)] == ["7", "7"]
        (note,) = before.notes
        assert "git ignores jobs/secret.env, so HEAD does not have it: it is the working copy's" in note
        assert not after.notes


def test_rules_that_duplicity_refuses_are_kept_in_mind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = "SRC=/var/data\nDST=file:///x\nPASSPHRASE=p\n"
    Path("old.env").write_text(f"{plain}OPTIONS=--exclude /elsewhere\n")
    Path("new.env").write_text(plain)
    before, after = opened("old.env", "new.env", SideFiles())
    assert "--exclude /elsewhere cannot match anything" in before.refused
    assert not after.refused
    before, after = opened("new.env", "old.env", SideFiles())
    assert not before.refused
    assert "--exclude /elsewhere cannot match anything" in after.refused
