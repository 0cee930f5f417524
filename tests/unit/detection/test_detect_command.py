"""What `duplicity-verify detect` refuses, in one sentence."""

from pathlib import Path

import pytest

from verify import cli


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-k", "no-such-saboteur"], "no saboteur is called 'no-such-saboteur'"),
        (["-n", "0"], "-n takes 1 or more"),
        (["--null", "-1"], "-n takes 1 or more, --null 0 or more"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["detect", *words, f"--report-dir={tmp_path}"])
    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (2, 1)
    assert sentence in said


def test_outside_of_a_checkout_it_says_where_it_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify.assets.ROOTS", (tmp_path,))
    assert cli.main(["detect", f"--report-dir={tmp_path / 'report'}"]) == 2
    assert "run detect in a checkout" in capsys.readouterr().err
