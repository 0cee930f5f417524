"""Whoever is to hear of a drill does, however it ends; and whatever happens to a message, the exit code stands."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from receivers import TOKEN, PingServer, mail_server, ping_server
from told_runs import FINDINGS, PROVEN

from verify.cli import main
from verify.commands import drill
from verify.commands.telling import telling
from verify.errors import CannotRunError
from verify.report.files import keep_dated, write_reports
from verify.report.outcome import Run

PASSPHRASE = "the-passphrase-of-the-job"


@pytest.fixture(scope="module")
def server() -> Iterator[PingServer]:
    with ping_server() as running:
        yield running


@pytest.fixture
def pings(server: PingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PingServer]:
    """The receiver of pings, in a folder with a job and a policy that names it."""
    monkeypatch.chdir(tmp_path)
    for name in ("SMTP_HOST", "EMAIL_TO", "HEALTHCHECKS_URL", "UPTIME_KUMA_URL"):
        monkeypatch.delenv(name, raising=False)
    tmp_path.joinpath("duplicity.env").write_text(f"SRC=/src\nDST=file:///dst\nPASSPHRASE={PASSPHRASE}\n")
    policy(f'[[notify]]\nreceiver = "healthchecks"\nurl = "{server.healthchecks}"\n')
    del server.pings[:]
    usual = server.answer
    yield server
    server.answer = usual


def policy(text: str) -> None:
    Path("duplicity-verify.toml").write_text(f'env_file = "duplicity.env"\n{text}')


def options(*words: str) -> argparse.Namespace:
    return drill.parser().parse_args(words)


def ended(run: Run, *words: str, name: str = "") -> None:
    """Let a drill end with a run."""
    folder = Path(".duplicity-verify")
    write_reports(run, folder)
    keep_dated(run.started, folder)
    with telling(options(*words)) as teller:
        teller.note(name, run)


def told(server: PingServer) -> list[str]:
    return [ping.path.removeprefix(f"/ping/{TOKEN}") or "/success" for ping in server.pings]


def test_a_drill_tells_that_it_begins_and_how_it_ended(pings: PingServer, capsys: pytest.CaptureFixture[str]) -> None:
    ended(PROVEN)
    ended(FINDINGS)
    assert told(pings) == ["/start", "/success", "/start", "/fail"]
    assert "duplicity-verify: told healthchecks at localhost: OK\n" in capsys.readouterr().err


def test_the_report_says_who_was_told(pings: PingServer) -> None:
    ended(FINDINGS)
    for folder in (".duplicity-verify", ".duplicity-verify/latest"):
        report = json.loads(Path(folder, "report.json").read_text())
        assert report["deliveries"] == [{"receiver": "healthchecks at localhost", "sent": True, "said": "OK"}]
        assert report["verdict"] == "findings"


def test_what_cannot_begin_is_told_and_ends_with_2(pings: PingServer, capsys: pytest.CaptureFixture[str]) -> None:
    Path("duplicity.env").unlink()
    assert main(["drill"]) == 2
    assert told(pings) == ["/start", "/fail"]
    assert "COULD NOT RUN" in pings.pings[-1].body
    assert "duplicity.env" in pings.pings[-1].body
    assert "told healthchecks" in capsys.readouterr().err


def test_a_policy_that_is_wrong_elsewhere_still_says_who_is_told(pings: PingServer) -> None:
    policy(f'max_agee = "1h"\n[[notify]]\nreceiver = "healthchecks"\nurl = "{pings.healthchecks}"\n')
    assert main(["drill"]) == 2
    assert told(pings) == ["/start", "/fail"]
    assert "there is no key max_agee" in pings.pings[-1].body


@pytest.mark.parametrize("error", [CannotRunError("the disk is full"), KeyboardInterrupt(), ZeroDivisionError("x")])
def test_whatever_ends_a_drill_is_told_and_goes_on(pings: PingServer, error: BaseException) -> None:
    with pytest.raises(type(error)), telling(options()):
        raise error
    assert told(pings) == ["/start", "/fail"]
    assert "COULD NOT RUN" in pings.pings[-1].body


def test_a_drill_that_stops_after_one_destination_was_proven_is_not_green(pings: PingServer) -> None:
    def drilled() -> None:
        with telling(options()) as teller:
            teller.note("DST_1", PROVEN)
            raise CannotRunError("DST_2 does not answer")

    with pytest.raises(CannotRunError):
        drilled()
    assert told(pings) == ["/start", "/fail"]


def test_no_destination_hides_what_another_found(pings: PingServer) -> None:
    with telling(options()) as teller:
        teller.note("DST_1", FINDINGS)
        teller.note("DST_2", PROVEN)
    assert told(pings) == ["/start", "/fail"]


def test_some_checks_alone_tell_nobody(pings: PingServer, capsys: pytest.CaptureFixture[str]) -> None:
    ended(PROVEN, "-k", "fresh")
    ended(PROVEN, "--no-notify")
    assert told(pings) == []
    assert "nobody is told of this drill: -k chooses" in capsys.readouterr().err


def test_a_receiver_that_is_down_changes_nothing_and_is_told_by_the_next_drill(
    pings: PingServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual, pings.answer = pings.answer, lambda _: (500, {}, "")
    ended(PROVEN)
    assert "NOT told healthchecks at localhost: it answered 500" in capsys.readouterr().err
    report = json.loads((tmp_path / ".duplicity-verify" / "report.json").read_text())
    assert (report["verdict"], report["exit_code"], report["deliveries"][0]["sent"]) == ("proven", 0, False)
    pings.answer = usual
    ended(PROVEN)
    assert "healthchecks at localhost did not hear of the drill of " in pings.pings[-1].body
    ended(PROVEN)
    assert "did not hear" not in pings.pings[-1].body


def test_who_hears_of_failures_alone_hears_once_that_all_is_well(pings: PingServer, tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        policy(
            '[[notify]]\nreceiver = "mail"\nhost = "localhost"\nsender = "a@b"\nto = "c@d"\n'
            f"port = {box.port}\non = ['findings', 'could-not-run']\n"
        )
        for run in (PROVEN, FINDINGS, PROVEN, PROVEN):
            ended(run)
        with pytest.raises(CannotRunError), telling(options()):
            raise CannotRunError(f"the destination does not take {PASSPHRASE}")
    subjects = [mail["Subject"].rpartition(": ")[2] for mail in box.mails]
    assert subjects == ["FINDINGS (1 would not come back, 1 at risk or exposed)", "PROVEN", "COULD NOT RUN"]
    assert all(PASSPHRASE not in mail.as_string() for mail in box.mails)
    assert "nobody notices when drills have stopped" in box.mails[0].as_string().replace("=\n", "").replace("\n", " ")


def test_each_of_the_receivers_is_tried(pings: PingServer, capsys: pytest.CaptureFixture[str]) -> None:
    policy(
        f'[[notify]]\nreceiver = "healthchecks"\nurl = "{pings.healthchecks}"\n'
        f'[[notify]]\nreceiver = "uptime-kuma"\nurl = "{pings.kuma}"\n'
        '[[notify]]\nreceiver = "textfile"\nfile = "metrics.prom"\n'
    )
    assert main(["notify", "--test"]) == 0
    assert [path for path in told(pings) if "push" not in path] == ["/start", "/success", "/fail", "/fail"]
    assert [ping.query["status"] for ping in pings.pings if "push" in ping.path] == [["up"], ["down"], ["down"]]
    assert not Path("metrics.prom").exists()
    assert capsys.readouterr().out.count("TEST, no drill: ") == 3
    pings.answer = lambda _: (404, {}, "")
    assert main(["notify", "--test"]) == 2
    assert "NOT told healthchecks at localhost: it answered 404 Not Found" in capsys.readouterr().out


def test_nobody_to_tell_is_one_sentence(pings: PingServer, capsys: pytest.CaptureFixture[str]) -> None:
    policy("")
    assert main(["notify", "--test"]) == 2
    assert capsys.readouterr().err.startswith("duplicity-verify: nobody is told of drills: ")
