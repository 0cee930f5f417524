"""What a drill makes of a job: duplicity's options, mounts of the container, where its S3 is, and its settings."""

from pathlib import Path
from typing import Any

import pytest

from verify.drill.host.archive import names_of
from verify.drill.host.command import drill_environment, drill_options, patience_of
from verify.drill.host.mounts import binds_of
from verify.drill.opening import must_have_one_destination
from verify.drill.points.source import live_source
from verify.drill.settings import DrillSettings
from verify.errors import CannotRunError, NotProvenError
from verify.job import Job, read_job
from verify.secret import Secret


def job_of(folder: Path, stack: str = "", **variables: str) -> Job:
    file = folder / "duplicity.env"
    own = {"SRC": "/var/data", "DST": "s3:///bucket/a/b", "PASSPHRASE": "secret", **variables}
    file.write_text("".join(f"{name}={value}\n" for name, value in own.items()))
    if stack:
        (folder / "stack.yml").write_text(stack)
    return read_job(file, folder / "stack.yml" if stack else None, {})


def test_a_drill_keeps_the_jobs_options_and_nothing_that_writes_hides_or_picks(tmp_path: Path) -> None:
    options = (
        "--allow-source-mismatch --archive-dir=/archive --name job --log-file /log --tempdir /t --force --dry-run "
        "--ignore-errors --time 3D --restore-time 3D --file-to-restore x --path-to-restore x "
        "--s3-endpoint-url=http://s3 --log-timestamp --progress --verbosity=debug -v9 -v 5"
    )
    made = drill_options(job_of(tmp_path, OPTIONS=options), "/a", "/t2")
    assert made == (
        "--allow-source-mismatch", "--s3-endpoint-url=http://s3", "--metadata-sync-mode", "partial",
        "--archive-dir=/a", "--name=drill", "--tempdir=/t2",
    )  # fmt: skip


def test_the_jobs_files_are_known_by_its_prefixes(tmp_path: Path) -> None:
    names = names_of(
        job_of(tmp_path, OPTIONS="--file-prefix web- --file-prefix-manifest=m- --file-prefix-signature s-")
    )
    for name in (
        "full.20261125T145335Z.vol1.difftar",
        "full.20261125T145335Z.manifest",
        "full-signatures.20261125T145335Z.sigtar",
    ):
        assert names.read(f"duplicity-{name}") is None
    assert names.read("web-duplicity-full.20261125T145335Z.vol1.difftar") is not None
    assert names.read("web-m-duplicity-full.20261125T145335Z.manifest") is not None
    assert names.read("web-s-duplicity-full-signatures.20261125T145335Z.sigtar") is not None


def test_how_long_duplicity_tries_again_is_the_jobs_own_word(tmp_path: Path) -> None:
    assert patience_of(job_of(tmp_path, OPTIONS="--num-retries=9")) == ()
    assert patience_of(job_of(tmp_path)) == ("--num-retries=4", "--backend-retry-delay=15")


def test_gpg_has_a_home_of_its_own_unless_it_needs_the_users_keys(tmp_path: Path) -> None:
    symmetric = drill_environment(job_of(tmp_path), "/t", "/g", "/home/jill")
    assert (symmetric["GNUPGHOME"], symmetric["HOME"], symmetric["TMPDIR"]) == ("/g", "/home/jill", "/t")
    assert symmetric["PASSPHRASE"] == Secret("secret")
    by_key = drill_environment(job_of(tmp_path, OPTIONS="--encrypt-key ABCD"), "/t", "/g", "/home/jill")
    assert "GNUPGHOME" not in by_key


STACK = """
services:
  backup:
    image: tecnativa/duplicity
    env_file: duplicity.env
    volumes:
      - /var/data:/var/data:ro
      - /srv/keys:/root/.ssh:ro
      - /var/data/duplicity/tmp:/tmp
      - /var/data/duplicity/archive:/archive
      - /var/run/docker.sock:/var/run/docker.sock
      - gnupg:/root/.gnupg
      - /mnt/backups:/backups
"""


def test_a_container_gets_the_jobs_mounts_but_its_source_and_what_duplicity_writes_to(tmp_path: Path) -> None:
    job = job_of(tmp_path, STACK, OPTIONS="--archive-dir=/archive", TMPDIR="/tmp")  # noqa: S108 - the recipe's
    binds = binds_of(job, lambda _: True)
    assert binds.by_target == {"/root/.ssh": "/srv/keys", "/backups": "/mnt/backups"}
    assert binds.notes == ("the mount gnupg:/root/.gnupg is not part of the drill",)
    assert binds_of(job, lambda _: False).by_target == {}


def test_where_a_file_destination_lies_is_mounted_also_without_a_stack_file(tmp_path: Path) -> None:
    assert binds_of(job_of(tmp_path, DST="file:///mnt/x"), lambda _: True).by_target == {"/mnt/x": "/mnt/x"}
    with_stack = job_of(tmp_path, STACK, DST="file:///backups/job")
    assert binds_of(with_stack, lambda _: True).by_target["/backups"] == "/mnt/backups"


def test_options_go_before_the_policy_and_a_drill_needs_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotRunError, match="name the job with --env-file"):
        DrillSettings.from_options({})
    (tmp_path / "duplicity-verify.toml").write_text('env_file = "a.env"\nbudget = "1GB"\nmax_age = "2d"\n')
    given: dict[str, Any] = {"budget": "5MB", "report_dir": "reports", "full": True, "full_restore": True}
    settings = DrillSettings.from_options(given)
    assert settings.lab.env_file == tmp_path / "a.env"
    assert (settings.policy.budget, settings.policy.max_age.days) == (5_000_000, 2)
    assert (settings.full, settings.full_restore) == (True, True)
    assert settings.folder == tmp_path / "reports/drill"


@pytest.mark.parametrize("destination", ["multi", ""])
def test_a_drill_looks_at_one_destination(tmp_path: Path, destination: str) -> None:
    with pytest.raises(CannotRunError, match="destination"):
        must_have_one_destination(job_of(tmp_path, DST=destination))


def test_the_live_source_is_what_was_named_else_where_the_stack_mounts_it_from(tmp_path: Path) -> None:
    (tmp_path / "real/inner").mkdir(parents=True)
    stack = (
        f"services: {{backup: {{image: duplicity, env_file: duplicity.env, volumes: ['{tmp_path}/real:/var:ro']}}}}\n"
    )
    (tmp_path / "real/data").mkdir()
    (tmp_path / "real/data/file").touch()
    assert live_source(job_of(tmp_path, stack), None).folder == tmp_path / "real/data"
    assert live_source(job_of(tmp_path, stack), tmp_path / "real").folder == tmp_path / "real"
    with pytest.raises(NotProvenError, match="is empty: is what belongs there mounted"):
        live_source(job_of(tmp_path, stack), tmp_path / "real/inner")
    with pytest.raises(NotProvenError, match="cannot be looked at"):
        live_source(job_of(tmp_path, stack), tmp_path / "nowhere")
