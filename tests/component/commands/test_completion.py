"""The completion scripts know every command and its options, and a shell that reads one completes."""

import shutil
import subprocess

import pytest

from verify.cli import main
from verify.commands.names import COMMANDS


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_script_has_each_command_and_options_of_it(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = script(shell, capsys)
    for word in (*COMMANDS, "restore-samples", "env-file", "against-release", "explain"):
        assert word in printed


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        (["dr"], {"drill"}, {"doctor"}),
        (["drill", "--res"], {"--restore-samples"}, {"--runtime"}),
        (["drill", "--runtime", ""], {"auto", "docker", "embedded"}, {"drill"}),
        (["--env-file", "duplicity.e"], {"duplicity.env"}, {"drill"}),
        (["selection", "--exp"], {"--explain"}, set()),
    ],
)
def test_bash_completes(
    line: list[str], offered: set[str], not_offered: set[str], tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash on this machine")
    words = " ".join(f"'{word}'" for word in ["duplicity-verify", *line])
    typed = (
        f"COMP_WORDS=({words}); COMP_CWORD={len(line)}; _shtab_duplicity_verify; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    shell = f"touch duplicity.env\n{script('bash', capsys)}\n{typed}\n"
    done = subprocess.run(["bash"], input=shell, capture_output=True, text=True, cwd=str(tmp_path), check=False)
    words_offered = {word.strip() for word in done.stdout.splitlines()}
    assert offered <= words_offered, done.stderr
    assert not words_offered & not_offered


def test_a_shell_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["completion"], ["completion", "fish"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        said = capsys.readouterr().err
        assert (ended.value.code, said.count("\n")) == (2, 1)
        assert "bash" in said
