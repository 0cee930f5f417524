"""The job: one configured backup, typed."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from verify.job import options as words
from verify.job.container_start import ContainerStart
from verify.job.credentials import (
    Value,
    printable_command,
    printable_destination,
    printable_option,
    printable_text,
    secrets_in_url,
)
from verify.job.image import Schedule, ScheduleEntry, is_for_image_only
from verify.job.stack.model import UnsetVariable
from verify.job.stack.mounts import StackNetwork, StackVolume
from verify.secret import Secret

Reading = Literal["raw", "dotenv"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Job:
    """What `duplicity.env` and the stack file say about one backup.

    `destination`, `options` and `options_text` are as duplicity needs them and may hold a secret:
    print `printable_destination` and `printable_options` instead. The Job's own `repr` and
    `as_json` are safe.
    """

    source: str
    destination: str  # the URL, or "multi"
    tempdir: str
    passphrase: Secret | None
    credentials: Mapping[str, Secret]  # every secret variable but PASSPHRASE
    options: tuple[str, ...]  # as duplicity should receive them: OPTIONS, then OPTIONS_EXTRA
    options_text: str  # OPTIONS as written
    options_trouble: str  # why a shell refuses OPTIONS, or empty
    entries: tuple[ScheduleEntry, ...]
    schedules: tuple[Schedule, ...]
    image: str | None = None
    hostname: str | None = None
    volumes: tuple[StackVolume, ...] = ()
    networks: tuple[StackNetwork, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    start: ContainerStart = field(default_factory=ContainerStart)  # what the container's entrypoint and command start
    variables: Mapping[str, Value]  # all that the container gets, defaults of the image included
    defaults: frozenset[str]  # names of the variables that are the image's default
    unknown: Mapping[str, Value]  # variables that neither the image nor duplicity is known to read
    stack_unknown: tuple[str, ...] = ()  # keys of the stack file's service that mean nothing to us
    reading: Reading = "raw"
    other_reading: Mapping[str, Value] | None = None  # None: it refuses the file
    other_reading_trouble: str = ""  # why it does
    differing_names: Mapping[str, str]  # variables that the readings give different values, and how
    own_words: tuple[str, ...] = ()  # the end of `options`: words of the backups' own commands
    commanded: bool = False  # the container's command calls duplicity itself, so that no schedule starts anything
    unread: tuple[str, ...] = ()  # why backups may have other options, or rules, than `options` says
    notes: tuple[str, ...] = ()
    reading_notes: tuple[str, ...] = ()  # why it is read as it is, and what the reader leaves out
    unset: tuple[UnsetVariable, ...] = ()  # variables that the stack file names, and that nothing sets
    dotenv_beside: Path | None = None  # compose's `.env`, where it is not read
    dotenv_names: frozenset[str] = frozenset()  # what it would set
    of_the_stack_file: frozenset[str] = frozenset()  # variables that the stack file itself sets, and no env file
    settings: Mapping[str, Any] = field(default_factory=dict)  # what else the stack file says of its service
    env_files: tuple[Path, ...] = ()
    stack_file: Path | None = None

    @property
    def only_reading(self) -> str:
        """Return why there is but one reading of the job's files, empty where there are two."""
        one = self.other_reading is None and not self.other_reading_trouble
        return self.reading_notes[0] if one and self.reading_notes else ""

    @property
    def scheduled(self) -> tuple[ScheduleEntry, ...]:
        """Return the entries that a schedule starts; any other never runs, whatever it says."""
        periods = self.start.periods or {schedule.period for schedule in self.schedules if schedule.cron}
        return tuple(entry for entry in self.entries if periods.intersection(entry.when or ()))

    @property
    def encrypted(self) -> bool:
        """Return whether duplicity encrypts the backup: it does unless told not to."""
        said = [each.name for each in words.parsed(self.options) if each.name in {"--encryption", "--no-encryption"}]
        return not said or said[-1] == "--encryption"

    @property
    def encrypts_to_key(self) -> bool:
        """Return whether the backup is encrypted to a public key, so that it needs no passphrase."""
        keys = ("--encrypt-key", "--encrypt-sign-key", "--hidden-encrypt-key", "--use-agent", "--use-gpgsm")
        return any(option.name in keys for option in words.parsed(self.options))

    @property
    def archive_dir(self) -> str | None:
        """Return the value of `--archive-dir`, or None where duplicity's own default holds."""
        return self.option("--archive-dir")

    def option(self, name: str) -> str | None:
        """Given an option's name, return its value; the last one wins, as in duplicity."""
        values = [option.value for option in words.parsed(self.options) if option.name == name]
        return values[-1] if values else None

    @property
    def selection_options(self) -> tuple[str, ...]:
        """Return the words of the include/exclude family, in order."""
        return words.words_of(o for o in words.parsed(self.options) if o.name in words.SELECTION)

    @property
    def other_options(self) -> tuple[str, ...]:
        """Return the words that are not of the include/exclude family, in order."""
        return words.words_of(o for o in words.parsed(self.options) if o.name not in words.SELECTION)

    @property
    def excluded_paths(self) -> tuple[str, ...]:
        """Return the plain absolute paths that the job excludes, without a slash at the end."""
        return tuple(
            posixpath.normpath(option.value)
            for option in words.parsed(self.options)
            if option.name == "--exclude" and option.value and _is_plain_path(option.value)
        )

    @property
    def destinations(self) -> Mapping[str, str]:
        """Return the URLs by variable: DST, or in the image's multi mode DST_1, DST_2 … up to a gap."""
        if self.destination != "multi":
            return {"DST": self.destination}
        return dict(self._numbered_destinations())

    def _numbered_destinations(self) -> Iterator[tuple[str, str]]:
        for number in range(1, 99):
            url = self.text_of(f"DST_{number}")
            if not url:
                return
            yield f"DST_{number}", url

    @property
    def duplicity_env(self) -> Mapping[str, Value]:
        """Return the variables for a call of duplicity itself: without those that only the image reads."""
        own = {name: value for name, value in self.variables.items() if not is_for_image_only(name)}
        return MappingProxyType({**own, "TMPDIR": self.tempdir})

    def text_of(self, name: str) -> str:
        """Given a variable's name, return its value in the clear, empty if it is not set."""
        value = self.variables.get(name, "")
        return value.reveal() if isinstance(value, Secret) else value

    def line(self, name: str, text: str, *, beside: str = "") -> str:
        """Given a variable and its value, return the line to write, without secrets: in a stack file a `$` is `$$`.

        A variable that is new goes where the one `beside` it is set.
        """
        shown = printable_text(text, self.secrets)
        return f"{name}={shown.replace('$', '$$') if (beside or name) in self.of_the_stack_file else shown}"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return every secret of the job in every spelling known, for `masked`."""
        values = (*self.variables.values(), *(self.other_reading or {}).values())
        found = [value for value in values if isinstance(value, Secret)]
        found += [s for url in self.destinations.values() for s in secrets_in_url(url)]
        return tuple(dict.fromkeys([*found, *([self.passphrase] if self.passphrase else [])]))

    @property
    def printable_destination(self) -> str:
        """Return the destination with a password in it as `***`."""
        return printable_destination(self.destination)

    @property
    def printable_options(self) -> tuple[str, ...]:
        """Return the options with what looks like a secret as `***`."""
        secrets = self.secrets
        return words.words_of(printable_option(option, secrets) for option in words.parsed(self.options))

    def as_json(self) -> dict[str, Any]:
        """Return what the job says as a JSON object without secrets."""
        secrets = self.secrets
        return {
            "source": self.source,
            "destination": self.printable_destination,
            "tempdir": self.tempdir,
            "archive_dir": self.archive_dir,
            "encrypted": self.encrypted,
            "options": list(self.printable_options),
            "entries": {
                str(e.number): {
                    "what": e.what and printable_command(e.what, secrets),
                    "when": e.when and list(e.when),
                }
                for e in self.entries
            },
            "schedules": {schedule.period: schedule.cron for schedule in self.schedules},
            "image": self.image,
            "hostname": self.hostname,
            "volumes": [f"{v.source}:{v.target}{':ro' if v.read_only else ''}" for v in self.volumes],
            "networks": [network.name for network in self.networks],
            "credentials": sorted(self.credentials),
            "defaults": sorted(self.defaults),
            "unknown": sorted(self.unknown),
            "stack_unknown": list(self.stack_unknown),
            "reading": self.reading,
            "differing": dict(self.differing_names),
            "notes": [*self.reading_notes, *self.notes],
            "env_files": [str(file) for file in self.env_files],
            "stack_file": self.stack_file and str(self.stack_file),
        }

    def __repr__(self) -> str:
        return f"Job({self.as_json()})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print the job where Hypothesis shows an example: by itself it would show every field."""
        printer.text(repr(self))


def _is_plain_path(value: str) -> bool:
    return value.startswith("/") and not words.is_glob(value)
