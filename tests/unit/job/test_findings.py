from pathlib import Path

import pytest
from packaging.version import Version

from verify.checks import Severity
from verify.job import Job, incomplete, read_job, scheme_finding, two_readings
from verify.job.destination.addresses import wrong_addresses
from verify.job.destination.schemes import dead_schemes

GOOD = "SRC=/a\nDST=file:///x\nPASSPHRASE=p\n"
SCHEMES = {"s3", "boto3+s3", "sftp", "scp", "file", "swift", "par2"}


def job_of(tmp_path: Path, text: str, stack: str = "") -> Job:
    (tmp_path / "duplicity.env").write_text(text)
    (tmp_path / "stack.yml").write_text(stack)
    return read_job(tmp_path / "duplicity.env", tmp_path / "stack.yml" if stack else None, {})


@pytest.mark.parametrize(
    ("line", "got", "values", "hint"),
    [
        ('SRC="/a b"', "quotes are kept by docker stack deploy", '("/a b" and /a b)', "without quotes"),
        ("SRC=/a # b", "the comment behind", "(/a # b and /a)", "line of its own"),
        ("SRC=$HOME/a", "a `$` is kept", "($HOME/a and /a)", "no spelling"),
        ("SRC=/a ", "blanks around", "(/a  and /a)", "without blanks"),
        (
            'SRC="/a"\nTMPDIR="/b"\nPASSPHRASE="p"',
            "quotes are kept",
            '(SRC: "/a" and /a; TMPDIR: "/b" and /b)',
            "NAME=value",
        ),
    ],
)
def test_each_way_to_differ_is_named_with_both_values_and_a_way_out(
    tmp_path: Path, line: str, got: str, values: str, hint: str
) -> None:
    found = list(two_readings(job_of(tmp_path, f"{line}\nDST=file:///x\n")))
    assert [finding.check for finding in found] == ["env-file-reads-alike"]
    assert got in found[0].got
    assert hint in found[0].hint
    assert found[0].got.endswith(values)


@pytest.mark.parametrize(
    "line", ["OPTIONS=-v3 ", "JOB_300_WHAT=backup ", "JOB_300_WHEN= daily ", "CRONTAB_DAILY=0 2 * * * "]
)
def test_blanks_around_what_is_taken_apart_at_blanks_are_nothing(tmp_path: Path, line: str) -> None:
    assert not list(two_readings(job_of(tmp_path, f"{GOOD}{line}\n")))


@pytest.mark.parametrize(
    ("line", "alike"),
    [
        ('"--full-if-older-than 1M --exclude /a/tmp"', True),
        ("'--full-if-older-than 1M'", True),
        ("--exclude /a/tmp # not needed", True),
        ("--exclude $SRC/tmp --exclude ${SRC}/cache", True),
        ("\"--exclude '/a/my folder'\"", False),
        ("\"--exclude '**/tmp'\"", False),
        ("--exclude '$SRC/tmp'", False),
        ("--exclude ${NAME:-x}/tmp", False),
        ("--exclude $NOWHERE/tmp", False),
    ],
)
def test_what_the_images_shell_makes_alike_of_options_is_no_difference(
    tmp_path: Path, line: str, *, alike: bool
) -> None:
    assert bool(list(two_readings(job_of(tmp_path, f"{GOOD}OPTIONS={line}\n")))) is not alike


def test_quotes_around_a_cron_line_are_taken_off_by_newer_images(tmp_path: Path) -> None:
    (finding,) = two_readings(job_of(tmp_path, f'{GOOD}CRONTAB_DAILY="0 2 * * *"\n'))
    assert finding.severity is Severity.TIDY_UP
    assert "v4.1.0" in finding.got


def test_a_bare_last_line_is_set_by_docker_stack_deploy_alone(tmp_path: Path) -> None:
    (tmp_path / "x.env").write_text("DST=file:///x\nSRC")
    (finding,) = two_readings(read_job(tmp_path / "x.env", None, {"SRC": "/a"}))
    assert finding.got == "docker stack deploy sets it, docker compose does not (/a and nothing)"


def test_a_secret_that_differs_is_told_without_its_values(tmp_path: Path) -> None:
    (finding,) = two_readings(job_of(tmp_path, 'PASSPHRASE="ab"\n'))
    assert finding.got == "quotes are kept by docker stack deploy and stripped by docker compose"


def test_a_file_that_docker_compose_refuses_is_a_finding(tmp_path: Path) -> None:
    (finding,) = two_readings(job_of(tmp_path, "PASSPHRASE=${ab\n"))
    assert "duplicity.env line 1" in finding.got


def test_a_good_job_lacks_nothing(tmp_path: Path) -> None:
    assert not list(incomplete(job_of(tmp_path, GOOD)))


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("DST=file:///x\nPASSPHRASE=p\n", "no SRC (the image's default is /mnt/backup/src, an empty folder)"),
        ("SRC=\nDST=file:///x\nPASSPHRASE=p\n", "no SRC"),
        (
            "SRC=a\nDST=file:///x\nPASSPHRASE=p\n",
            "SRC=a, which depends on the folder that duplicity is started in",
        ),
        ("SRC=/a\nPASSPHRASE=p\n", "no DST"),
        ("SRC=/a\nDST=multi\nPASSPHRASE=p\n", "no DST_1"),
        ("SRC=/a\nDST=file:///x\n", "neither of them"),
        (GOOD + "PASSPHRASE=\n", "neither of them"),
        (GOOD + "OPTIONS=--exclude 'a\n", "OPTIONS: a quote is not closed"),
        (
            GOOD + "JOB_1_WHEN=daily\n",
            "JOB_1_WHEN and no JOB_1_WHAT: the image fails on it before any job of that period runs",
        ),
        (
            GOOD + "JOB_007_WHAT=backup\nJOB_007_WHEN=daily\n",
            "JOB_007_WHEN and no JOB_7_WHAT: the image fails on it before any job of that period runs",
        ),
        (GOOD + "JOB_1_WHAT=backup\n", "JOB_1_WHAT alone: it never runs"),
        (
            GOOD + "JOB_1_WHAT=x\nJOB_1_WHEN=daily dayly\n",
            "JOB_1_WHEN=dayly: it never runs, and the image says nothing",
        ),
        (GOOD + "JOB_300_WHEN=\n", "none: the container would run and never back up"),
        (
            f"{GOOD}JOB_300_WHEN='daily weekly'\n",
            "JOB_300_WHEN='daily weekly', and the quotes are part of it",
        ),
        (GOOD + "CRONTAB_WEEKLY=0 1 * *\n", "CRONTAB_WEEKLY with 4"),
    ],
)
def test_each_thing_that_a_job_lacks_is_one_finding(tmp_path: Path, text: str, got: str) -> None:
    found = list(incomplete(job_of(tmp_path, text)))
    assert [(finding.check, finding.got) for finding in found] == [("job-complete", got)]
    assert found[0].hint


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("DST=file:///x\nPASSPHRASE=p\n", Severity.LOST),
        ("SRC=/a\nPASSPHRASE=p\n", Severity.LOST),
        ("SRC=/a\nDST=file:///x\n", Severity.LOST),
        (GOOD + "OPTIONS=--exclude 'a\n", Severity.LOST),
        (GOOD + "JOB_300_WHEN=\n", Severity.LOST),
        (GOOD + "JOB_300_WHEN=Daily\n", Severity.LOST),
        (GOOD + "JOB_300_WHEN=daily wekly\n", Severity.AT_RISK),
        ("SRC=a\nDST=file:///x\nPASSPHRASE=p\n", Severity.AT_RISK),
        (GOOD + "CRONTAB_WEEKLY=0 1 * *\n", Severity.AT_RISK),
        (GOOD + "CRONTAB_DAILY=0 1 * *\n", Severity.LOST),
        (GOOD + "CRONTAB_DAILY=0 25 * * *\n", Severity.LOST),
        (GOOD + "CRONTAB_DAILY=0 25 * * *\nJOB_300_WHEN=daily weekly\n", Severity.AT_RISK),
        (GOOD + "JOB_300_WHEN=daily,weekly\n", Severity.LOST),
    ],
)
def test_a_job_that_makes_no_backup_at_all_is_lost_and_another_at_risk(
    tmp_path: Path, text: str, severity: Severity
) -> None:
    assert [finding.severity for finding in incomplete(job_of(tmp_path, text))] == [severity]


def test_an_empty_schedule_stops_the_job_that_it_would_start(tmp_path: Path) -> None:
    found = [finding.got for finding in incomplete(job_of(tmp_path, GOOD + "CRONTAB_DAILY=\n"))]
    assert found == [
        "none: CRONTAB_DAILY is empty, so the container never backs up",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SRC=/a\nDST=file:///x\nOPTIONS=--no-encryption\n",
        f'{GOOD}JOB_500_WHAT=backup\nJOB_500_WHEN=""\n',
        "SRC=/a\nDST=file:///x\nOPTIONS=--encrypt-key ABCD\n",
        GOOD + "JOB_1_WHAT=x\nJOB_1_WHEN=nightly\nCRONTAB_NIGHTLY='0 1 * * *'\n",
        GOOD + "JOB_300_WHEN=\nJOB_1_WHAT=backup\nJOB_1_WHEN=hourly\n",
    ],
)
def test_other_complete_jobs_lack_nothing(tmp_path: Path, text: str) -> None:
    assert not list(incomplete(job_of(tmp_path, text)))


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("daily,weekly", "JOB_300_WHEN=daily weekly"),
        ("daily, weekly", "JOB_300_WHEN=daily weekly"),
        ("daily;weekly hourly", "JOB_300_WHEN=daily weekly hourly"),
    ],
)
def test_periods_without_a_blank_between_them_are_told_with_the_line(tmp_path: Path, when: str, hint: str) -> None:
    found = [each.hint for each in incomplete(job_of(tmp_path, f"{GOOD}JOB_300_WHEN={when}\n"))]
    assert found[0] == f"write {hint}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SRC=/a\nPASSPHRASE=p\nDEST=file:///x\n", "no DST (DEST is set, which nothing reads)"),
        ("DST=file:///x\nPASSPHRASE=p\nSOURCE=/a\n", "SOURCE is set"),
        ("SRC=/a\nDST=file:///x\nPASPHRASE=p\n", "neither of them (PASPHRASE is set"),
        ("SRC=/a\nDST=file:///x\nPASSPHRASE_FILE=/run/secrets/p\n", "PASSPHRASE_FILE is set, which nothing reads"),
        ("SRC=/a\nDST=file:///x\npassphrase=p\n", "passphrase is set"),
        (GOOD + "OPTION=--exclude /a/b\n", "OPTION, which nothing reads"),
        (GOOD + "JOB_DUMP_WHAT=/dump.sh\n", "JOB_DUMP_WHAT, which nothing reads"),
        (GOOD + "JOB_300_WHATS=backup --exclude /a/b\n", "JOB_300_WHATS, which nothing reads"),
        (GOOD + "CRONTAB_DALY=0 4 * * *\nJOB_300_WHEN=daily daly\n", ""),  # the image takes any period
        (GOOD + "AWS_SECRET_KEY=x\n", "AWS_SECRET_KEY, which nothing reads"),
    ],
)
def test_a_misspelt_variable_is_said_where_the_one_that_was_meant_is_lacking(
    tmp_path: Path, text: str, says: str
) -> None:
    found = list(incomplete(job_of(tmp_path, text)))
    assert len(found) == bool(says)
    assert says in "".join(each.got for each in found)


@pytest.mark.parametrize(
    "lines",
    ["TARGET=x", "SMTP_PASSWORD=x\nSMTP_PASS=y", "SRC2=/b\nJOB_400_WHAT=backup $SRC2\nJOB_400_WHEN=daily", "FOO=bar"],
)
def test_other_variables_are_somebody_elses(tmp_path: Path, lines: str) -> None:
    assert not list(incomplete(job_of(tmp_path, f"{GOOD}{lines}\n")))


def test_quotes_that_are_part_of_a_path_are_said(tmp_path: Path) -> None:
    found = next(iter(incomplete(job_of(tmp_path, 'SRC="/a"\nDST=file:///x\nPASSPHRASE=p\n'))))
    assert (found.hint, found.severity) == ("write SRC=/a, without quotes", Severity.LOST)


def mounting(target: str) -> str:
    return f"services: {{b: {{image: duplicity, env_file: duplicity.env, volumes: ['/x:{target}:ro']}}}}"


@pytest.mark.parametrize(("target", "count"), [("/a", 0), ("/", 0), ("/ab", 1), ("/a/b", 0), ("/b", 1)])
def test_a_stack_file_must_mount_the_source_or_a_part_of_it(tmp_path: Path, target: str, count: int) -> None:
    assert len(list(incomplete(job_of(tmp_path, GOOD, mounting(target))))) == count


def test_a_mounted_part_that_is_excluded_brings_nothing(tmp_path: Path) -> None:
    text = GOOD + "OPTIONS=--exclude /a/b\n"
    (finding,) = incomplete(job_of(tmp_path, text, mounting("/a/b/c")))
    assert finding.expected == "a volume that mounts /a"
    assert not list(incomplete(job_of(tmp_path, text, mounting("/a/bc"))))


def test_volumes_below_the_images_default_source_are_a_source(tmp_path: Path) -> None:
    text = "DST=file:///x\nPASSPHRASE=p\n"
    assert not list(incomplete(job_of(tmp_path, text, mounting("/mnt/backup/src/one"))))
    (finding,) = incomplete(job_of(tmp_path, text, mounting("/elsewhere")))
    assert finding.expected == "SRC, the folder to back up"


def hint_of(tmp_path: Path, text: str) -> str:
    (finding,) = scheme_finding(job_of(tmp_path, text), SCHEMES, Version("3.2.1"))
    assert finding.check == "scheme-supported"
    return finding.hint


def test_google_cloud_storage_is_given_the_lines_that_replace_it(tmp_path: Path) -> None:
    hint = hint_of(tmp_path, "DST=gs://bucket/some/prefix\nOPTIONS=-v 3\nGS_ACCESS_KEY_ID=x\n")
    assert hint.splitlines()[1:] == [
        "DST=s3:///bucket/some/prefix",
        "OPTIONS=--s3-endpoint-url=https://storage.googleapis.com -v 3",
        "AWS_ACCESS_KEY_ID=(the value of GS_ACCESS_KEY_ID)",
        "AWS_SECRET_ACCESS_KEY=(the value of GS_SECRET_ACCESS_KEY)",
    ]


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("boto+gs://b/p", "DST=s3:///b/p"),
        ("s3+http://bucket/p", "DST=s3:///bucket/p"),
        (
            "boto+s3://host.example:9000/bucket/p/q",
            "DST=s3:///bucket/p/q\nOPTIONS=--s3-endpoint-url=https://host.example:9000",
        ),
        ("ssh://me:geheim@host:22//dir", "DST=sftp://me:***@host:22//dir"),
        ("cf+http://container", "DST=swift://container/"),
        ("acd+acdcli://dir", "Amazon closed Cloud Drive"),
        ("pcloud://dir", "rclone"),
        ("sfpt://host/dir", "sftp://"),
        ("/just/a/path", "DST=file:///just/a/path"),
        ("just/a/path", "DST=scheme://"),
    ],
)
def test_other_unknown_schemes_have_a_way_out(tmp_path: Path, url: str, lines: str) -> None:
    assert lines in hint_of(tmp_path, f"DST={url}\n")


@pytest.mark.parametrize(
    ("url", "why", "lines"),
    [
        ("ad://dir/below", "Amazon closed Cloud Drive in 2023", "DST=s3:///bucket/dir/below"),
        ("cf+http://container", "no Python since 3.10 can import", "DST=swift://container/"),
        ("gdata+gdocs://me:geheim@gmail.com/dir", "Google closed", "GOOGLE_SERVICE_JSON_FILE="),
    ],
)
def test_a_registered_scheme_that_leads_nowhere_is_a_finding(tmp_path: Path, url: str, why: str, lines: str) -> None:
    job = job_of(tmp_path, f"DST={url}\n")
    (finding,) = scheme_finding(job, {*SCHEMES, url.partition(":")[0]}, Version("3.2.1"))
    assert why in finding.hint
    assert lines in finding.hint
    assert "geheim" not in str(finding)
    assert dead_schemes(job, Version("3.2.1")) == [finding]


@pytest.mark.parametrize(
    ("url", "known_to", "dropped_in"),
    [
        ("gs://b/p", "0.8.22", "0.8.23"), ("s3+http://b/p", "0.8.22", "0.8.23"),
        ("boto+gs://b/p", "1.2.3", "2.0"), ("boto+s3://b/p", "1.2.3", "2.0"),
    ],
)  # fmt: skip
def test_a_dropped_scheme_is_dead_from_the_release_that_lacks_it(
    tmp_path: Path, url: str, known_to: str, dropped_in: str
) -> None:
    job = job_of(tmp_path, f"DST={url}\n")
    assert dead_schemes(job, Version(known_to)) == []
    (finding,) = dead_schemes(job, Version(dropped_in))
    assert finding == scheme_finding(job, SCHEMES, Version(dropped_in))[0]


@pytest.mark.parametrize("url", ["ssh://me@host/dir", "pcloud://dir", "acd+acdcli://dir"])
def test_what_no_release_has_is_dead_with_each(tmp_path: Path, url: str) -> None:
    (finding,) = dead_schemes(job_of(tmp_path, f"DST={url}\n"), Version("0.8.18"))
    assert "; write\n" in finding.hint


@pytest.mark.parametrize(
    "url", ["s3:///b/p", "boto3+s3:///b", "file:///x", "sftp://h/x", "par2+sftp://h/x", "nonsense://x", ""]
)
def test_other_schemes_are_not_dead(tmp_path: Path, url: str) -> None:
    assert not dead_schemes(job_of(tmp_path, f"DST={url}\n"), Version("3.2.1"))


@pytest.mark.parametrize("url", ["s3:///b/p", "S3:///b/p", "par2+sftp://h/x", "boto3+s3://b", "file:///x", ""])
def test_registered_schemes_and_prefixes_are_known(tmp_path: Path, url: str) -> None:
    assert not scheme_finding(job_of(tmp_path, f"DST={url}\n"), SCHEMES, Version("3.2.1"))


def test_quotes_that_are_part_of_a_url_are_said(tmp_path: Path) -> None:
    found = list(wrong_addresses(job_of(tmp_path, 'DST="s3:///b/p"\n'), Version("3.2.1")))
    assert [each.hint for each in found] == ["write DST=s3:///b/p, without quotes"]


def test_each_destination_of_multi_mode_is_looked_at(tmp_path: Path) -> None:
    job = job_of(tmp_path, "DST=multi\nDST_1=file:///x\nDST_2=gs://b/p\n")
    (finding,) = scheme_finding(job, SCHEMES, Version("3.2.1"))
    assert "DST_2=gs://b/p" in finding.expected
