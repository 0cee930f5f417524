import shlex

import pytest
from packaging.version import Version

from verify.job.received import (
    Meant,
    OptionStretch,
    environment_findings,
    is_idle,
    shown,
    stretches,
    words_findings,
)
from verify.secret import Secret

OLD = frozenset({"--s3-use-new-style"})


def parted(meant: list[str], received: str) -> list[tuple[str, str]]:
    options = [Meant(tuple(shlex.split(text)), text in OLD) for text in meant]
    return [(shlex.join(each.meant), shlex.join(each.came)) for each in stretches(options, shlex.split(received))]


@pytest.mark.parametrize(
    ("meant", "received", "found"),
    [
        (["--exclude /a", "/src", "url"], "--exclude /a /src url", []),
        (["--exclude '/my dir'", "/src"], "--exclude /my /src", [("--exclude '/my dir'", "--exclude /my")]),
        (["--exclude '/my dir'", "/src"], "--exclude /my dir /src", [("--exclude '/my dir'", "--exclude /my dir")]),
        (["--a", "--b 10", "/src"], "--a 10 /src", [("--b 10", "10")]),
        (["--a", "--b 10", "/src"], "--a /src", [("--b 10", "")]),
        (["--a", "/src"], "--a --new /src", [("", "--new")]),
        (["--a", "/src"], "--a /src --new", [("", "--new")]),
        (["--s3-use-new-style", "--a 1"], "--a 1", []),
        (["--s3-use-new-style", "--a 1"], "", [("--a 1", "")]),
        (["--s3-use-new-style", "--a 1"], "--s3-use-new-style --a 1", []),
        (["--exclude /a", "--exclude /b", "--exclude /c"], "--exclude /a --exclude /c", [("--exclude /b", "")]),
        (["--exclude /a", "--exclude /b"], "--exclude /b --exclude /a", [("", "--exclude /a"), ("--exclude /a", "")]),
        (["--x 1", "--a", "--y 2"], "--x 9 --a --y 8", [("--x 1", "--x 9"), ("--y 2", "--y 8")]),
    ],
)
def test_whole_options_are_told_that_part(meant: list[str], received: str, found: list[tuple[str, str]]) -> None:
    assert sorted(parted(meant, received)) == sorted(found)


@pytest.mark.parametrize(
    ("name", "release", "destination", "idle"),
    [
        ("--s3-use-new-style", "3.2.1", "s3:///b", True),
        ("--s3-use-new-style", "1.2.3", "s3:///b", False),
        ("--s3-endpoint-url", "3.2.1", "s3:///b", False),
        ("--s3-endpoint-url", "3.2.1", "boto3+s3://b", False),
        ("--s3-endpoint-url", "0.8.18", "sftp://h/d", True),
        ("--exclude-globbing-filelist", "3.2.1", "s3:///b", False),
    ],
)
def test_an_option_without_effect_may_be_left_out(name: str, release: str, destination: str, idle: bool) -> None:
    assert is_idle(name, Version(release), destination) == idle


def test_words_are_shown_without_secrets_and_not_by_the_thousand() -> None:
    secret = Secret("geheim geheim")
    (found,) = words_findings([OptionStretch(("--name", "geheim geheim"), ())], [secret])
    assert (found.check, found.expected, found.got) == ("options-reach-duplicity", "--name '***'", "nothing")
    assert shown(["--ftp-password", "1234"], []) == "--ftp-password ***"
    assert shown([f"/{number}" for number in range(1000)], []).endswith("/11 … (988 words more)")


def test_a_variable_that_did_not_arrive_is_told_by_its_name_alone() -> None:
    meant = {"PASSPHRASE": "1", "TMPDIR": "2", "TZ": "3"}
    found = environment_findings(meant, {"PASSPHRASE": "other", "TZ": "3", "PATH": "4"})
    assert [(each.expected.split()[0], each.got) for each in found] == [
        ("PASSPHRASE", "another value"),
        ("TMPDIR", "no TMPDIR"),
    ]
