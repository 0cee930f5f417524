"""A drill of a job with several destinations is one at each, with reports of their own."""

from pathlib import Path

import pytest

from verify.commands.drill import each_destination, parser

ENV = "SRC=/a\nPASSPHRASE=p\n"
TWO = "DST=multi\nDST_1=file:///x\nDST_2=file:///y\n"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("DST=file:///x\n", [], [(None, "reports")]),
        (TWO, [], [("DST_1", "reports/DST_1"), ("DST_2", "reports/DST_2")]),
        (TWO, ["--destination", "DST_2"], [("DST_2", "reports")]),
        ("DST=multi\n", [], [(None, "reports")]),
    ],
)
def test_each_destination_is_drilled(
    tmp_path: Path, text: str, words: list[str], expected: list[tuple[str | None, str]]
) -> None:
    (tmp_path / "duplicity.env").write_text(ENV + text)
    options = parser().parse_args(["--env-file", str(tmp_path / "duplicity.env"), "--report-dir", "reports", *words])
    assert [(each.destination, each.report_dir) for each in each_destination(options)] == expected
