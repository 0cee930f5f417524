"""The console command, once it has asked the package index."""

from pathlib import Path

import pytest

from verify.cli import main
from verify.lab.hosts.runtime import engine


@pytest.mark.parametrize("runtime", ["embedded", "docker"])
def test_a_release_that_there_is_not_is_one_sentence(
    runtime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if runtime == "docker" and not engine().ok:
        pytest.skip(engine().why)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "cache"))
    assert main([f"--runtime={runtime}", "--duplicity-release=9.9.9", "--quiet"]) == 2
    said = capsys.readouterr()
    if "cannot be reached" in said.err:
        pytest.skip("the package index cannot be reached")
    sentence = "duplicity-verify: the package index has no duplicity 9.9.9: look up which releases there are\n"
    assert (said.out, said.err) == ("", sentence)
    assert not (tmp_path / ".duplicity-verify").exists()
