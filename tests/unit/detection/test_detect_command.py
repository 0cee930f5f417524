"""What `duplicity-verify detect` refuses, in one sentence."""

from pathlib import Path

import pytest

from verify import cli
from verify.detection.catalogue import saboteurs


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-k", "no-such-saboteur"], "no saboteur is called 'no-such-saboteur': detect --list shows their names"),
        (["-k", "overlook-excuded"], "no saboteur is called 'overlook-excuded' (did you mean overlook-"),
        (["-n", "0"], "-n takes 1 or more"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["detect", *words, f"--report-dir={tmp_path}"])
    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (2, 1)
    assert sentence in said


@pytest.mark.parametrize("word", ["many", "3-2", "1-", "-1", "0-9-9"])
def test_seeds_are_a_range(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["detect", f"--null={word}"])
    assert ended.value.code == 2
    assert f"{word!r} is no range of seeds, as 0-99 is one" in capsys.readouterr().err


def test_outside_of_a_checkout_it_says_where_it_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify.assets.ROOTS", (tmp_path,))
    assert cli.main(["detect", f"--report-dir={tmp_path / 'report'}"]) == 2
    assert "run detect in a checkout" in capsys.readouterr().err


def test_they_are_listed_with_their_checks_and_nothing_is_run_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["detect", "--list", f"--report-dir={tmp_path / 'report'}"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["saboteur", "family", "check"]
    assert [line.split() for line in lines] == [[each.name, each.family, each.check] for each in saboteurs()]
    assert not (tmp_path / "report").exists()


def test_those_that_match_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["detect", "--list", "-k", "do-it-*"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["saboteur", "do-it-once"]
