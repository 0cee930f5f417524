"""The console command before anything is started: what was typed, and what is wrong with it."""

import argparse
import contextlib
import errno
import io
import os
import platform
import re
import runpy
import shlex
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from verify import __version__, assets
from verify.cli import COMMANDS, MAIN, main
from verify.commands.parsers import Parser
from verify.commands.suite_run import command_of, isolate, pytest_arguments
from verify.drill.ledger.ledger import Ledger
from verify.errors import CannotRunError, StoppedError
from verify.job import read_job
from verify.options import JOB, LAB, RUN
from verify.plugin.interruption import SIGNALS

ALL = (MAIN, *COMMANDS)
VERSIONS = f"duplicity-verify {__version__} (Python {platform.python_version()})\n"
KNOWN = (*JOB, *LAB, *RUN)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of the test's own: a refusal is reported there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "cache"))
    return tmp_path


def typed(name: str, *words: str) -> list[str]:
    return [*([] if name == MAIN else [name]), *words]


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the one line that a command refuses to run with."""
    try:
        code: Any = main(words)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.startswith("duplicity-verify: ")
    assert said.err.count("\n") == 1
    return said.err.removeprefix("duplicity-verify: ").rstrip("\n")


def parser_of(name: str) -> Parser:
    made: Parser = import_module(f"verify.commands.{name}").parser()
    return made


@pytest.mark.parametrize("name", ALL)
def test_help_shows_each_option_each_command_and_the_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(typed(name, "--help"))
    shown = capsys.readouterr().out
    assert end.value.code == 0
    for flag in parser_of(name).flags:
        assert f" {flag}" in shown
    for command, meaning in COMMANDS.items():
        assert (f"  {command:13} {meaning}\n" in shown) is (name == MAIN)
    assert "\nexamples:\n  duplicity-verify" in shown
    assert "exit codes: 0 " in shown or name == "completion"
    assert shown.startswith(f"usage: {' '.join(['duplicity-verify', *typed(name)])} [OPTIONS]")


@pytest.mark.parametrize("name", ALL)
def test_the_examples_of_a_commands_help_are_commands(name: str) -> None:
    module = import_module(f"verify.commands.{name}")
    lines = module.EXAMPLES.splitlines()[1:]
    examples = [line.strip().partition("  ")[0] for line in lines if line.startswith("  duplicity-verify")]
    assert examples
    for example in examples:
        words = [word for word in shlex.split(re.split(r" [|>] ", example)[0])[1:] if word != "…"]
        assert words[: len(typed(name))] == typed(name)
        parser_of(name).parse_args(words[len(typed(name)) :])


@pytest.mark.parametrize("name", ALL)
def test_the_version_is_the_packages(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(typed(name, "--version"))
    assert (end.value.code, capsys.readouterr().out) == (0, VERSIONS)


def test_the_main_job_has_every_option_that_is_declared() -> None:
    flags = parser_of(MAIN).flags
    assert [each.flag for each in KNOWN if each.flag not in flags] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--bogus"], "there is no option --bogus"),
        (["--envfile", "x"], "there is no option --envfile (did you mean --env-file?)"),
        (["--env_file=x"], "there is no option --env_file=x (did you mean --env-file?)"),
        (["--env", "x"], "there is no option --env"),
        (["docter"], "there is no command docter (did you mean doctor?)"),
        (["duplicity.env"], "there is no command duplicity.env"),
        (["--runtime", "docker", "doctor"], "a command comes first: duplicity-verify doctor …"),
        (["--env-file"], "argument --env-file: expected one argument"),
        (["-n", "two"], "argument -n: invalid int value: 'two'"),
        (["--profile", "x"], "argument --profile: invalid choice: 'x'"),
        (["--runtime", "podman"], "argument --runtime: invalid choice: 'podman'"),
    ],
)
def test_what_no_parser_knows_is_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, *words)
    assert said.startswith(sentence)
    assert said.endswith("; see duplicity-verify --help")


def test_a_commands_own_help_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "doctor", "--bogus").endswith("; see duplicity-verify doctor --help")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-n", "0"], "-n 0 leaves nothing to run with: give 1 or more"),
        (["-n", "-1"], "-n -1 leaves nothing to run with: give 1 or more"),
        (["--env-file", "none.env"], "none.env cannot be read (no such file or directory): give the path"),
        (["--env-file", "."], "cannot be read (is a directory): give the path of a readable file"),
        (["--env-file", "/proc/self/mem"], "/proc/self/mem cannot be read (input/output error): give the path"),
        (["--stack", "none.yml"], "none.yml cannot be read (no such file or directory): give the path"),
        (["--source", "none"], "none does not exist: name a folder that does"),
        (["--source", "empty"], "empty is empty, so it would prove nothing: name a folder that holds files"),
        (["--report-dir", "file"], "no report can be written to file (File exists): name another folder"),
        (["--report-dir", "file/x"], "no report can be written to file/x (Not a directory): name another folder"),
        (["--runtime=embedded", "--duplicity-image=x"], "--duplicity-image has no effect in the embedded runtime"),
        (["--runtime=embedded", "--minio-image=x"], "--minio-image has no effect in the embedded runtime (asked for)"),
        (
            ["--runtime=embedded", "--duplicity-command=x", "--duplicity-release=3.2.1"],
            "--duplicity-command brings a duplicity of its own: leave out --duplicity-release",
        ),
        (["--runtime=embedded", "-k", "and and"], "-k 'and and' is no expression ("),
    ],
)
def test_what_nothing_can_be_run_with_is_one_sentence(
    words: list[str], sentence: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "file").touch()
    (here / "empty").mkdir()
    assert sentence in refusal(capsys, *words)


def test_a_file_that_may_not_be_read_is_said_so(here: Path) -> None:
    (here / "job.env").touch(mode=0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # root may read every file
    try:
        with pytest.raises(CannotRunError, match=r"job\.env cannot be read \(permission denied\): give the path"):
            read_job(here / "job.env", None, {})
    finally:
        os.seteuid(user)


def test_a_tmpdir_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", "/no/such/folder")
    assert refusal(capsys).startswith("TMPDIR=/no/such/folder is no folder that can be written")


def test_what_is_typed_wrong_leaves_the_last_report_and_nothing_new(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "report.json").write_text("the last good one")
    for words in (["-n", "0"], ["--env-file=none"], ["-k", "and and"], ["--runtime=embedded", "-k", "no_such_test"]):
        refusal(capsys, *words, "--report-dir", "mine")
        refusal(capsys, *words, "--report-dir", "other")
    assert [path.name for path in (here / "mine").iterdir()] == ["report.json"]
    assert (here / "mine" / "report.json").read_text() == "the last good one"
    assert not (here / "other").exists()


@pytest.mark.parametrize("error", [CannotRunError("no"), KeyboardInterrupt()])
def test_what_a_command_raises_is_exit_code_2_and_a_sentence(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr("verify.commands.doctor.run", run)
    monkeypatch.setattr("verify.cli.ignore_interrupts", lambda: None)
    assert refusal(capsys, "doctor") == (
        "no" if isinstance(error, CannotRunError) else "interrupted; nothing left behind"
    )


def test_a_bug_keeps_its_traceback_and_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise KeyError("x")

    monkeypatch.setattr("verify.commands.doctor.run", run)
    assert main(["doctor"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):\n")
    assert said.endswith(
        "\nduplicity-verify: this is a bug of duplicity-verify: KeyError: 'x'; please report it with the lines above\n"
    )


def test_what_is_no_ordinary_error_is_a_bug_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise StoppedError

    monkeypatch.setattr("verify.commands.doctor.run", run)
    assert main(["doctor"]) == 2
    assert "this is a bug of duplicity-verify: StoppedError" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["sandbox", "drill"])
def test_a_program_that_is_no_duplicity_is_one_sentence(
    command: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "job.env").write_text(f"SRC={here}\nDST=file://{here}\n")
    words = [command] if command == "drill" else []
    said = refusal(capsys, *words, "--env-file=job.env", "--runtime=embedded", "--duplicity-command=/no/program")
    assert said.startswith("`/no/program --version` names no release of duplicity on this machine")
    assert not (here / ".duplicity-verify").exists()


def test_a_full_disk_is_no_bug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(_: argparse.Namespace) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("verify.commands.doctor.run", run)
    assert refusal(capsys, "doctor").startswith("no space is left on this machine (No space left on device): free some")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["drlil", "--help"], "there is no command drlil (did you mean drill?); see duplicity-verify --help"),
        (["drlil", "--version"], "there is no command drlil (did you mean drill?); see duplicity-verify --help"),
        (
            ["drill", "--help", "--env-fiel", "x"],
            "there is no option --env-fiel (did you mean --env-file?); see duplicity-verify drill --help",
        ),
        (["--versoin"], "there is no option --versoin (did you mean --version?); see duplicity-verify --help"),
    ],
)
def test_what_is_misspelt_is_said_before_any_help(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(capsys, *words) == sentence


def test_the_callers_signals_are_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    within: list[Any] = []

    def run(_: argparse.Namespace) -> int:
        within.extend(signal.getsignal(each) for each in SIGNALS)
        return 0

    before = [signal.getsignal(each) for each in SIGNALS]
    monkeypatch.setattr("verify.commands.doctor.run", run)
    assert main(["doctor"]) == 0
    assert [signal.getsignal(each) for each in SIGNALS] == before
    assert within != before


def test_it_runs_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["duplicity-verify", "--version"])
    with pytest.raises(SystemExit), pytest.warns(RuntimeWarning, match="found in sys.modules"):
        runpy.run_module("verify.cli", run_name="__main__")
    assert capsys.readouterr().out == VERSIONS


def test_pytest_is_given_the_callers_options_and_nothing_of_its_configuration(here: Path) -> None:
    parser = parser_of(MAIN)
    options = parser.parse_args(["--env-file=a b.env", "-k", "x or y", "-n", "3", "--runtime=embedded"])
    words = pytest_arguments([here], options, KNOWN)
    assert words[0] == str(here)
    assert {"-c", os.devnull, f"--rootdir={here}", f"--confcutdir={here}", "no:cacheprovider"} <= set(words)
    assert {"--env-file=a b.env", "--runtime=embedded", "--profile=default", "--report-dir=.duplicity-verify"} <= set(
        words
    )
    assert words[words.index("-k") + 1] == "x or y"
    assert words[words.index("-n") + 1] == "3"
    assert not any(word.startswith("--source") for word in words)


def test_one_worker_is_none(here: Path) -> None:
    assert "-n" not in pytest_arguments([here], parser_of(MAIN).parse_args(["-n", "1"]), KNOWN)


def test_what_to_type_again_is_what_was_given() -> None:
    parser = parser_of(MAIN)
    options = parser.parse_args(["--env-file=a b.env", "--profile=default", "-k", "x", "-n", "3"])
    assert command_of(parser, options, KNOWN) == "duplicity-verify '--env-file=a b.env'"


def test_tests_here_and_elsewhere_have_a_root_together(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "mine").mkdir()
    options = parser_of("drill").parse_args(["mine/"])
    words = pytest_arguments([assets.tests("drill"), *options.tests], options, ())
    assert f"--rootdir={os.path.commonpath([here, assets.tests('drill')])}" in words
    assert f"--confcutdir={assets.tests('drill')}" in words  # else a checkout's conftest.py would be read


@pytest.mark.parametrize("place", ["s3:///b", "s3:///", "boto3+s3:///no..name/x"])
def test_a_bucket_that_cannot_be_is_one_sentence(place: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "job.env").write_text(f"SRC=/x\nDST={place}\n")
    said = refusal(capsys, "drill", "--env-file=job.env")
    assert said.startswith("DST names the bucket '")
    assert "no bucket can be called so" in said


def test_the_history_in_ascii(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(Ledger(here / ".duplicity-verify" / "drill", "s3:///bucket/prefix")) as ledger:
        ledger.end(ledger.begin(0.0), 1.0, "proven")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["history"]) == 0
    sys.stdout.flush()
    assert b"+ proven" in raw.getvalue()


def test_pytests_own_environment_is_taken_out() -> None:
    environment = {"PYTEST_ADDOPTS": "-x", "PYTEST_PLUGINS": "mine", "HOME": "/"}
    isolate(environment)
    assert environment == {"HOME": "/", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
