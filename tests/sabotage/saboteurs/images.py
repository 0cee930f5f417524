"""Saboteurs of an image: each is a layer on top of the job's image that breaks one of its commands."""

from __future__ import annotations

import shlex

from hooks import layered


def _in_place_of(command: str, *lines: str) -> str:
    """Return the line of a Dockerfile that puts a shell script in a command's place."""
    quoted = " ".join(shlex.quote(line) for line in ("#!/bin/sh", *lines))
    return f"RUN printf '%s\\n' {quoted} >/tmp/new && chmod 755 /tmp/new && mv /tmp/new \"$(command -v {command})\""


def _before_its_own(command: str, script: str) -> str:
    """Return the line that lets a shell script go before a command's own."""
    own = f'exec /usr/local/lib/duplicity-image/{command} "$@"'
    return _in_place_of(command, script, "export OPTIONS PASSPHRASE", own)


@layered("job-runs")
def run_no_job() -> str:
    """The job runner has nothing to do, and says that all went well."""
    return _in_place_of("jobrunner", "echo Nothing to do")


@layered("job-runs")
def back_up_elsewhere() -> str:
    """The backup goes into the container, and not to its destination."""
    return _in_place_of("backup", 'exec dup "$SRC" file:///tmp/backup')


@layered("job-runs")
def lose_the_passphrase_on_the_way() -> str:
    """The backup command does not hand the passphrase on."""
    return _in_place_of("backup", "unset PASSPHRASE", 'exec dup "$SRC" "$DST"')


@layered("excluded-absent")
def lose_the_rules_on_the_way() -> str:
    """The backup command does not hand the excluded paths on."""
    return _in_place_of(
        "backup", 'OPTIONS=$(echo "$OPTIONS" | sed "s/--exclude [^ ]*//g")', "export OPTIONS", 'exec dup "$SRC" "$DST"'
    )


@layered("options-reach-duplicity")
def lose_a_rule_on_the_way() -> str:
    """The command that calls duplicity loses the first excluded path."""
    return _before_its_own("dup", 'OPTIONS=$(echo "$OPTIONS" | sed "s/ --exclude [^ ]*//")')


@layered("options-reach-duplicity")
def cut_the_passphrase_on_the_way() -> str:
    """The entrypoint hands on a passphrase without its last character."""
    return _before_its_own("entrypoint", "PASSPHRASE=${PASSPHRASE%?}")


@layered("options-reach-duplicity")
def forget_a_variable() -> str:
    """The command that calls duplicity forgets where its temporary files belong."""
    return _before_its_own("dup", "unset TMPDIR")


@layered("options-reach-duplicity")
def call_it_twice() -> str:
    """duplicity is called a second time."""
    return _before_its_own("dup", '/usr/local/lib/duplicity-image/dup "$@"')


@layered("alert-arrives")
def send_no_mail() -> str:
    """The job runner greets the mail server, and sends no mail."""
    image = "ENV EMAIL_FROM=backup@example.org EMAIL_TO=you@example.org"
    return f"{image}\nRUN sed -i 's/server.send_message(written)/pass/' /usr/local/lib/duplicity-image/jobrunner"
