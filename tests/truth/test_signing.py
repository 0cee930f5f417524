"""Whether a job that signs can run where nobody types is what duplicity does with a key of its own."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.job import incomplete, read_job
from verify.lab.client.provision import provision_duplicity

LOCKED = "sesame"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a key that a passphrase locks; a short path, for gpg's agent has its socket there."""
    with tempfile.TemporaryDirectory(prefix="dvg-") as folder:
        home = Path(folder)
        (home / ".gnupg").mkdir(mode=0o700)
        gpg = ("gpg", "--homedir", str(home / ".gnupg"), "--batch", "--quiet", "--pinentry-mode=loopback")
        key = ("--passphrase", LOCKED, "--quick-generate-key", "Boats", "default", "default", "never")
        subprocess.run([*gpg, *key], check=True, capture_output=True)
        yield home
        subprocess.run(["gpgconf", "--homedir", str(home / ".gnupg"), "--kill", "all"], check=False)


def key_in(home: Path) -> str:
    done = subprocess.run(
        ["gpg", "--homedir", str(home / ".gnupg"), "--list-keys", "--with-colons"], capture_output=True, check=True
    )
    return next(line.split(":")[9] for line in done.stdout.decode().splitlines() if line.startswith("fpr"))


@pytest.mark.nightly(reason="sixteen commands of duplicity, each with an agent of its own")
@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ("--encrypt-key {key}", {}),
        ("--encrypt-key {key} --sign-key {key}", {}),
        ("--encrypt-key {key} --sign-key {key}", {"PASSPHRASE": LOCKED}),
        ("--encrypt-key {key} --sign-key {key}", {"SIGN_PASSPHRASE": LOCKED}),
        ("--encrypt-key {key} --sign-key {short}", {"PASSPHRASE": LOCKED}),  # the same key, spelt otherwise
        ("--sign-key {key}", {"PASSPHRASE": LOCKED}),
        ("--sign-key {key}", {"PASSPHRASE": "another", "SIGN_PASSPHRASE": LOCKED}),
        ("--sign-key {key}", {"PASSPHRASE": LOCKED, "SIGN_PASSPHRASE": LOCKED}),
    ],
)
def test_a_job_that_signs_lacks_what_duplicity_asks_for(
    home: Path, tmp_path: Path, options: str, variables: dict[str, str]
) -> None:
    key = key_in(home)
    words = options.format(key=key, short=key[-16:]).split()
    (tmp_path / "source").mkdir()
    lines = [f"SRC={tmp_path}/source", f"DST=file://{tmp_path}/there", f"OPTIONS={' '.join(words)}"]
    (tmp_path / "x.env").write_text("\n".join([*lines, *(f"{name}={text}" for name, text in variables.items())]) + "\n")
    lacking = list(incomplete(read_job(tmp_path / "x.env", None, {})))

    agent = ["gpgconf", "--homedir", str(home / ".gnupg"), "--kill", "gpg-agent"]
    calls = [*provision_duplicity("3.2.1").command, "{verb}", *words, f"--archive-dir={tmp_path}/archive"]
    env = {"PATH": os.environ["PATH"], "HOME": str(home), **variables}
    codes = []
    for verb in ("full", "incremental"):
        subprocess.run(agent, check=True)  # it remembers a passphrase
        command = [verb if word == "{verb}" else word for word in calls]
        places = [f"{tmp_path}/source", f"file://{tmp_path}/there"]
        done = subprocess.run([*command, *places], env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        codes.append(done.returncode)
        (tmp_path / "source" / "new").write_text("later")
    assert bool(lacking) is any(codes), (codes, lacking)
