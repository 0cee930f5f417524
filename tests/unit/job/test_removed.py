"""What the image's `dup` leaves of options that duplicity removed is what our recipe of it leaves."""

import runpy
from pathlib import Path

import pytest

from verify.job import read_job, removed_options
from verify.job.findings import NEWEST
from verify.job.findings.removed import left_by_image

DUP = Path(__file__).parents[3] / "ci" / "images" / "duplicity" / "bin" / "dup"


@pytest.mark.parametrize(
    "text",
    [
        "--s3-use-new-style --full-if-older-than 1W -v3",
        "--s3-use-new-style --s3-european-buckets --exclude /a",
        "--s3-european-buckets --s3-use-new-style --exclude /a",
        "--gio=x --exclude /a",
        "--exclude-globbing-filelist /x --s3-multipart-max-timeout 10 -v3",
        "--volsize 5",
    ],
)
def test_what_is_left_is_what_the_recipe_leaves(text: str) -> None:
    sanitised = runpy.run_path(str(DUP))["sanitised"]
    assert " ".join(left_by_image(text.split())) == sanitised(text, "s3:///b")


def test_a_line_for_a_stack_file_has_two_dollars_for_one(tmp_path: Path) -> None:
    (tmp_path / "x.env").write_text("OPTIONS=--gio --exclude $SRC/tmp\n")
    base = "services:\n  b:\n    image: duplicity\n    hostname: h\n"
    own = "    environment: {OPTIONS: --gio --exclude $$SRC/tmp}\n"
    for text, dollars in ((f"{base}{own}", "$$"), (f"{base}    env_file: x.env\n", "$")):
        (tmp_path / "stack.yml").write_text(text)
        (found,) = removed_options(read_job(None, tmp_path / "stack.yml", {}, reading="raw"), NEWEST)
        assert found.hint == f"write OPTIONS=--exclude {dollars}SRC/tmp"


def test_a_secret_is_masked_before_its_dollars_are_doubled(tmp_path: Path) -> None:
    own = "{OPTIONS: --gio --name pa$$ssphrase, PASSPHRASE: pa$$ssphrase}"
    (tmp_path / "stack.yml").write_text(f"services:\n  b: {{image: duplicity, hostname: h, environment: {own}}}\n")
    (found,) = removed_options(read_job(None, tmp_path / "stack.yml", {}, reading="raw"), NEWEST)
    assert found.hint == "write OPTIONS=--name ***"
