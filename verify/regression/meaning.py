"""What a job means, aspect by aspect, in words that can be compared, printed and committed.

Secrets are no part of it, not even as a digest: a passphrase can be guessed from one.
"""

import hashlib
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from verify.job import Job, printable_destination
from verify.job import options as words
from verify.job.credentials import printable_command, printable_option
from verify.job.stack.mounts import StackVolume, mount_of
from verify.regression.container import container, other_settings, runs
from verify.secret import Secret
from verify.selection.rules import canonical

Meaning = Mapping[str, tuple[str, ...]]

# Options that say where a backup is, together with the URL.
_PLACE = frozenset(
    {
        "--s3-endpoint-url",
        "--s3-region-name",
        "--file-prefix",
        "--file-prefix-archive",
        "--file-prefix-jsonstat",
        "--file-prefix-manifest",
        "--file-prefix-signature",
    }
)
_ENCRYPTION = frozenset(
    {
        "--no-encryption",
        "--encrypt-key",
        "--encrypt-sign-key",
        "--encrypt-secret-keyring",
        "--hidden-encrypt-key",
        "--sign-key",
        "--use-agent",
        "--use-gpgsm",
    }
)
_CHAIN = frozenset({"--full-if-older-than"})
_ARCHIVE = frozenset({"--archive-dir", "--name"})
# Variables that are told by an aspect of their own.
_TOLD = re.compile(r"SRC|DST(_\d+)?|OPTIONS(_EXTRA)?|PASSPHRASE|(JOB|CRONTAB)_\w+")


@dataclass(frozen=True)
class Aspect:
    """One side of what a job means. `title` is what people read of it; `read` gives it from a job.

    `check` decides on a change of it; with `only_losses`, on what is gone. `consequence` is what a
    change means. `in_order` says that the order counts.
    """

    id: str
    title: str
    read: Callable[[Job], Iterable[str]]
    check: str
    consequence: str
    only_losses: bool = False
    in_order: bool = False


def _source(job: Job) -> Iterator[str]:
    yield canonical(job.source)
    mount = mount_of(canonical(job.source), job.volumes)
    if mount:
        yield f"mounted from {_volume(job, mount)}"


def _volume(job: Job, volume: StackVolume) -> str:
    source = volume.source
    if volume.type == "bind" and job.stack_file:
        # As it is written: a lock is read on other machines, where the checkout lies elsewhere.
        folder = str(job.stack_file.parent.absolute())
        source = f".{source.removeprefix(folder)}" if f"{source}/".startswith(f"{folder}/") else source
    return f"{source}:{volume.target}{':ro' if volume.read_only else ''}"


def _destination(job: Job) -> Iterator[str]:
    for name, url in job.destinations.items():
        yield f"{name}={printable_destination(url)}"
    yield from _options(job, _PLACE)


def _encryption(job: Job) -> Iterator[str]:
    if not job.encrypted:
        yield "none"
    elif job.passphrase and not job.encrypts_to_key:
        yield "with the passphrase"
    yield from (text for text in _options(job, _ENCRYPTION) if text != "--no-encryption")


def _schedule(job: Job) -> Iterator[str]:
    cron = {schedule.period: schedule.cron for schedule in job.schedules if schedule.cron}
    secrets = job.secrets
    for entry in job.entries:
        for period in entry.when or ():
            if entry.what and period in cron:
                yield f"{period} ({cron[period]}): {printable_command(entry.what, secrets)}"


def _rules(job: Job) -> Iterator[str]:
    return _options(job, words.SELECTION)


def _others(job: Job) -> Iterator[str]:
    told = _PLACE | _ENCRYPTION | _CHAIN | _ARCHIVE | words.SELECTION
    return _options(job, {option.name for option in words.parsed(job.options)} - told)


def _options(job: Job, names: Iterable[str]) -> Iterator[str]:
    chosen, secrets = frozenset(names), job.secrets
    for option in words.parsed(job.options):
        if option.name in chosen:
            printed = printable_option(option, secrets)
            # One spelling for `--name=value` and `--name value`, which mean the same.
            yield shlex.join([printed.name] if printed.value is None else [printed.name, _value(printed)])


def _value(option: words.WrittenOption) -> str:
    return option.words[1] if len(option.words) == 2 else option.words[0].partition("=")[2]  # noqa: PLR2004 - a name and a value


def _mounts(job: Job) -> Iterator[str]:
    of_source = mount_of(canonical(job.source), job.volumes)
    return (_volume(job, volume) for volume in job.volumes if volume is not of_source)


def _variables(job: Job) -> Iterator[str]:
    for name, value in sorted(job.variables.items()):
        if name in job.defaults or _TOLD.fullmatch(name):
            continue
        shown = not isinstance(value, Secret) and name not in job.unknown
        yield f"{name}={value}" if shown else f"{name} (its value is not shown)"


ASPECTS: tuple[Aspect, ...] = (
    Aspect("source", "source", _source, "source-kept", "another folder is backed up"),
    Aspect(
        "destination",
        "destination",
        _destination,
        "destination-kept",
        "the chain that is there is not continued, and a restore by this job does not find it",
    ),
    Aspect(
        "encryption",
        "encryption",
        _encryption,
        "encryption-kept",
        "a chain is not continued with other encryption; points in the store stay as they were made",
    ),
    Aspect(
        "chain",
        "chain policy",
        lambda job: _options(job, _CHAIN),
        "chain-policy-kept",
        "without it every backup after the first is an incremental, and all of them hang on the first",
        only_losses=True,
    ),
    Aspect("schedule", "schedule", _schedule, "schedule-kept", "it is not started as it was", only_losses=True),
    Aspect("rules", "rule", _rules, "", "see which paths leave and enter", in_order=True),
    Aspect("lists", "list", lambda _: (), "", "see which paths leave and enter"),
    Aspect(
        "archive",
        "archive",
        lambda job: _options(job, _ARCHIVE),
        "options-kept",
        "duplicity reads the signatures from the destination again; the old folder stays behind",
    ),
    Aspect("options", "option", _others, "options-kept", "duplicity is called otherwise"),
    Aspect(
        "image",
        "image",
        lambda job: (job.image,) if job.image else (),
        "image-kept",
        "another image can bring another duplicity, and treat OPTIONS otherwise",
    ),
    Aspect(
        "hostname",
        "host name",
        lambda job: (job.hostname,) if job.hostname else (),
        "options-kept",
        "duplicity refuses a chain of another host without --allow-source-mismatch",
    ),
    Aspect(
        "runs",
        "what the container runs",
        runs,
        "schedule-kept",
        "the container runs something else than it did, or nothing",
    ),
    Aspect("container", "setting of the container", container, "options-kept", "duplicity meets another container"),
    Aspect(
        "settings",
        "setting of the service",
        other_settings,
        "",
        "what it does to the backup is not known here: look at it",
    ),
    Aspect("mounts", "mount", _mounts, "options-kept", "the container sees other folders"),
    Aspect("variables", "variable", _variables, "options-kept", "the container has another environment"),
)


def meaning_of(job: Job, lists: Mapping[str, bytes]) -> Meaning:
    """Given a job and the lists that its options name, return what the job means, without secrets."""
    told = {aspect.id: tuple(aspect.read(job)) for aspect in ASPECTS}
    return {**told, "lists": tuple(_digest(name, data) for name, data in lists.items())}


def _digest(name: str, data: bytes) -> str:
    return f"{name} (sha256 {hashlib.sha256(data).hexdigest()[:16]})"
