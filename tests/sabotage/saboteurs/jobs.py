"""Saboteurs of a configuration: each makes one mistake in the sample job's env file or stack file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hooks import configured, mounted

if TYPE_CHECKING:
    from pathlib import Path


def line(name: str, env: str, change: str) -> str:
    """Return the text with another value for a variable."""
    return re.sub(
        rf"^{name}=.*$", lambda found: change.replace("{}", found[0].partition("=")[2]), env, flags=re.MULTILINE
    )


def rule(env: str, rule: str) -> str:
    """Return the text with a rule before the others."""
    return line("OPTIONS", env, f"OPTIONS={rule} {{}}")


@configured("scheme-supported")
def write_a_scheme_that_is_gone(env: str, stack: str) -> tuple[str, str]:
    """The destination is a gs:// URL, which duplicity has not known since 0.8.23."""
    return line("DST", env, "DST=gs://bucket/folder"), stack


@configured("scheme-supported")
def misspell_the_scheme(env: str, stack: str) -> tuple[str, str]:
    """The destination's scheme is misspelt."""
    return line("DST", env, "DST=s4:///bucket/folder"), stack


@configured("env-file-reads-alike")
def quote_the_destination(env: str, stack: str) -> tuple[str, str]:
    """A value is quoted, and the quotes are part of it for docker alone."""
    return line("DST", env, 'DST="{}"'), stack


@configured("env-file-reads-alike")
def quote_the_passphrase(env: str, stack: str) -> tuple[str, str]:
    """The passphrase is quoted, and another one for docker than for compose."""
    return line("PASSPHRASE", env, "PASSPHRASE='{}'"), stack


@configured("env-file-reads-alike")
def write_a_dollar(env: str, stack: str) -> tuple[str, str]:
    """The passphrase holds a dollar sign, which compose replaces."""
    return line("PASSPHRASE", env, "PASSPHRASE={}$x"), stack


@configured("env-file-reads-alike")
def comment_behind_a_value(env: str, stack: str) -> tuple[str, str]:
    """A comment stands behind a value, and is part of it for docker."""
    return line("TMPDIR", env, "TMPDIR={} # enough room"), stack


@configured("job-complete")
def lose_the_passphrase(env: str, stack: str) -> tuple[str, str]:
    """The passphrase is missing."""
    return re.sub(r"^PASSPHRASE=.*\n", "", env, flags=re.MULTILINE), stack


@configured("job-complete")
def back_up_nothing_in_particular(env: str, stack: str) -> tuple[str, str]:
    """There is no source: the image's own is an empty folder."""
    return re.sub(r"^SRC=.*\n", "", env, flags=re.MULTILINE), stack


@configured("job-complete")
def forget_the_mount(env: str, stack: str) -> tuple[str, str]:
    """The source is not mounted, and an empty folder is backed up."""
    return env, stack.replace("- /var/data:/var/data:ro", "- /srv:/srv:ro")


@configured("job-complete")
def mount_beside_the_source(env: str, stack: str) -> tuple[str, str]:
    """The source is misspelt, and an empty folder is backed up."""
    return line("SRC", env, "SRC=/var/dat"), stack


@configured("job-complete")
def forget_the_destination(env: str, stack: str) -> tuple[str, str]:
    """There is no destination."""
    return re.sub(r"^DST=.*\n", "", env, flags=re.MULTILINE), stack


@configured("job-complete")
def misspell_the_period(env: str, stack: str) -> tuple[str, str]:
    """The job waits for a period that does not exist, and never runs."""
    return line("JOB_300_WHEN", env, "JOB_300_WHEN=dayly"), stack


@configured("job-complete")
def switch_the_job_off(env: str, stack: str) -> tuple[str, str]:
    """The only job has no period, and nothing ever runs."""
    return line("JOB_300_WHEN", env, "JOB_300_WHEN="), stack


@configured("job-complete")
def number_a_job_with_zeros(env: str, stack: str) -> tuple[str, str]:
    """The job's number begins with zeros, and the image looks for another one."""
    return env.replace("JOB_300_", "JOB_007_"), stack


@configured("job-complete")
def leave_a_cron_field_out(env: str, stack: str) -> tuple[str, str]:
    """A schedule has four fields."""
    return f"{env.rstrip()}\nCRONTAB_DAILY=0 2 * *\n", stack


@configured("job-complete")
def leave_a_quote_open(env: str, stack: str) -> tuple[str, str]:
    """A quote in the options is not closed."""
    return line("OPTIONS", env, "OPTIONS={} --exclude '/var/data/x"), stack


@configured("encryption-on")
def switch_encryption_off(env: str, stack: str) -> tuple[str, str]:
    """The job has a passphrase and does not encrypt with it."""
    return rule(env, "--no-encryption"), stack


@configured("container-replaced")
def take_any_host_name(env: str, stack: str) -> tuple[str, str]:
    """Each new container has another host name, and duplicity refuses to go on."""
    return env.replace("--allow-source-mismatch ", ""), stack


@configured("container-replaced")
def lose_the_archive(env: str, stack: str) -> tuple[str, str]:
    """duplicity's archive goes with its container."""
    return env, re.sub(r"\n.*:/archive\n", "\n", stack)


@configured("alerts-configured")
def forget_the_sender(env: str, stack: str) -> tuple[str, str]:
    """Mails of how backups went have a receiver and no sender, and the image sends none."""
    return f"{env.rstrip()}\nEMAIL_TO=you@example.org\n", stack


@configured("alerts-configured")
def ping_without_a_scheme(env: str, stack: str) -> tuple[str, str]:
    """The URL that is pinged has no https:// before it, and the backup never runs."""
    return f"{env.rstrip()}\nJOB_300_HEALTHCHECKS_URL=hc.example.org/ping/x\n", stack


@configured("command-succeeds")
def misspell_an_option(env: str, stack: str) -> tuple[str, str]:
    """An option is misspelt."""
    return rule(env, "--allow-sauce-mismatch"), stack


@configured("command-succeeds")
def exclude_what_is_not_below(env: str, stack: str) -> tuple[str, str]:
    """An excluded path does not lie in the source."""
    return rule(env, "--exclude var/data/x"), stack


@configured("command-succeeds")
def name_an_option_that_is_gone(env: str, stack: str) -> tuple[str, str]:
    """OPTIONS has an option that duplicity removed years ago, and refuses."""
    return rule(env, "--s3-use-new-style"), stack


@configured("scheme-supported")
def name_the_server_as_the_bucket(env: str, stack: str) -> tuple[str, str]:
    """The destination's URL begins with a server, which duplicity takes for the bucket's name."""
    return line("DST", env, "DST=s3://s3.amazonaws.com/bucket/folder"), stack


@configured("backup-outside-source")
def back_up_into_the_source(env: str, stack: str) -> tuple[str, str]:
    """The backups lie in a folder of the source: each holds those before it."""
    return line("DST", env, "DST=file:///var/data/backups"), stack


@configured("backup-outside-source")
def keep_the_archive_in_the_source(env: str, stack: str) -> tuple[str, str]:
    """Duplicity's archive lies in a folder of the source that no rule excludes."""
    return re.sub(r"--archive-dir[= ]\S+", "--archive-dir=/var/data/archive", env), stack


@configured("retention")
def prune_a_chain_without_an_end(env: str, stack: str) -> tuple[str, str]:
    """Old backups are to be removed, and no full backup is ever due: the chain has no older one."""
    own = re.sub(r"--full-if-older-than[= ]\S+ ?", "", env)
    return own + "JOB_600_WHAT=dup remove-older-than 1M --force $DST\nJOB_600_WHEN=weekly\n", stack


@mounted("source-not-empty")
def mount_empty_folders(folder: Path) -> None:
    """The source holds folders and no file: what was mounted in them is not there."""
    (folder / "volumes" / "data").mkdir(parents=True)
