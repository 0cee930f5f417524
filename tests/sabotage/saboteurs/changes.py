"""Saboteurs of a change: each changes the sample job so that its backup is not what it was, or was promised to be."""

from __future__ import annotations

import re

from hooks import configured
from jobs import line, rule


@configured("must-include", "change")
def exclude_what_was_promised(env: str, stack: str) -> tuple[str, str]:
    """A rule excludes what the policy wants in the backup."""
    return rule(env, "--exclude /var/data/config"), stack


@configured("must-exclude", "change")
def back_up_what_must_stay_out(env: str, stack: str) -> tuple[str, str]:
    """Nothing excludes what the policy wants out of the backup."""
    return env.replace("--exclude /var/data/runtime ", ""), stack


@configured("must-exclude", "change")
def include_before_the_exclusion(env: str, stack: str) -> tuple[str, str]:
    """A rule that comes first includes what a later one excludes."""
    return rule(env, "--include /var/data/r*/socket"), stack


@configured("must-include", "change")
def exclude_too_much(env: str, stack: str) -> tuple[str, str]:
    """A glob excludes more than was meant."""
    return rule(env, "--exclude /var/data/*/traefik"), stack


@configured("must-include", "change")
def exclude_by_a_class(env: str, stack: str) -> tuple[str, str]:
    """An excluded name with brackets is read as a class of letters."""
    return rule(env, "--exclude /var/data/[config]*"), stack


@configured("rules-effective", "change")
def misspell_an_exclusion(env: str, stack: str) -> tuple[str, str]:
    """A rule names what is not there."""
    return env.replace("--exclude /var/data/registry", "--exclude /var/data/registr"), stack


@configured("rules-effective", "change")
def overrule_an_exclusion(env: str, stack: str) -> tuple[str, str]:
    """A rule that comes first leaves another one nothing to do."""
    return rule(env, "--include /var/data/runtime"), stack


@configured("paths-kept", "change")
def exclude_more_than_before(env: str, stack: str) -> tuple[str, str]:
    """A change excludes what was in the backup."""
    return rule(env, "--exclude /var/data/config/traefik"), stack


@configured("paths-not-added", "change")
def exclude_less_than_before(env: str, stack: str) -> tuple[str, str]:
    """A change lets in what was out of the backup."""
    return env.replace("--exclude /var/data/registry ", ""), stack


@configured("source-kept", "change")
def back_another_folder_up(env: str, stack: str) -> tuple[str, str]:
    """A change backs up a folder of the source in its place."""
    return line("SRC", env, "SRC=/var/data/config"), stack


@configured("source-kept", "change")
def mount_another_folder(env: str, stack: str) -> tuple[str, str]:
    """A change mounts another folder of the host at the source."""
    return env, stack.replace("- /var/data:/var/data:ro", "- /srv/data:/var/data:ro")


@configured("destination-kept", "change")
def back_up_to_another_place(env: str, stack: str) -> tuple[str, str]:
    """A change sends the backup to another bucket, where no chain is."""
    return line("DST", env, "DST={}-2"), stack


@configured("encryption-kept", "change")
def encrypt_no_more(env: str, stack: str) -> tuple[str, str]:
    """A change switches encryption off."""
    return rule(env, "--no-encryption"), stack


@configured("chain-policy-kept", "change")
def take_fulls_seldom(env: str, stack: str) -> tuple[str, str]:
    """A change makes full backups no more."""
    return env.replace("--full-if-older-than 1M ", ""), stack


@configured("schedule-kept", "change")
def start_seldom(env: str, stack: str) -> tuple[str, str]:
    """A change starts the job once a month."""
    return line("JOB_300_WHEN", env, "JOB_300_WHEN=monthly"), stack


@configured("image-kept", "change")
def take_another_image(env: str, stack: str) -> tuple[str, str]:
    """A change takes whichever image is the newest."""
    return env, re.sub(r"(image: [^\n]*):[\d.]+", r"\1:latest", stack)


@configured("options-kept", "change")
def make_volumes_small(env: str, stack: str) -> tuple[str, str]:
    """A change cuts the backup into a thousand times as many objects."""
    return rule(env, "--volsize 1"), stack


@configured("lock-current", "change")
def change_what_was_approved(env: str, stack: str) -> tuple[str, str]:
    """A change of a rule is not approved."""
    return rule(env, "--exclude /var/data/config/traefik"), stack
