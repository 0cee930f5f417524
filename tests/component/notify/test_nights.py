"""Four nights of a real job, as its owner hears of them: proven, damaged, with a receiver that is down, mended."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from monitoring import metrics_named, promtool
from packaging.version import Version
from receivers import PASSWORD, TOKEN, USER, mail_server, ping_server

from verify.lab.client.provision import DEFAULT_RELEASE, minio_binary, provision_duplicity
from verify.lab.hosts.runs import open_run
from verify.lab.stores.destination import Destination
from verify.lab.stores.minio import start_minio
from verify.secret import Secret

pytestmark = pytest.mark.nightly(reason="four drills of a real backup; by day the same is told of runs made by hand")
PASSPHRASE = "the passphrase of this job"


def drilled(folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    words = [sys.executable, "-m", "verify.cli", "drill", "--runtime", "embedded"]
    done = subprocess.run(words, cwd=folder, env={**os.environ, **environment}, capture_output=True, check=False)
    return done.returncode, done.stderr.decode()


def test_the_owner_hears_of_each_night_what_it_was(tmp_path: Path) -> None:
    binary = minio_binary()
    if binary is None:
        pytest.skip("MinIO is not here: ci/prepare-host installs it")
    with open_run() as run, contextlib.closing(start_minio(binary, run, Version(DEFAULT_RELEASE))) as store:
        play(tmp_path, store.destination("nightly"))


def play(tmp_path: Path, there: Destination) -> None:
    """Play the nights of a job that backs up to such a place."""
    source = tmp_path / "source"
    source.mkdir()
    for number in range(5):
        (source / f"file{number}").write_bytes(os.urandom(5000))
    words = [*there.options, f"--archive-dir={tmp_path}/archive"]
    keys = {name: value.reveal() if isinstance(value, Secret) else value for name, value in there.env.items()}
    lines = {"SRC": source, "DST": there.url, "OPTIONS": " ".join(words), "PASSPHRASE": PASSPHRASE, **keys}
    (tmp_path / "duplicity.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    own = {**keys, "PASSPHRASE": PASSPHRASE, "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    duplicity = provision_duplicity().command
    subprocess.run([*duplicity, "full", *words, str(source), there.url], env=own, check=True)
    with mail_server(tmp_path, login=True, starttls=True) as box, ping_server() as pings:
        (tmp_path / "duplicity-verify.toml").write_text(f"""
env_file = "duplicity.env"
[[notify]]
receiver = "healthchecks"
url = "${{CHECK}}"
[[notify]]
receiver = "mail"
host = "localhost"
port = {box.port}
user = "{USER}"
password = "${{SMTP_PASSWORD}}"
ca_file = "authority.pem"
sender = "a@example.org"
to = "b@example.org"
[[notify]]
receiver = "textfile"
file = "backup.prom"
""")
        environment = {"CHECK": pings.healthchecks, "SMTP_PASSWORD": PASSWORD}

        code, said = drilled(tmp_path, environment)
        assert code == 0, said

        volume = next(stored.name for stored in there.objects() if stored.name.endswith(".difftar.gpg"))
        away = there.read(volume)
        there.remove(volume)
        damaged, _ = drilled(tmp_path, environment)
        usual, pings.answer = pings.answer, lambda _: (503, {}, "")
        down, said = drilled(tmp_path, environment)
        assert (damaged, down) == (1, 1)
        assert "NOT told healthchecks at localhost: it answered 503" in said
        report = json.loads((tmp_path / ".duplicity-verify" / "report.json").read_text())
        assert [each["sent"] for each in report["deliveries"]] == [False, True, True]

        pings.answer = usual
        there.put(volume, away)
        assert drilled(tmp_path, environment)[0] == 0

        ends = [ping.path.removeprefix(f"/ping/{TOKEN}") for ping in pings.pings]
        assert ends == ["/start", "", "/start", "/fail", "/start", "/fail", "/start", ""]
        assert [mail["Subject"].partition(": ")[2].partition(" (")[0].partition(",")[0] for mail in box.mails] == [
            "FINDINGS", "FINDINGS", "PROVEN",
        ]  # fmt: skip
        told = "\n".join([*(mail.as_string() for mail in box.mails), *(ping.body for ping in pings.pings)])
        assert volume in told.replace("=\n", "")
        assert "did not hear of the drill" in pings.pings[-1].body
        assert not [secret for secret in (PASSPHRASE, PASSWORD, keys["AWS_SECRET_ACCESS_KEY"]) if secret in told]
        written = (tmp_path / "backup.prom").read_text()
        assert 'verdict="proven"} 1.0' in written
        promtool("check", "metrics", stdin=written.encode())
        assert [name for name in metrics_named() if name not in written] == []
        page = (tmp_path / ".duplicity-verify" / "report.html").read_text()
        assert "Who was told" in page
        assert PASSPHRASE not in page
