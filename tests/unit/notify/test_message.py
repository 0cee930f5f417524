"""A message says what is at stake and what to do, fits, and holds no secret."""

import html
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_runs import FINDINGS, FRESH, LOST, PROVEN, STARTED, STOPPED, run_of

from verify.checks import Finding
from verify.notify.message import cut, message_of
from verify.notify.summary import DrillSummary
from verify.report.outcome import Run
from verify.secret import Secret


def of(*runs: Run) -> DrillSummary:
    names = [""] if len(runs) == 1 else [f"DST_{number}" for number in range(1, len(runs) + 1)]
    return DrillSummary("duplicity.env on here", dict(zip(names, runs, strict=True)))


def test_findings_are_told_with_stake_and_remedy_the_gravest_first() -> None:
    message = message_of(of(FINDINGS), [])
    assert message.title == "duplicity.env on here: FINDINGS (1 would not come back, 1 at risk or exposed)"
    lost, at_risk = message.sections["What is at stake"]
    assert lost == (
        "would not come back: not true that every file comes back byte for byte, every link with its target (content): "
        "config/traefik.yml: nothing"
    )
    assert at_risk.startswith("at risk or exposed: ")
    assert message.sections["What to do"] == [LOST.hint, FRESH.hint, f"then look again: {FRESH.reproduce}"]
    assert message.sections["What was proven"] == ["3 of 6 checks, 1.2 MB downloaded", "not proven: restore-time"]


def test_what_could_not_run_says_that_nothing_is_known() -> None:
    message = message_of(of(STOPPED), [], proven_at={"": "2026-11-29T05:31:15Z"})
    assert message.title == "duplicity.env on here: COULD NOT RUN"
    assert message.sections["What is at stake"] == ["nothing is known of this backup: it may be good or lost"]
    assert message.sections["What to do"] == [*STOPPED.troubles]
    assert message.sections["Last proven"] == ["2026-11-29T05:31:15Z"]


def test_what_is_proven_says_what_was_not() -> None:
    message = message_of(of(PROVEN), [], ["mail to a@b did not hear of the drill of …"])
    assert message.title == "duplicity.env on here: PROVEN"
    assert "not proven: restore-time" in message.text
    assert message.sections["Told"] == ["mail to a@b did not hear of the drill of …"]
    assert "Last proven" not in message.sections


def test_several_destinations_are_told_together_the_worst_first() -> None:
    message = message_of(of(PROVEN, STOPPED, FINDINGS), [])
    assert message.title == "duplicity.env on here: DST_3 FINDINGS; DST_2 COULD NOT RUN; DST_1 PROVEN"


@given(st.text(max_size=400), st.integers(0, 300))
def test_a_text_is_cut_to_what_its_receiver_takes(text: str, limit: int) -> None:
    kept = cut(text, limit)
    assert len(kept.encode()) <= limit or kept == text == ""
    assert kept == text or len(text.encode()) > limit


SECRETS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=8, max_size=30)


@given(secret=SECRETS, before=st.text(max_size=20), after=st.text(max_size=20), place=st.integers(0, 5))
def test_no_secret_is_in_any_message(secret: str, before: str, after: str, place: int) -> None:
    said = [f"{before}{secret}{after}" if at == place else "x" for at in range(6)]
    found = Finding("content", said[0], said[1], said[2], said[3], said[4])
    run = replace(run_of(found, trouble=said[5]), started=STARTED)
    message = message_of(of(run), [Secret(secret)], [said[0]], {"report.md": said[2]})
    told = "\n".join([message.title, message.text, *message.attached.values()])
    assert secret not in told.replace("***", "")


def test_nothing_of_a_finding_acts_on_a_terminal_or_a_mail_program() -> None:
    hostile = Finding("content", "<script>\x1b[2J\r\nBcc: x@y", "", "\u202eevil", "<b>")
    message = message_of(of(run_of(hostile)), [])
    assert "<script>" not in message.as_html
    assert all(sign not in message.text for sign in ("\x1b", "\r", "\u202e"))
    assert "\nBcc:" not in message.text


@pytest.mark.parametrize("run", [PROVEN, FINDINGS, STOPPED])
def test_the_table_says_what_the_text_says(run: Run) -> None:
    message = message_of(of(run), [])
    shown = html.unescape(message.as_html)
    assert all(line in shown for lines in message.sections.values() for line in lines)
