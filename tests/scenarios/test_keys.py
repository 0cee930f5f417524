"""A backup to a key is proven where its secret key is, and what a drill lacks there is one finding that says it."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from commands import Command

from verify.job import read_job
from verify.lab.client.provision import provision_duplicity
from verify.secret import Secret

OF_KEY, OF_SIGNER = "sesame", "barley"
BY_NIGHT = pytest.mark.nightly(reason="each is a backup with keys and a drill; by day one key is there, and one is not")


@dataclass
class Keyring:
    """A home with a gpg of its own; a short path, for gpg's agent has its socket there."""

    home: Path
    ids: dict[str, str] = field(default_factory=dict)  # fingerprints by name

    def gpg(self, *words: str, stdin: bytes = b"") -> bytes:
        own = ("gpg", "--homedir", f"{self.home}/.gnupg", "--batch", "--quiet", "--yes", "--pinentry-mode=loopback")
        return subprocess.run([*own, *words], input=stdin, capture_output=True, check=True).stdout

    def forget(self) -> None:
        """Have gpg's agent forget the passphrases that it was given."""
        subprocess.run(["gpgconf", "--homedir", f"{self.home}/.gnupg", "--kill", "all"], check=False)

    def make(self, name: str, passphrase: str) -> None:
        self.gpg("--passphrase", passphrase, "--quick-generate-key", name, "future-default", "default", "never")
        listed = self.gpg("--list-keys", "--with-colons", name).decode()
        self.ids[name] = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        self.gpg("--import-ownertrust", stdin=f"{self.ids[name]}:6:\n".encode())


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    with made_keyring() as made:
        made.make("Boats", OF_KEY)
        yield made


@pytest.fixture(scope="module")
def public_alone(keyring: Keyring) -> Iterator[Keyring]:
    """Another machine: it knows the public keys, and no secret ones."""
    with made_keyring() as made:
        made.gpg("--import", stdin=keyring.gpg("--export"))
        yield made


class made_keyring(tempfile.TemporaryDirectory[str]):  # noqa: N801 - it is used like a function
    """A keyring in a folder that goes away."""

    def __init__(self) -> None:
        super().__init__(prefix="dvg-")
        self._made = Keyring(Path(self.name))

    def __enter__(self) -> Keyring:  # type: ignore[override]  # what it gives is more than a name
        (self._made.home / ".gnupg").mkdir(mode=0o700)
        return self._made

    def __exit__(self, *raised: object) -> None:
        self._made.forget()
        super().__exit__(*raised)  # type: ignore[arg-type]  # passed on as it comes


@dataclass
class KeyJob:
    """A job in a folder, with options for keys, and the machine that runs it."""

    folder: Path
    options: str
    variables: dict[str, str]

    def env_file(self, **changed: str) -> Path:
        file = self.folder / "duplicity.env"
        shared = f"--allow-source-mismatch --archive-dir={self.folder}/archive"
        own = {"SRC": f"{self.folder}/source", "DST": f"file://{self.folder}/there"}
        lines = {**own, "OPTIONS": f"{shared} {self.options}", **self.variables, **changed}
        file.write_text("".join(f"{name}={text}\n" for name, text in lines.items() if text))
        return file

    def back_up(self, keyring: Keyring) -> None:
        (self.folder / "source").mkdir()
        (self.folder / "source" / "letter").write_text("Dear all,")
        os.utime(self.folder / "source" / "letter", (1, 1))
        job = read_job(self.env_file(), None, {})
        own = {name: text.reveal() if isinstance(text, Secret) else text for name, text in job.duplicity_env.items()}
        env = {**own, "PATH": os.environ["PATH"], "HOME": str(keyring.home)}
        words = [*provision_duplicity().command, "full", *job.options, job.source, job.destination]
        subprocess.run(words, check=True, capture_output=True, env=env)

    def drilled(self, keyring: Keyring, **changed: str) -> dict[str, Any]:
        """Drill where a keyring is; return the report."""
        keyring.forget()
        words = ("drill", f"--env-file={self.env_file(**changed)}", "--runtime=embedded", "--report-dir=reports")
        cache = os.environ.get("XDG_CACHE_HOME", f"{Path.home()}/.cache")
        environment = {**os.environ, "HOME": str(keyring.home), "XDG_CACHE_HOME": cache}
        done = Command(*words, folder=self.folder, environment=environment).ended()
        said = done.out + done.err
        assert not [each for each in (OF_KEY, OF_SIGNER) if each in said], "it tells a passphrase"
        report: dict[str, Any] = json.loads((self.folder / "reports" / "report.json").read_text())
        assert done.code == int(bool(report["findings"])), said
        return report


def only_finding(report: dict[str, Any]) -> dict[str, str]:
    (found,) = report["findings"]
    assert found["check"] == "passphrase-opens"
    outcomes = {each["id"]: each["outcome"] for each in report["checks"]}
    assert {outcomes[each] for each in ("chain-complete", "sample-restores", "expected-paths")} == {"not-proven"}
    return dict(found)


def test_a_backup_to_a_key_is_proven_where_the_secret_key_is_and_nowhere_else(
    keyring: Keyring, public_alone: Keyring, tmp_path: Path
) -> None:
    job = KeyJob(tmp_path, f"--encrypt-key {keyring.ids['Boats']}", {"PASSPHRASE": OF_KEY})
    job.back_up(keyring)
    assert job.drilled(keyring)["findings"] == []
    assert "import the secret key" in only_finding(job.drilled(public_alone))["hint"]


@BY_NIGHT
@pytest.mark.parametrize("passphrase", ["", "another"])
def test_a_secret_key_that_is_not_unlocked_is_named(keyring: Keyring, tmp_path: Path, passphrase: str) -> None:
    job = KeyJob(tmp_path, f"--encrypt-key {keyring.ids['Boats']}", {"PASSPHRASE": OF_KEY})
    job.back_up(keyring)
    found = only_finding(job.drilled(keyring, PASSPHRASE=passphrase))
    assert "secret key" in found["got"]
    assert "the passphrase of the secret key" in found["hint"]


@BY_NIGHT
@pytest.mark.parametrize("signed_by", ["Boats", "Signer"])
def test_a_signed_backup_to_a_key_is_proven(keyring: Keyring, tmp_path: Path, signed_by: str) -> None:
    own = {"PASSPHRASE": OF_KEY, "SIGN_PASSPHRASE": OF_SIGNER if signed_by == "Signer" else OF_KEY}
    if signed_by not in keyring.ids:
        keyring.make(signed_by, OF_SIGNER)
    job = KeyJob(tmp_path, f"--encrypt-key {keyring.ids['Boats']} --sign-key {keyring.ids[signed_by]}", own)
    job.back_up(keyring)
    assert job.drilled(keyring)["findings"] == []


@BY_NIGHT
def test_a_hidden_recipient_is_proven_where_its_secret_key_is_and_nowhere_else(
    keyring: Keyring, public_alone: Keyring, tmp_path: Path
) -> None:
    job = KeyJob(tmp_path, f"--hidden-encrypt-key {keyring.ids['Boats']}", {"PASSPHRASE": OF_KEY})
    job.back_up(keyring)
    assert job.drilled(keyring)["findings"] == []
    found = only_finding(job.drilled(public_alone))
    assert "0000000000000000" not in found["got"]
    assert "secret key" in found["hint"]


@BY_NIGHT
def test_a_key_that_has_expired_since_still_opens_its_backups(tmp_path: Path) -> None:
    with made_keyring() as own:
        own.make("Boats", OF_KEY)
        job = KeyJob(tmp_path, f"--encrypt-key {own.ids['Boats']}", {"PASSPHRASE": OF_KEY})
        job.back_up(own)
        soon = ("--passphrase", OF_KEY, "--quick-set-expire", own.ids["Boats"], "seconds=1")
        own.gpg(*soon)
        assert job.drilled(own)["findings"] == []
