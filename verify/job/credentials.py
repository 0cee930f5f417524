"""Which variables and which parts of a text are secrets, and how to print what holds one."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from verify.job.options import WrittenOption
from verify.secret import MASK, Secret, masked

Value = str | Secret

# A ping URL is a secret as well: whoever knows it can report a failed backup as a good one.
_SECRET_NAME = re.compile(
    r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE|CONNECTION_STRING|_SAS\b|^AWS_|^GS_|^RCLONE_CONFIG_"
    r"|HEALTHCHECKS_URL|UPTIME_KUMA_URL",
    re.IGNORECASE,
)
_PLAIN_NAME = re.compile(
    r"AWS_(DEFAULT_REGION|REGION|ENDPOINT_URL\w*|PROFILE|CA_BUNDLE|\w*_FILE"
    r"|REQUEST_CHECKSUM_CALCULATION|RESPONSE_CHECKSUM_VALIDATION)"
)
_SECRET_OPTION = re.compile(
    r"(?i)(--?[\w-]*(?:pass|secret|token|header|auth|cred)[\w-]*[= ]\s*)('[^']*'|\"[^\"]*\"|\S+)"
)
_AUTHORITY_WITHOUT_PASSWORD = re.compile(r"[^/:@]*(@[^/@]*)?(/[^@]*)?|[^/:@]+@[^/@]*(/.*)?")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_OUR_COMMAND = re.compile(r"\s*(backup|dup|restore)\b[^|&;<>()`]*\Z")
_PROGRAM = re.compile(r"\s*([\w./-]+)(?=\s|\Z)")
_URL = re.compile(r"[A-Za-z][\w+.-]*://\S*")


def is_secret_name(name: str) -> bool:
    """Given a variable's name, return whether its value is a secret."""
    return bool(_SECRET_NAME.search(name)) and not _PLAIN_NAME.fullmatch(name)


def guarded(variables: Mapping[str, str]) -> Mapping[str, Value]:
    """Given variables as read, return them with each secret as a `Secret`.

    A value that holds a URL with a password is one too, except a destination, which has
    `printable_destination`.
    """
    return MappingProxyType({name: _guarded(name, value) for name, value in variables.items()})


def _guarded(name: str, value: str) -> Value:
    holds_password = any(password_of(url) for url in _URL.findall(value))
    return Secret(value) if is_secret_name(name) or holds_password else value


def printable_destination(url: str) -> str:
    """Given a destination URL, return it with the password in it, if any, as `***`."""
    password = password_of(url)
    return url.replace(f":{password}@", f":{MASK}@", 1) if password else url


def password_of(url: str) -> str:
    """Given a URL, return the password in it as it is written, or an empty string.

    A password may hold `/`, `:` and `@` (B2's do), so where it is not clear which `@` ends it, the
    last one is taken: rather a printed URL that hides too much than one that shows a part.
    """
    _, separator, rest = url.partition("://")
    if not separator or _AUTHORITY_WITHOUT_PASSWORD.fullmatch(rest):
        return ""
    before, at, _ = rest.rpartition("@")
    return before.partition(":")[2] if at else ""


def secrets_in_url(url: str) -> tuple[Secret, ...]:
    """Given a URL, return the password in it, as it is written and with its `%` escapes undone."""
    password = password_of(url)
    return tuple({Secret(password), Secret(_ESCAPES.sub(_decoded, password))}) if password else ()


def printable_text(text: str, secrets: Iterable[Secret]) -> str:
    """Given a text such as OPTIONS, return it without secrets.

    Masked are the given secrets, passwords in URLs, and the values of options whose name speaks of
    a password, a token or a header.
    """
    text = masked(text, secrets)
    text = _URL.sub(lambda url: printable_destination(url.group()), text)
    return _SECRET_OPTION.sub(lambda option: option.group(1) + MASK, text)


def printable_command(command: str, secrets: Iterable[Secret]) -> str:
    """Given a shell command such as JOB_300_WHAT, return it without secrets.

    Of a command that is not the image's own only the program is shown: what it takes may be a secret
    in any place.
    """
    if _OUR_COMMAND.match(command):
        return printable_text(command, secrets)
    program = _PROGRAM.match(command)
    if program is None:
        return "…"
    return program[1] if program[0].strip() == command.strip() else f"{program[1]} …"


def printable_option(option: WrittenOption, secrets: Iterable[Secret]) -> WrittenOption:
    """Given an option of duplicity, return it without secrets."""
    if option.value is not None and _SECRET_OPTION.match(f"{option.name} x"):
        return option.with_value(MASK)
    return WrittenOption(option.name, option.value, tuple(printable_text(word, secrets) for word in option.words))


def _decoded(escapes: re.Match[str]) -> str:
    return bytes.fromhex(escapes.group().replace("%", "")).decode(errors="replace")
