"""`duplicity-verify init`: a policy file for a job, with what its own files already say."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from verify.commands.parsers import Parser
from verify.errors import CannotRunError
from verify.options import JOB, LAB

if TYPE_CHECKING:
    from verify.job import Job
    from verify.lab.settings import LabSettings

EXAMPLES = """examples:
  duplicity-verify init --env-file duplicity.env --stack stack.yml
                                                         writes duplicity-verify.toml, and says what to do next
  duplicity-verify init --env-file duplicity.env --source /mnt/disk/data
                                                         where this machine has the source elsewhere"""
EXIT_CODES = "exit codes: 0 the file is written, 2 it is not; an existing one is never changed"
FOLDERS = 5  # the largest, of those that are in the backup as a whole
MARGIN = timedelta(hours=2)  # for the backup itself, beside the time between two starts


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser("duplicity-verify init", "Writes the policy file of a job.", EXAMPLES, EXIT_CODES)
    made.add_options("the job", JOB)
    made.add_options("the lab", (each for each in LAB if each.name == "duplicity_release"))
    return made


def run(options: argparse.Namespace) -> int:
    """Write the policy file beside the job's; return 0. Raise `CannotRunError` where there is one."""
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - not for --help
    from verify.policy import FILE_NAME, read_policy  # noqa: PLC0415 - as above

    if not (options.env_file or options.stack):
        raise CannotRunError("nothing says which job is meant: give --env-file, --stack, or both")
    settings = LabSettings.from_options(vars(options))
    job = settings.read_job(os.environ)
    file = Path(FILE_NAME)
    lines = [*_head(options), *_max_age(job), *_source(settings, job), *_notify(job)]
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write("\n".join(lines) + "\n")
    except FileExistsError:
        raise CannotRunError(f"{file} exists and stays as it is: remove it, or edit it by hand") from None
    except OSError as error:
        raise CannotRunError(f"{file} cannot be written ({error.strerror}): go to a folder of your own") from None
    read_policy(file, os.environ)
    sys.stdout.write(f"wrote {file}: read it, and correct what is not as you want it. Then:\n")
    sys.stdout.writelines(f"  {line}\n" for line in _next(job, lines))
    return 0


def _head(options: argparse.Namespace) -> Iterator[str]:
    yield "# What this backup has to be. All keys: duplicity-verify schema. Flags win over this file."
    for name in ("env_file", "stack"):
        if getattr(options, name):
            yield f"{name} = {_quoted(getattr(options, name))}"


def _max_age(job: "Job") -> Iterator[str]:
    from verify.job.pauses import longest_pause  # noqa: PLC0415 - not for --help

    pause = longest_pause(job)
    if pause is None:
        yield '# max_age = "26h"  # the job\'s files do not say how often it starts: write how old a backup may be'
        return
    hours = -(-(pause + MARGIN) // timedelta(hours=1))
    yield f'max_age = "{hours}h"  # the longest time between two starts of the schedule, and 2 h for the backup'


def _source(settings: "LabSettings", job: "Job") -> Iterator[str]:
    """Yield where the source is, and the folders that are to be in the backup, as far as this machine has it."""
    folder = settings.source or Path(job.source or "/nowhere")
    if not job.source or not folder.is_dir():
        yield '# source = "/folder"  # where this machine has the source: it was not found'
        return
    yield f"source = {_quoted(str(folder))}"
    folders = _largest(folder, settings, job)
    if folders:
        yield f"must_include = {json.dumps(folders, ensure_ascii=False)}  # the largest that the rules take whole"


def _largest(folder: Path, settings: "LabSettings", job: "Job") -> list[str]:
    """Return the largest folders of the source that the job's rules include with all that is in them."""
    from verify.selection.listing import RealSource  # noqa: PLC0415 - not for --help
    from verify.selection.survey import RefusedRulesError, Survey, lists_of, rules_of  # noqa: PLC0415 - as above
    from verify.selection.walk import Decision  # noqa: PLC0415 - as above

    sizes, partly = dict[bytes, int](), set[bytes]()

    def take(decision: Decision) -> None:
        top, _, below = decision.path.partition(b"/")
        if not decision.included and decision.entry.kind != "socket":
            partly.add(top)
        elif below and decision.entry.kind == "file":
            sizes[top] = sizes.get(top, 0) + (decision.entry.size or 0)

    if job.unread:
        return []
    listing = RealSource(folder).as_source(job.source)
    try:
        rules = rules_of(job, settings.release, lists_of(job, settings.release), twin=listing.is_twin(job.source))
    except RefusedRulesError:
        return []
    Survey(listing, rules).run([take])
    whole = sorted((name for name, size in sizes.items() if size and name not in partly), key=lambda n: -sizes[n])
    named = [os.fsdecode(name) for name in whole if _is_plain(name)]
    return named[:FOLDERS]


def _is_plain(name: bytes) -> bool:
    """Return whether a name stands for itself as a pattern, and can be written."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return False
    return text.isprintable() and not set('*?[]\\"$') & set(text) and not text.startswith("ignorecase:")


def _notify(job: "Job") -> Iterator[str]:
    """Yield who is told of drills: whom the job's own variables name. Secrets stay where they are."""
    yield ""
    if job.text_of("EMAIL_TO") and job.text_of("EMAIL_FROM") and job.text_of("SMTP_HOST"):
        yield "[[notify]]"
        yield 'receiver = "mail"  # by SMTP_HOST, EMAIL_TO … of the job, or of the environment of the drill'
        yield 'on = ["findings", "could-not-run"]'
    else:
        yield "# [[notify]]"
        yield '# receiver = "mail"'
        yield '# host = "smtp.example.org"'
        yield '# sender = "backup@example.org"'
        yield '# to = "you@example.org"'
    yield ""
    yield "# A check of its own for the drill, not the job's: it tells when drills have stopped."
    yield "# [[notify]]"
    yield '# receiver = "healthchecks"'
    yield '# url_file = "healthchecks.url"'


def _next(job: "Job", lines: list[str]) -> Iterator[str]:
    yield "duplicity-verify                   # does the job work? In a throw-away lab"
    if job.destination:
        yield "duplicity-verify drill             # does the real backup come back? It is only read"
    if "[[notify]]" in lines:
        yield "duplicity-verify notify --test     # does a message arrive?"
    yield "and run the drill every night: docs/nightly.md has the crontab"


def _quoted(text: str) -> str:
    return json.dumps(text.replace("${", "$${"), ensure_ascii=False)
