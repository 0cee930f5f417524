"""Several jobs of one policy file are drilled one after the other: each has its reports, and one page has them all."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from commands import Command, Done
from monitoring import metrics_named, promtool
from prometheus_client.parser import text_string_to_metric_families
from receivers import TOKEN, mail_server, ping_server
from told_runs import FINDINGS, PROVEN, STOPPED

from verify.lab.client.provision import provision_duplicity
from verify.report.pages.jobs_page import jobs_page

POLICY = """
max_age = "26h"
keep_reports = 3
[jobs.web]
env_file = "web.env"
[jobs.db]
env_file = "db.env"
max_age = "2h"
[jobs.gone]
env_file = "gone.env"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy of three jobs: one that is right, one that encrypts nothing, one without its file."""
    (tmp_path / "duplicity-verify.toml").write_text(POLICY)
    for name, own_options in (("web", ""), ("db", "--no-encryption ")):
        source, destination = tmp_path / name, tmp_path / "backups" / name
        source.mkdir()
        destination.mkdir(parents=True)
        (source / "letter.txt").write_text(f"of {name}")
        options = f"{own_options}--gpg-options=--s2k-count=65536 --archive-dir={tmp_path}/archive"
        (tmp_path / f"{name}.env").write_text(
            f"SRC={source}\nDST=file://{destination}\nPASSPHRASE=seven rowing boats\nOPTIONS={options}\n"
        )
        command = [*provision_duplicity().command, "full", *options.split(), str(source), f"file://{destination}"]
        own = {"PASSPHRASE": "seven rowing boats", "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        subprocess.run(command, env=own, check=True, capture_output=True)
    return tmp_path


def drilled(folder: Path, *words: str) -> Done:
    environment = {**os.environ, "COLUMNS": "120"}
    return Command("drill", "--runtime", "embedded", *words, folder=folder, environment=environment, apart=True).ended()


def test_each_job_has_its_reports_and_the_worst_exit_code_counts(folder: Path) -> None:
    done = drilled(folder, "--all", "-k", "encryption-on")
    reports = folder / ".duplicity-verify"
    verdicts = {
        name: json.loads((reports / "jobs" / name / "report.json").read_text())["verdict"] for name in ("web", "db")
    }
    assert verdicts == {"web": "proven", "db": "findings"}
    assert done.code == 2, done.err
    assert "duplicity-verify: gone: " in done.err
    page = (reports / "jobs.html").read_text()
    assert page.index("jobs/db/report.html") < page.index("gone.env") < page.index("jobs/web/report.html")
    assert not (reports / "report.json").exists()

    alone = drilled(folder, "--job", "web", "-k", "encryption-on")
    assert alone.code == 0, alone.err
    assert len(list((reports / "jobs" / "web").glob("20*"))) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--all", "--env-file", "web.env"], "--all and --env-file say both"),
        (["--job", "wbe"], "has no table [jobs.wbe]: its jobs are web, db, gone"),
        ([], "name the job with --env-file, or --all, or --job with one of web, db, gone"),
    ],
)
def test_what_does_not_say_which_job_is_refused(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "duplicity-verify.toml").write_text(POLICY)
    done = drilled(tmp_path, *words)
    assert done.code == 2
    assert said in done.err


def test_all_without_jobs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "duplicity-verify.toml").write_text('env_file = "web.env"\n')
    done = drilled(tmp_path, "--all")
    assert done.code == 2
    assert "names no job: write a table [jobs.NAME]" in done.err


def test_the_page_has_the_worst_first_and_says_why() -> None:
    page = jobs_page({"web": PROVEN, "db/DST_2": FINDINGS, "mail": STOPPED})
    assert page.index("db/DST_2") < page.index("mail") < page.index(">web<")
    assert "3 drills: findings 1, could not run 1, proven 1" in page
    assert "the destination does not answer" in page
    assert 'href="jobs/db/DST_2/report.html"' in page
    assert 'href="jobs/mail/report.html"' not in page


@pytest.mark.nightly(reason="two whole drills of real backups; by day a check of each is drilled")
def test_one_message_names_all_jobs_and_the_metrics_have_a_label_for_each(folder: Path) -> None:
    with mail_server(folder) as box, ping_server() as pings:
        (folder / "duplicity-verify.toml").write_text(f"""{POLICY}
[[notify]]
receiver = "mail"
host = "localhost"
port = {box.port}
sender = "a@example.org"
to = "b@example.org"
[[notify]]
receiver = "healthchecks"
url = "{pings.healthchecks}"
[[notify]]
receiver = "textfile"
file = "backup.prom"
""")
        done = drilled(folder, "--all")
        assert done.code == 2, done.err
        (mail,) = box.mails
        for words in ("db FINDINGS", "gone COULD NOT RUN", "web PROVEN"):
            assert words in " ".join(mail["subject"].split())
        assert [ping.path for ping in pings.pings] == [f"/ping/{TOKEN}/start", f"/ping/{TOKEN}/fail"]
    written = (folder / "backup.prom").read_text()
    promtool("check", "metrics", stdin=written.encode())
    metrics = [*text_string_to_metric_families(written)]
    assert metrics_named() <= {sample.name for family in metrics for sample in family.samples}
    now = {
        (sample.labels["job"], sample.labels["verdict"])
        for family in metrics
        for sample in family.samples
        if sample.name == "duplicity_verify_verdict" and sample.value
    }
    assert now == {("db", "findings"), ("web", "proven"), ("gone", "could-not-run")}
