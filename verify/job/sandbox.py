"""The job as the sandbox runs it: its own but for the destination, and nothing that leaves the lab."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from verify.job import options as words
from verify.job.credentials import Value, guarded
from verify.job.job import Job
from verify.job.options import WrittenOption
from verify.job.stack.mounts import clean, holds
from verify.secret import Secret

# Options about the destination's server or bucket, and the way to it; True: with a value.
DESTINATION_OPTIONS: Mapping[str, bool] = {
    "--rsync-options": True,
    "--ssh-askpass": False,
    "--ssh-options": True,
    "--s3-endpoint-url": True,
    "--s3-region-name": True,
    "--s3-unencrypted-connection": False,
    "--s3-use-deep-archive": False,
    "--s3-use-glacier": False,
    "--s3-use-glacier-ir": False,
    "--s3-use-ia": False,
    "--s3-use-onezone-ia": False,
    "--s3-use-rrs": False,
    "--s3-use-server-side-encryption": False,
    "--s3-use-server-side-kms-encryption": False,
    "--s3-kms-key-id": True,
    "--s3-kms-grant": True,
    "--ssl-cacert-file": True,
    "--ssl-cacert-path": True,
    "--ssl-no-check-certificate": False,
}
# Words of --ssh-options that say where the server is and who enters: the lab's own stand in their place.
_OF_THE_SERVER = re.compile(
    r"""-o\s*(?:(?:Identity(?:File|Agent|iesOnly)|Certificate(?:File)?|(?:Global|User)KnownHostsFile|HostKey\w*|Host(?:Name)?
    |Port|User|Proxy(?:Command|Jump)|BatchMode|PasswordAuthentication|PreferredAuthentications|PubkeyAuthentication)
    (?:\s*=\s*|\s+)(?:'[^']*'|"[^"]*"|\S+))|-[ipFJlS]\s*(?:'[^']*'|"[^"]*"|\S+)""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHER_SHELL = re.compile(r"(?<!\S)(-\w*e|--rsh)\b")  # in --rsync-options: rsync would not use the lab's key
# Variables about the destination or the way to it.
_DESTINATION_VARIABLE = re.compile(
    r"(AWS|GS|AZURE|SWIFT|ST|OS|B2|DPBX|GOOGLE|OAUTH2|ONEDRIVE|CLOUDFILES|RCLONE|GDRIVE|IDRIVED?|IMAP)_\w+"
    r"|FTP_PASSWORD|DST(_\d+(_\w+)?)?|(?i:(http|https|no|all)_proxy)"
)
# Options that say what a test says itself, or that no model of ours knows, and why they are not tried.
UNMODELLED: Mapping[str, str] = {
    "--compare-data": "it is tried where a test asks for it",
    "--copy-links": "restored trees are compared with a source whose symlinks are symlinks",
    "--current-time": "tests set the clock themselves",
    "--dry-run": "nothing would be stored",
    "--file-changed": "it asks for a report",
    "--file-to-restore": "tests say themselves what they restore",
    "--force": "tests say themselves what they force",
    "--log-fd": "what duplicity prints is read",
    "--path-to-restore": "tests say themselves what they restore",
    "--rename": "paths would come back by other names",
    "--restore-time": "tests say themselves which point they restore",
    "--show-changes-in-set": "it asks for a report",
    "--skip-if-no-change": "our models count a point for each backup",
    "--skip-volume": "it breaks a backup, for duplicity's own tests",
}
# Where duplicity writes while it backs up.
WRITTEN_TO = ("--archive-dir", "--tempdir", "--log-file")
# The lab has none of the job's keys: what it encrypts, it encrypts with a passphrase.
_NO_KEYS = "the job's keys are not in the lab, which encrypts with a passphrase"
KEY_OPTIONS: Mapping[str, str] = dict.fromkeys(
    (
        "--encrypt-key", "--encrypt-secret-keyring", "--encrypt-sign-key", "--hidden-encrypt-key", "--sign-key",
        "--use-agent", "--use-gpgsm",
    ),
    _NO_KEYS,
)  # fmt: skip
_OF_A_KEYRING = re.compile(
    r"--(homedir|(\w+-)?keyring|default-key|trusted-key|local-user|(hidden-)?recipient)\b|(?<!\S)-[ur]\b"
)
# What would reach people or monitors outside, who must not hear of a sandbox run as of a backup.
_OUTSIDE = re.compile(r"EMAIL_(FROM|TO)|SMTP_HOST|JOB_\d+_\w*(HEALTHCHECKS|UPTIME_KUMA)_URL")


@dataclass(frozen=True, slots=True)
class Sandboxed:
    """A job whose destination is the lab's.

    `job` has the destination's URL, its options first, and no credentials of the real one.
    `duplicity_env` is for calls of duplicity, `container_env` for a container of the image (every
    variable of the job, SRC, DST and OPTIONS rebuilt). `dropped` names what of the job is not in use.
    """

    job: Job
    duplicity_env: Mapping[str, Value] = field(repr=False)  # OPTIONS and the like may hold a secret
    container_env: Mapping[str, Value] = field(repr=False)
    dropped: tuple[str, ...]


def sandboxed(
    job: Job, destination_url: str, destination_options: Iterable[str], destination_env: Mapping[str, Value]
) -> Sandboxed:
    """Given a job and the lab's destination, return the job with only its destination replaced.

    Options about the real destination's server go with it, file prefixes stay. Mail and pings are
    switched off: they would tell the outside that a backup was made.
    """
    way = list(_of_the_way(job))
    lab_options = (*destination_options, *(f"{name}={value}" for name, value in way))
    read = list(words.parsed(job.options))
    out = [option for option in read if option.name in DESTINATION_OPTIONS or why_left_out(job, option)]
    kept = [option for option in read if option not in out]
    told = [(option.name, option.value or "") for option in read]
    whole = {name for name, _ in way if _joined(name, way) == _joined(name, told)}
    gone = sorted({option.name for option in out} - whole)
    options = lab_options + words.words_of(kept)
    variables = {name: value for name, value in job.variables.items() if not _leaves_the_lab(name)}
    new = _replaced(job, destination_url, options, {**variables, **destination_env})
    container = {
        **new.variables,
        "SRC": job.source,
        "DST": destination_url,
        "OPTIONS": _options_text(job.options_text, lab_options),
        "OPTIONS_EXTRA": _options_text(job.text_of("OPTIONS_EXTRA"), ()),
    }
    return Sandboxed(
        new,
        new.duplicity_env,
        MappingProxyType(container),
        (*gone, *sorted(job.variables.keys() - new.variables.keys())),
    )


def _of_the_way(job: Job) -> Iterator[tuple[str, str]]:
    """Yield name and value of the job's options about the way, without what says where that leads and who enters.

    duplicity puts a space between the values of one name, so each word has an option of its own, which needs no quotes.
    """
    for option in words.parsed(job.options):
        value = option.value or ""
        if option.name == "--ssh-options":
            value = re.sub(r"-o\s+", "-o", _OF_THE_SERVER.sub("", value))
        elif option.name != "--rsync-options" or _OTHER_SHELL.search(value):
            continue
        yield from ((option.name, word) for word in value.split() if word == shlex.quote(word))


def _joined(name: str, told: Iterable[tuple[str, str]]) -> str:
    return " ".join(value for of, value in told if of == name)


def why_left_out(job: Job, option: WrittenOption) -> str:
    """Given a job and an option of it, return why no lab tries it; empty for all others, and those of the server."""
    if option.name in WRITTEN_TO and option.value and holds(clean(job.source), clean(option.value)):
        return "it lies in SRC, and what duplicity writes there would change what the tests compare"
    if option.name == "--gpg-options" and _OF_A_KEYRING.search(option.value or ""):
        return _NO_KEYS
    return UNMODELLED.get(option.name) or KEY_OPTIONS.get(option.name, "")


def kept_inside(variables: Mapping[str, Value]) -> dict[str, Value]:
    """Given the variables of a job, return them without those that would notify somebody, such as mail servers."""
    return {name: value for name, value in variables.items() if not _OUTSIDE.fullmatch(name)}


def _leaves_the_lab(name: str) -> bool:
    return bool(_DESTINATION_VARIABLE.fullmatch(name) or _OUTSIDE.fullmatch(name))


def _replaced(job: Job, url: str, options: tuple[str, ...], variables: dict[str, Value]) -> Job:
    variables["DST"] = guarded({"DST": url})["DST"]
    secrets = {name: value for name, value in variables.items() if isinstance(value, Secret)}
    return replace(
        job,
        destination=url,
        options=options,
        variables=MappingProxyType(variables),
        credentials=MappingProxyType({n: s for n, s in secrets.items() if n not in {"PASSPHRASE", "DST"}}),
    )


def _options_text(text: str, lab_options: tuple[str, ...]) -> str:
    """Given OPTIONS as written, return it with the lab's options first and the dropped ones cut out.

    The rest stays byte for byte, for what the image's shells make of its quotes is part of what is
    verified; and a comment at its end would cut off options that came last.
    """
    for name, has_value in DESTINATION_OPTIONS.items():
        value = r"(?:=|\s+)(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+" if has_value else ""
        text = re.sub(rf"(?<!\S){name}{value}(?!\S)\s*", "", text)
    return " ".join(part for part in (shlex.join(lab_options), text) if part)
