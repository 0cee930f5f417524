"""What docker compose and docker stack deploy make of an env file is what their own readers say."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asking import Asked, examples
from docker_stack import configured
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import CannotRunError
from verify.job import read_dotenv, read_job
from verify.job.drawn import CALLER, env_texts
from verify.job.env_file.differing import differing_names

REFUSED = "refused"
Variables = Mapping[str, str | None] | str  # what a reader gives, or REFUSED


def of_compose(asked: Asked, text: str) -> Variables:
    answer = asked(text=text, env=CALLER)
    if REFUSED in answer:
        return REFUSED
    answer["variables"].pop("", None)  # no program can read it
    return dict(answer["variables"])


def of_docker(texts: Sequence[str], folder: Path) -> list[Variables]:
    """Ask `docker stack config` once for all; where it refuses one, for each half."""
    services: dict[str, Any] = {}
    for number, text in enumerate(texts):
        (folder / f"{number}.env").write_bytes(text.encode())
        services[f"s{number}"] = {"image": "x", "env_file": f"./{number}.env"}
    file = folder / "stack.yml"
    file.write_text(json.dumps({"version": "3.8", "services": services}))
    told = configured(file, CALLER)
    if not isinstance(told, str):
        return [told[name].get("environment", {}) for name in services]
    half = len(texts) // 2
    return [*of_docker(texts[:half], folder), *of_docker(texts[half:], folder)] if half else [REFUSED]


def ours(reader: Any, text: str) -> Variables:
    try:
        return dict(reader(text, CALLER))
    except CannotRunError:
        return REFUSED


def deployed(text: str, folder: Path) -> Variables:
    """Return what we say that docker stack deploy makes of an env file."""
    (folder / "0.env").write_bytes(text.encode())
    stack = folder / "stack.yml"
    stack.write_text(json.dumps({"version": "3.8", "services": {"s": {"image": "duplicity", "env_file": "./0.env"}}}))
    try:
        job = read_job(None, stack, CALLER, reading="raw")
    except CannotRunError:
        return REFUSED
    return {name: job.text_of(name) for name in job.variables if name not in job.defaults}


@examples(400)
@given(text=env_texts())
def test_compose_reads_an_env_file_as_we_say(compose: Asked, text: str) -> None:
    assert ours(read_dotenv, text) == of_compose(compose, text)


@examples(40)
@given(texts=st.lists(env_texts(), min_size=1, max_size=20))
def test_docker_stack_deploy_reads_an_env_file_as_we_say(docker_stack: None, tmp_path: Path, texts: list[str]) -> None:
    theirs = of_docker(texts, tmp_path)
    assert [deployed(text, tmp_path) for text in texts] == [without_unset(each) for each in theirs]


def without_unset(theirs: Variables) -> Variables:
    """Given what docker prints, return it without variables that get no value."""
    return theirs if isinstance(theirs, str) else {name: value for name, value in theirs.items() if value is not None}


OPTION_PIECES = st.sampled_from(
    [
        "--exclude",
        "/a#b",
        "#",
        " # ",
        " ",
        "  ",
        "\t",
        "'",
        '"',
        "''",
        '""',
        "$SRC",
        "${SRC}",
        "$NIL",
        "=",
        "-v5",
        "x y",
    ]
)
SET = {"SRC": "/mnt/backup/src", "NIL": ""}


def words_of_the_shell(options: str) -> list[str] | None:
    """Return the words that the image's first shell prints; None where it refuses the text."""
    done = subprocess.run(
        ["sh", "-c", f"echo -n {options}"], env={**SET, "PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    return None if done.returncode else done.stdout.split()


@examples(150)
@given(texts=st.lists(st.lists(OPTION_PIECES, max_size=6).map("".join), min_size=2, max_size=2))
def test_options_differ_where_the_shell_makes_other_words_of_them(texts: list[str]) -> None:
    raw, dotenv = ({**SET, "OPTIONS": text} for text in texts)
    theirs = [words_of_the_shell(text) for text in texts]
    alike = theirs[0] == theirs[1] if None not in theirs else texts[0].strip() == texts[1].strip()
    assert ("OPTIONS" in differing_names(raw, dotenv)) is not alike
