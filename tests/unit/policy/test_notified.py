"""`[[notify]]` in the policy file: what it is read as, and what is said of a wrong one."""

from pathlib import Path

import jsonschema
import pytest

from verify.errors import CannotRunError
from verify.policy import NotifyTable, read_notify, read_policy, schema
from verify.secret import Secret

MAIL = """
[[notify]]
receiver = "mail"
on = ["lost", "could-not-run"]
host = "smtp.example.org"
port = 587
tls = "starttls"
user = "me"
password = "${SMTP_PASS}"
sender = "a@example.org"
to = "b@example.org, c@example.org"
ca_file = "authority.pem"
"""


def read(folder: Path, text: str, **environment: str) -> tuple[NotifyTable, ...]:
    file = folder / "duplicity-verify.toml"
    file.write_text(text, encoding="utf-8")
    tables = read_notify(file, environment)
    assert tables == read_policy(file, environment).notify
    return tables


def test_each_table_is_a_receiver_with_secrets_from_the_environment(tmp_path: Path) -> None:
    mail, ping = read(tmp_path, MAIL + '[[notify]]\nreceiver = "healthchecks"\nurl_file = "url"', SMTP_PASS="hidden")
    assert mail == NotifyTable(
        receiver="mail",
        on=("lost", "could-not-run"),
        host="smtp.example.org",
        port=587,
        tls="starttls",
        user="me",
        password=Secret("hidden"),
        sender="a@example.org",
        to=("b@example.org", "c@example.org"),
        ca_file=tmp_path / "authority.pem",
    )
    assert ping == NotifyTable(receiver="healthchecks", url_file=tmp_path / "url")
    assert "hidden" not in repr(mail)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('notify = "mail"', "notify = '…': write tables, each below a line [[notify]]"),
        ('[[notify]]\non = ["findings"]', "notify[1] says not what is told: write receiver = one of mail, "),
        ('[[notify]]\nreceiver = "pigeon"', "notify[1].receiver = 'pigeon': write one of mail, healthchecks, "),
        ('[[notify]]\nreceiver = "mail"\nhots = "x"', "there is no key hots in notify[1]: did you mean host?"),
        ('[[notify]]\nreceiver = "mail"\non = ["bad"]', "notify[1].on = ['bad']: write a list of proven, findings, "),
        ('[[notify]]\nreceiver = "mail"\npassword = 12345', "notify[1].password = '…': write a text in quotes, "),
        ('[[notify]]\nreceiver = "mail"\nport = "x"', "notify[1].port = 'x': write a whole number"),
        (
            '[[notify]]\nreceiver = "uptime-kuma"\non = ["findings"]',
            "notify[1].on has no meaning: leave it out, uptime-kuma hears of every drill",
        ),
        ('[[notify]]\nreceiver = "apprise"\nurl = "${NO}"', "notify[1].url: the variable NO is not set: "),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CannotRunError) as error:
        read(tmp_path, text)
    assert said in str(error.value)
    assert "12345" not in str(error.value)


def test_who_is_told_can_be_read_where_another_key_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "duplicity-verify.toml"
    file.write_text('max_agee = "1h"\n[[notify]]\nreceiver = "textfile"\nfile = "x.prom"\n')
    assert read_notify(file, {}) == (NotifyTable(receiver="textfile", file=tmp_path / "x.prom"),)


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    ok = {"notify": [{"receiver": "mail", "on": ["findings"], "to": ["a@b"], "port": 25, "tls": "none"}]}
    jsonschema.validate(ok, schema(), jsonschema.Draft202012Validator)
    for wrong in ({}, {"receiver": "x"}, {"receiver": "mail", "on": []}, {"receiver": "mail", "hots": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"notify": [wrong]}, schema(), jsonschema.Draft202012Validator)
