"""The policy file: what it is read as, and what is said of a wrong one."""

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from verify.errors import CannotRunError
from verify.policy import FILE_NAME, Policy, find_policy, read_policy, schema, with_flags
from verify.policy.schema import schema_text

SCHEMA_FILE = Path(__file__).parents[3] / "verify" / "policy" / "schema.json"

FULL = """
env_file = "duplicity.env"
stack = "/etc/${NAME}.yml"
source = "/var/data"
listing = "listing.txt"
lock = "duplicity-verify.lock"
must_include = ["config", "**.sql"]
must_exclude = ["/var/data/runtime"]
max_age = "1d2h"
must_restore = ["config/traefik/traefik.yml"]
restore_samples = 20
budget = "1.5GB"
minutes = 30
max_restore_time = "4h"
restore_limit = "30m"
price_per_gb = 0.02
shrink_threshold = 0.3
"""


def policy_of(folder: Path, text: str, **environment: str) -> Policy:
    file = folder / FILE_NAME
    file.write_text(text, encoding="utf-8")
    return read_policy(file, environment)


def test_every_key_is_read_as_what_it_is(tmp_path: Path) -> None:
    assert policy_of(tmp_path, FULL, NAME="stack") == Policy(
        file=tmp_path / FILE_NAME,
        env_file=tmp_path / "duplicity.env",
        stack=Path("/etc/stack.yml"),
        source=Path("/var/data"),
        listing=tmp_path / "listing.txt",
        lock=tmp_path / "duplicity-verify.lock",
        must_include=("config", "**.sql"),
        must_exclude=("/var/data/runtime",),
        max_age=timedelta(hours=26),
        must_restore=("config/traefik/traefik.yml",),
        restore_samples=20,
        budget=1_500_000_000,
        minutes=30,
        max_restore_time=timedelta(hours=4),
        restore_limit=timedelta(minutes=30),
        price_per_gb=0.02,
        shrink_threshold=0.3,
    )


def test_without_a_file_there_are_the_defaults() -> None:
    policy = read_policy(None, {})
    assert policy == Policy()
    assert (policy.max_age, policy.restore_samples, policy.budget) == (timedelta(hours=26), 100, None)


def test_numbers_may_come_from_the_environment(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, 'restore_samples = "${N}"\nminutes = "${M}"', N="7", M="2.5")
    assert (policy.restore_samples, policy.minutes) == (7, 2.5)


def test_a_dollar_that_is_no_reference_stays(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, 'must_include = ["$HOME/a$", "$${X}"]', HOME="/root", X="x")
    assert policy.must_include == ("$HOME/a$", "${X}")


def test_sizes_are_decimal_or_binary(tmp_path: Path) -> None:
    sizes = {"3B": 3, "2kB": 2000, "2 kiB": 2048, "1GiB": 2**30, "1TB": 10**12}
    for text, size in sizes.items():
        assert policy_of(tmp_path, f'budget = "{text}"').budget == size


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("must_inlcude = []", "there is no key must_inlcude: did you mean must_include?"),
        ("max-age = '1h'", "there is no key max-age: did you mean max_age?"),
        ("colour = 1", "there is no key colour: the keys are env_file, stack,"),
        ("max_age = 26", 'max_age = 26: write a duration of s, m(inutes), h, d and w, such as "26h"'),
        ("max_age = '3 days'", "max_age = '3 days': write a duration"),
        ("max_age = '1M'", "max_age = '1M': write a duration"),
        ("max_age = '99999999999999d'", "write a duration"),
        ("budget = '2 gigabytes'", 'such as "2GB"'),
        ("restore_samples = -1", "restore_samples = -1: write a whole number"),
        ("restore_samples = 1.5", "write a whole number"),
        ("restore_samples = true", "write a whole number"),
        ("minutes = nan", "minutes = nan: write a number"),
        ("shrink_threshold = 1", "write a share between 0 and 1"),
        ("must_include = 'config'", "write a list of paths"),
        ("must_include = [1]", "write a list of paths"),
        ("must_restore = ['/etc/passwd']", "write a list of paths relative to the source"),
        ("must_restore = ['a/../b']", "write a list of paths relative to the source"),
        ("env_file = ''", "write a path in quotes"),
        ("env_file = '${FILE}'", "env_file: the variable FILE is not set: set it"),
        ("env_file = '${FILE'", "env_file: ${FILE names no variable"),
        ("env_file = '${FILE:-x}'", "env_file: ${FILE:-x} names no variable"),
        ("env_file = x", "is not TOML: Invalid value (at line 1, column 12): correct the line"),
        ("max_age = '1h'\nmax_age = '2h'", "is not TOML: Cannot overwrite a value"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CannotRunError) as refused:
        policy_of(tmp_path, text)
    assert said in str(refused.value)
    assert str(tmp_path / FILE_NAME) in str(refused.value)


def test_a_value_from_the_environment_is_not_printed(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError) as refused:
        policy_of(tmp_path, "max_age = '${SECRET}'", SECRET="hunter2")
    assert "hunter2" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"none\.toml cannot be read \(no such file or directory\)"):
        read_policy(tmp_path / "none.toml", {})
    (tmp_path / "latin.toml").write_bytes(b"env_file = '\xfc'")
    with pytest.raises(CannotRunError, match=r"latin\.toml is not UTF-8"):
        read_policy(tmp_path / "latin.toml", {})


def test_the_file_is_found_by_name_then_here_then_beside_the_env_file(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    env_file, named = there / "duplicity.env", tmp_path / "named.toml"
    assert find_policy(None, here, env_file) is None
    (there / FILE_NAME).touch()
    assert find_policy(None, here, env_file) == there / FILE_NAME
    assert find_policy(None, here, None) is None
    (here / FILE_NAME).touch()
    assert find_policy(None, here, env_file) == here / FILE_NAME
    assert find_policy(named, here, env_file) == named


def test_flags_beat_the_file(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, FULL, NAME="stack")
    flags = {"env_file": "mine.env", "budget": "3GB", "must_include": ["a"], "minutes": None, "keyword": "x"}
    changed = with_flags(policy, flags)
    assert (changed.env_file, changed.budget, changed.must_include) == (Path("mine.env"), 3 * 10**9, ("a",))
    assert (changed.minutes, changed.stack) == (30, Path("/etc/stack.yml"))
    with pytest.raises(CannotRunError, match=r"--max-age = 'soon': write a duration"):
        with_flags(policy, {"max_age": "soon"})


def test_a_listing_by_flag_beats_a_source_in_the_file_and_the_reverse(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, FULL, NAME="stack")
    listed, seen = with_flags(policy, {"listing": "-"}), with_flags(policy, {"source": "data"})
    assert (listed.source, listed.listing) == (None, Path("-"))
    assert (seen.source, seen.listing) == (Path("data"), None)


def test_the_schema_beside_the_code_is_what_the_code_makes() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: uv run python -c 'from verify.policy.schema import schema_text as t; print(t(), end=\"\")'"
        " > verify/policy/schema.json"
    )


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (FULL, True),
        ('restore_samples = "${N}"', True),
        ("must_inlcude = []", False),
        ("max_age = 26", False),
        ("max_age = '1M'", False),
        ("budget = '2 gigabytes'", False),
        ("restore_samples = -1", False),
        ("shrink_threshold = 1", False),
        ("must_restore = ['/etc/passwd']", False),
        ("must_restore = ['a/../b']", False),
        ("must_restore = ['a/..b/.c']", True),
        ("env_file = ''", False),
    ],
)
def test_the_schema_and_the_reader_agree(tmp_path: Path, text: str, good: bool) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    data = tomllib.loads(text)
    assert json.loads(json.dumps(data)) == data
    valid = jsonschema.Draft202012Validator(schema()).is_valid(data)
    try:
        policy_of(tmp_path, text, N="7", NAME="x")
        read = True
    except CannotRunError:
        read = False
    assert (valid, read) == (good, good)


JOBS = """
max_age = "1d"
[jobs.web]
env_file = "web.env"
max_age = "2h"
[jobs.db]
stack = "stack.yml"
service = "db"
"""


def test_a_jobs_own_table_goes_before_what_is_said_of_all(tmp_path: Path) -> None:
    file = tmp_path / "duplicity-verify.toml"
    file.write_text(JOBS)
    assert read_policy(file, {}).jobs == ("web", "db")
    web, db = (read_policy(file, {}, name) for name in ("web", "db"))
    assert (web.max_age, web.env_file, web.stack) == (timedelta(hours=2), tmp_path / "web.env", None)
    assert (db.max_age, db.stack, db.service) == (timedelta(days=1), tmp_path / "stack.yml", "db")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[jobs.web]\nmax_agee = '1h'", "there is no key max_agee in jobs.web: did you mean max_age?"),
        ("[jobs.web.jobs.db]\nmax_age = '1h'", "there is no key jobs in jobs.web"),
        ("[jobs.'../web']\nmax_age = '1h'", "write a table for each below a line [jobs.NAME]"),
        ("jobs = ['web']", "write a table for each below a line [jobs.NAME]"),
    ],
)
def test_what_is_no_table_of_jobs_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "duplicity-verify.toml"
    file.write_text(text)
    for job in (None, "web"):
        with pytest.raises(CannotRunError) as error:
            read_policy(file, {}, job)
        assert said in str(error.value)
