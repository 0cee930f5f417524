"""What the image's `dup` leaves of options that duplicity removed is what our recipe of it leaves."""

import runpy
from pathlib import Path

import pytest

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
