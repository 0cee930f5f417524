"""Each receiver is told by its protocol, by a server that speaks it; what goes wrong there is one sentence."""

import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from receivers import PASSWORD, TOKEN, USER, PingServer, mail_server, ping_server, silent_server, unused_port
from told_runs import FINDINGS, PROVEN, STOPPED
from vendors.authority import context_for

from verify.notify.message import Message, message_of
from verify.notify.sending import sent
from verify.notify.settings import receivers_of
from verify.notify.summary import DrillSummary
from verify.policy import NotifyTable
from verify.report.delivery import Delivery
from verify.report.outcome import Run
from verify.secret import Secret

SECONDS = 8.0


@pytest.fixture(scope="module")
def server() -> Iterator[PingServer]:
    with ping_server() as running:
        yield running


@pytest.fixture
def pings(server: PingServer) -> Iterator[PingServer]:
    """The receiver of pings, as it is documented and without a ping."""
    del server.pings[:]
    usual = server.answer
    yield server
    server.answer, server.slow = usual, False


def message(run: Run, **more: Any) -> Message:
    return message_of(DrillSummary("duplicity.env on here", {"": run}), [], **more)


def told(run: Run, seconds: float = SECONDS, *, environment: dict[str, str] | None = None, **keys: Any) -> Delivery:
    """What becomes of a message to the receiver of a table."""
    (each,) = receivers_of([NotifyTable(**keys)], environment or {})
    receiver, words = each.receiver, message(run, attached={"report.md": "# report"})
    (delivery,) = sent({receiver.name: lambda left: receiver.send(words, left)}, seconds, receiver.secrets)
    return delivery


# Healthchecks


@pytest.mark.parametrize(("run", "end"), [(PROVEN, ""), (FINDINGS, "/fail"), (STOPPED, "/fail")])
def test_a_check_is_green_only_where_all_is_proven(pings: PingServer, run: Run, end: str) -> None:
    assert told(run, receiver="healthchecks", url=Secret(pings.healthchecks)) == Delivery(
        "healthchecks at localhost", sent=True, said="OK"
    )
    (ping,) = pings.pings
    assert ping.path == f"/ping/{TOKEN}{end}"
    assert ping.body.startswith("duplicity.env on here: ")


def test_start_and_end_are_joined_and_the_body_is_as_long_as_the_server_says(pings: PingServer) -> None:
    (each,) = receivers_of([NotifyTable(receiver="healthchecks", url=Secret(f"{pings.healthchecks}/?create=1"))], {})
    each.receiver.start(SECONDS)
    each.receiver.send(message(FINDINGS, notes=["x" * 3000]), SECONDS)
    begun, ended = pings.pings
    assert (begun.path, ended.path) == (f"/ping/{TOKEN}/start", f"/ping/{TOKEN}/fail")
    assert begun.query["rid"] == ended.query["rid"]
    assert ended.query["create"] == ["1"]
    assert 1900 < len(ended.body) <= 2000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}, "OK (not found)"), "it knows no such check: copy the ping URL anew"),
        ((200, {}, "OK (rate limited)"), "it was pinged too often, and dropped this one: it takes five pings a minute"),
        ((200, {}, "<html>Log in"), "what answered is no Healthchecks: <html>Log in"),
        ((200, {}, ""), "what answered is no Healthchecks: nothing"),
        ((302, {"Location": "/login"}, ""), "it answered 302 Found"),
        ((404, {}, "not found"), "it answered 404 Not Found"),
        ((503, {}, TOKEN), "it answered 503 Service Unavailable"),
        ((200, {}, f"OK but {TOKEN} \x1b[2J"), "OK but *** [2J"),
    ],
)
def test_what_is_no_yes_is_told(pings: PingServer, answer: tuple[int, dict[str, str], str], said: str) -> None:
    pings.answer = lambda _: answer
    delivery = told(PROVEN, receiver="healthchecks", url=Secret(pings.healthchecks))
    assert (delivery.sent, delivery.said) == (said.startswith("OK"), said)


# Uptime Kuma


@pytest.mark.parametrize(("run", "status"), [(PROVEN, "up"), (FINDINGS, "down"), (STOPPED, "down")])
def test_a_push_monitor_is_up_only_where_all_is_proven(pings: PingServer, run: Run, status: str) -> None:
    assert told(run, receiver="uptime-kuma", url=Secret(pings.kuma)).sent
    (ping,) = pings.pings
    assert ping.path == f"/api/push/{TOKEN}"
    assert (ping.query["status"], ping.query["msg"]) == ([status], [message(run).title])


def test_a_monitor_that_does_not_exist_is_told(pings: PingServer) -> None:
    delivery = told(PROVEN, receiver="uptime-kuma", url=Secret(pings.kuma.replace(TOKEN, "another-token")))
    assert delivery == Delivery("uptime-kuma at localhost", sent=False, said="it answered 404 Not Found")
    pings.answer = lambda _: (200, {}, '{"ok": false}')
    assert told(PROVEN, receiver="uptime-kuma", url=Secret(pings.kuma)).said == 'it did not take it: {"ok": false}'


# whatever the receiver


def test_who_answers_byte_by_byte_is_not_waited_for(pings: PingServer) -> None:
    pings.slow, begun = True, time.monotonic()
    delivery = told(FINDINGS, 0.5, receiver="healthchecks", url=Secret(pings.healthchecks))
    assert (delivery.sent, delivery.said) == (False, "it did not answer within 0.5 s: nobody knows whether it arrived")
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("kind", ["healthchecks", "uptime-kuma", "mail"])
def test_who_is_not_there_is_told(kind: str) -> None:
    port = unused_port()
    where = {"url": Secret(f"http://localhost:{port}/x")} if kind != "mail" else {"host": "localhost", "port": port}
    assert told(PROVEN, receiver=kind, **where, sender="a@b", to=("c@d",)).said == (
        "it cannot be reached (Connection refused)"
    )


def test_who_says_nothing_is_told() -> None:
    with silent_server() as port:
        mail = told(PROVEN, 0.5, receiver="mail", host="localhost", port=port, sender="a@b", to=("c@d",))
        ping = told(PROVEN, 0.5, receiver="healthchecks", url=Secret(f"http://localhost:{port}/x"))
    assert {mail.sent, ping.sent} == {False}


@pytest.mark.parametrize("url", ["hc.example.org/ping/x", "https://", "ftp://x/y", "https://x/a b"])
def test_what_is_no_url_is_told_without_it(url: str) -> None:
    delivery = told(PROVEN, receiver="healthchecks", url=Secret(url))
    assert not delivery.sent
    assert delivery.said.startswith("the ping URL ")
    assert url.removeprefix("https://") not in delivery.said or url == "https://"


def test_a_receiver_of_an_unknown_authority_is_not_told(tmp_path: Path) -> None:
    context, authority = context_for(["localhost"], tmp_path)
    with ping_server() as own:
        own.serve_by(context)
        url = Secret(own.healthchecks.replace("http:", "https:"))
        stranger = told(PROVEN, receiver="healthchecks", url=url)
        known = told(PROVEN, receiver="healthchecks", url=url, ca_file=authority)
    assert stranger.said.startswith("its certificate is not trusted (")
    assert known.sent
    assert len(own.pings) == 1


# mail


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_mail_goes_by_login_and_starttls(tmp_path: Path) -> None:
    with mail_server(tmp_path, login=True, starttls=True) as box:
        delivery = told(
            FINDINGS, receiver="mail", host="localhost", port=box.port, user=USER, password=Secret(PASSWORD),
            ca_file=tmp_path / "authority.pem", sender="drill@example.org", to=("you@example.org", "b@example.org"),
        )  # fmt: skip
    assert delivery.said == "it took the mail"
    (mail,) = box.mails
    assert box.encrypted == [True]
    assert mail["Subject"] == message(FINDINGS).title
    assert (mail["From"], mail["To"]) == ("drill@example.org", "you@example.org, b@example.org")
    assert text_of(mail, "plain").split() == message(FINDINGS).text.split()
    assert "<table" in text_of(mail, "html")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["report.md"]
    assert PASSWORD not in mail.as_string()


def test_mail_goes_as_the_variables_of_the_image_say(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        variables = {"SMTP_HOST": "localhost", "SMTP_PORT": str(box.port), "EMAIL_FROM": "a@b", "EMAIL_TO": "c@d, e@f"}
        assert told(STOPPED, receiver="mail", environment=variables).sent
    assert [mail["To"] for mail in box.mails] == ["c@d, e@f"]


def test_a_wrong_password_a_stranger_and_a_plain_way_send_nothing(tmp_path: Path) -> None:
    known: dict[str, Any] = {"receiver": "mail", "host": "localhost", "sender": "a@b", "to": ("c@d",), "user": USER}
    with mail_server(tmp_path, login=True, starttls=True) as box:
        known |= {"port": box.port, "password": Secret("wrong password")}
        wrong = told(PROVEN, **known, ca_file=tmp_path / "authority.pem")
        stranger = told(PROVEN, **{**known, "password": Secret(PASSWORD)})
    with mail_server(tmp_path) as plain:
        readable = told(PROVEN, **{**known, "port": plain.port, "password": Secret(PASSWORD)})
    assert wrong.said == f"it refused the login of {USER} (535)"
    assert stranger.said.startswith("its certificate is not trusted (")
    assert readable.said == "it offers no STARTTLS, or no login: write tls and port as its owner says"
    assert box.mails == plain.mails == []


def test_a_mailbox_that_does_not_exist_is_told(tmp_path: Path) -> None:
    known: dict[str, Any] = {"receiver": "mail", "host": "localhost", "sender": "a@b"}
    with mail_server(tmp_path) as box:
        box.refused = ("c@d",)
        assert told(PROVEN, **known, port=box.port, to=("c@d",)).said == "it takes no mail for c@d"
        assert not told(PROVEN, **known, port=box.port, to=("c@d", "e@f")).sent


# the others


def test_the_file_of_metrics_is_one_that_prometheus_reads(tmp_path: Path) -> None:
    file = tmp_path / "backup.prom"
    assert told(FINDINGS, receiver="textfile", file=file).said == "written"
    samples = [each for family in text_string_to_metric_families(file.read_text()) for each in family.samples]
    verdict = {each.labels["verdict"]: each.value for each in samples if each.name == "duplicity_verify_verdict"}
    assert verdict == {"proven": 0, "findings": 1, "could-not-run": 0}
    found = {each.labels["severity"]: each.value for each in samples if each.name == "duplicity_verify_findings"}
    assert found == {"lost": 1, "at-risk": 1, "tidy-up": 0}
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_nobody_can_write_is_told(tmp_path: Path) -> None:
    delivery = told(PROVEN, receiver="textfile", file=tmp_path / "missing" / "backup.prom")
    assert (delivery.sent, delivery.said) == (False, "it cannot be reached (No such file or directory)")
    assert not told(PROVEN, receiver="textfile", file=tmp_path / "backup.txt").sent


@pytest.mark.nightly(reason="Apprise takes seconds to import; who tells by it is told of by day as all others are")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what Apprise imports
def test_apprise_sends_by_its_own_services(pings: PingServer) -> None:
    url = f"json://localhost:{pings.port}/{TOKEN}"
    assert told(FINDINGS, 60, receiver="apprise", url=Secret(url)) == Delivery(
        "apprise (json)", sent=True, said="Apprise sent it"
    )
    (ping,) = pings.pings
    assert message(FINDINGS).title in ping.body
    assert not told(FINDINGS, 60, receiver="apprise", url=Secret("nothing-that-it-knows://x")).sent


# secrets in files


def test_a_secret_in_a_file_is_used_and_one_that_all_can_read_is_told(tmp_path: Path, pings: PingServer) -> None:
    file = tmp_path / "url"
    file.write_text(f"{pings.healthchecks}\n")
    file.chmod(0o644)
    by_variable = {"HEALTHCHECKS_URL_FILE": str(file)}
    assert told(PROVEN, receiver="healthchecks", environment=by_variable).sent
    (open_to_all,) = receivers_of([NotifyTable(receiver="healthchecks", url_file=file)], {})
    assert open_to_all.notes == (f"{file} can be read by every user of this machine: chmod 600 {file}",)
    file.chmod(0o600)
    (closed,) = receivers_of([NotifyTable(receiver="healthchecks", url_file=file)], {})
    assert closed.notes == ()


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), ("", "is empty"), ("a\nb", "has several lines")]
)
def test_a_secret_file_that_is_of_no_use_is_told(tmp_path: Path, content: str | None, why: str) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    delivery = told(PROVEN, receiver="mail", host="localhost", user="u", password_file=file, sender="a@b", to=("c@d",))
    assert not delivery.sent
    assert f"password_file: {file} {why}" in delivery.said


def test_a_password_goes_to_no_server_but_its_own() -> None:
    variables = {"SMTP_HOST": "mine", "SMTP_USER": "me", "SMTP_PASS": "hidden", "EMAIL_TO": "a@b", "EMAIL_FROM": "a@b"}
    (own, other) = receivers_of(
        [NotifyTable(receiver="mail"), NotifyTable(receiver="mail", host="another.example.org")], variables
    )
    assert own.receiver.secrets == (Secret("hidden"),)
    assert other.receiver.secrets == ()
