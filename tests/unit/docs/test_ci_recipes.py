"""The recipes for CI that users copy: valid YAML, whose commands can be typed as they stand."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from verify.cli import MAIN
from verify.options import PROFILES

CI = Path(__file__).parents[3] / "ci"
GITHUB, GITLAB = CI / "nightly.yml", CI / "gitlab.yml"
COMMAND = re.compile(r'uv tool run --from "\$DUPLICITY_VERIFY" duplicity-verify (.*)')


def read(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return read


def lines_of(file: Path) -> Iterator[str]:
    """The shell lines of a recipe."""
    for job in read(file).get("jobs", read(file)).values():
        yield from (step["run"] for step in job.get("steps", ()) if "run" in step)
        yield from (*job.get("before_script", ()), *job.get("script", ()))


def variables_of(file: Path) -> dict[str, str]:
    """The variables of a recipe's only job."""
    (job,) = read(file).get("jobs", read(file)).values()
    found: dict[str, str] = job.get("env") or job["variables"]
    return found


@pytest.mark.parametrize("file", [GITHUB, GITLAB], ids=lambda file: file.name)
def test_it_comes_from_where_the_user_says_since_there_is_no_release(file: Path) -> None:
    assert variables_of(file)["DUPLICITY_VERIFY"].startswith("git+https://")
    assert "uvx" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("file", [GITHUB, GITLAB], ids=lambda file: file.name)
def test_its_command_is_one_that_we_know(file: Path, profile: str) -> None:
    (typed,) = (found[1] for line in lines_of(file) if (found := COMMAND.search(line)))
    words = shlex.split(re.sub(r"\$PROFILE", profile, typed))
    made = import_module(f"verify.commands.{MAIN}").parser()
    options, unknown = made.parse_known_args(words)
    assert unknown == []
    assert (options.env_file, options.stack, options.profile) == ("duplicity.env", "stack.yml", profile)


def test_its_profiles_are_ours() -> None:
    (job,) = read(GITLAB).values()
    assert {rule["variables"]["PROFILE"] for rule in job["rules"]} <= set(PROFILES)
    chosen = re.findall(r"(?:&&|\|\|) '(\w+)'", variables_of(GITHUB)["PROFILE"])
    assert chosen
    assert set(chosen) <= set(PROFILES)
