"""Where a stream cannot show our marks there are plain signs, and never an error."""

import io
import json

from verify.report.screen.console import open_console
from verify.report.screen.marks import IN_JSON, PLAIN, plain, printable_on


def written(text: str, encoding: str = "ascii", **how: str) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    printable_on(stream, **how)
    stream.write(text)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_each_mark_has_a_plain_sign_of_its_own() -> None:
    assert written("✓ proven, ✗ findings, ○ not proven → …") == "+ proven, x findings, o not proven -> ..."
    assert written("▁▂▃▄▅▆▇█") == "12345678"
    assert len(set(PLAIN.values())) == len(PLAIN)


def test_what_is_no_mark_is_escaped() -> None:
    assert written("é 日 \udcff") == "\\xe9 \\u65e5 \\udcff"
    assert plain("a ✓") == "a +"


def test_a_stream_that_can_show_them_does() -> None:
    assert written("✓ é", "utf-8") == "✓ é"


def test_json_stays_json() -> None:
    value = {"path": "é ✓ 😀 \udcff"}
    assert json.loads(written(json.dumps(value, ensure_ascii=False), how=IN_JSON)) == value


def test_a_stream_of_another_kind_is_left_alone() -> None:
    printable_on(io.StringIO())


def test_a_console_prints_them_too(tmp_path: object) -> None:
    raw = open(f"{tmp_path}/out", "w+", encoding="ascii")  # noqa: PTH123, SIM115 - as a shell gives it
    console = open_console(raw)
    console.print("✓ é")
    console.file.close()
    raw.seek(0)
    assert raw.read() == "+ \\xe9\n"
    raw.close()
