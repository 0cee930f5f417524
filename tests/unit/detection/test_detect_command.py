"""What `duplicity-verify detect` refuses, in one sentence."""

from pathlib import Path

import pytest

from verify import cli


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-k", "no-such-saboteur"], "no saboteur is called 'no-such-saboteur'"),
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
