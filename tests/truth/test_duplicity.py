"""What duplicity makes of options and of a URL is what its own parser says, release by release."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from asking import Asked, examples
from hypothesis import given
from parsers import PROGRAM

from verify.job import Job, printable_destination, read_job
from verify.job.credentials import password_of
from verify.job.destination.schemes import scheme_of
from verify.job.drawn import destinations, option_words
from verify.job.option_names import TWO_VALUED
from verify.job.options import WrittenOption, parsed
from verify.lab.client.provision import provision_duplicity

RELEASES = ("0.8.18", "1.2.3", "2.2.4", "3.2.1")  # one of each generation
CALL = ("full", "/usr", "file:///mnt/target")  # a folder that is there


@pytest.fixture(scope="module", params=RELEASES)
def duplicity(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Asks a release's own parsers, inside its own interpreter."""
    home = tmp_path_factory.mktemp("home")
    command = provision_duplicity(request.param).command
    asked = Asked([str(Path(command[-1]).parent / "python"), "-W", "ignore", "-c", PROGRAM], home)
    yield asked
    asked.end()


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A job whose options a test replaces."""
    file = tmp_path_factory.mktemp("job") / "duplicity.env"
    file.write_text("SRC=/mnt/source\nDST=file:///mnt/target\n")
    return read_job(file, None, {})


def spelt_out(option: WrittenOption) -> tuple[str, ...]:
    """Return an option as one word, which no reader can take apart in another way; one with two values as it is."""
    if option.value is None or option.name in TWO_VALUED:
        return option.words
    return (f"{option.name}={option.value}" if option.words[0].startswith("--") else "".join(option.words),)


@examples(200)
@given(words=option_words())
def test_an_option_has_the_value_that_we_say(duplicity: Asked, words: tuple[str, ...]) -> None:
    theirs = duplicity(words=[*CALL, *words])
    if "refused" not in theirs:
        assert duplicity(words=[*CALL, *(word for each in parsed(words) for word in spelt_out(each))]) == theirs


@examples(200)
@given(words=option_words())
def test_what_a_jobs_options_say_is_what_we_say(duplicity: Asked, job: Job, words: tuple[str, ...]) -> None:
    theirs = duplicity(words=[*CALL, *words])
    if "refused" not in theirs:
        assert _of_job(replace(job, options=words)) == _of_duplicity(theirs)


def _of_job(job: Job) -> dict[str, Any]:
    words = parsed(job.selection_options)
    rules = [_rule(each.name, each.value) for each in words if each.name != "--null-separator"]  # which is no rule
    return {"encrypted": job.encrypted, "to a key": job.encrypts_to_key, "rules": rules}


def _of_duplicity(theirs: Mapping[str, Any]) -> dict[str, Any]:
    config, gpg = theirs["config"], theirs["gpg"]
    keys = gpg.get("recipients") or gpg.get("hidden_recipients")
    return {
        "encrypted": config["encryption"],
        "to a key": bool(keys or config["use_agent"] or config.get("use_gpgsm")),
        "rules": [_rule(*each) for each in theirs["selection"]],
    }


def _rule(name: str, value: Any) -> list[Any]:
    """Return a rule in one spelling: duplicity keeps a time as a number, a home as its path, no value as none or []."""
    if value == "standard input":  # a list like others, to old releases
        return [f"{name}-stdin", None]
    if name == "--exclude-older-than":
        return [name, "a time"]
    return [name, value or None]


@examples(200)
@given(url=destinations())
def test_a_urls_scheme_and_password_are_those_that_we_say(duplicity: Asked, url: str) -> None:
    theirs = duplicity(url=url)
    if "refused" in theirs:
        return
    if re.match(r"[\w+]+://", url):  # what else begins in another way is no URL to its command line
        assert scheme_of(url) == theirs["scheme"]
    if theirs["password"]:
        assert theirs["password"] in unquote(password_of(url))
        assert f":{password_of(url)}@" not in printable_destination(url)
