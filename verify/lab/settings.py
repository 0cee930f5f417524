"""The user's choices for a lab: the job's files, and the parts it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from packaging.version import InvalidVersion, Version

from verify.assets import sample_env, sample_stack
from verify.errors import CannotRunError
from verify.job import READINGS, Job, Starter, read_job

DEFAULT_RELEASE = "3.2.1"
OTHER_RELEASE = "3.1.0"  # which one to compare with by default


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSettings:
    """The job's files and the parts of a lab. Holds no secret, and is pickled freely.

    Paths are absolute. An image, a release or a command that is None is the runtime's own choice.
    """

    env_file: Path | None = None
    stack: Path | None = None
    service: str | None = None
    started_by: Starter | None = None
    destination: str | None = None
    source: Path | None = None
    duplicity_image: str | None = None
    duplicity_release: str = DEFAULT_RELEASE
    duplicity_command: str | None = None
    minio_image: str | None = None
    store: str = "job"  # or "s3"
    against_release: str | None = None
    against_image: str | None = None
    against: str | None = None

    @property
    def other(self) -> Self:
        """The settings of the lab to compare with: the same, with another duplicity."""
        release = self.against_release or (self.duplicity_release if self.against_image else OTHER_RELEASE)
        return replace(
            self, duplicity_image=self.against_image, duplicity_release=release, duplicity_command=self.against
        )

    @property
    def release(self) -> Version:
        """The duplicity release. Raise `CannotRunError` if it is no version."""
        try:
            return Version(self.duplicity_release)
        except InvalidVersion:
            raise CannotRunError(
                f"--duplicity-release {self.duplicity_release} is no version: give one such as {DEFAULT_RELEASE}"
            ) from None

    def read_job(self, caller_env: Mapping[str, str], image_env: Mapping[str, str] | None = None) -> Job:
        """Given the caller's variables, and the image's own where they are known, return the job of these files.

        Raise `CannotRunError` where it cannot be read.
        """
        return read_job(
            self.env_file,
            self.stack,
            caller_env,
            reading=READINGS[self.started_by] if self.started_by else None,
            service=self.service,
            destination=self.destination,
            image_env=image_env or {},
        )

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Given parsed options by name, return the settings.

        Where neither an env file nor a stack file is named, they are the sample job's.
        """
        chosen = {name: options[name] for name in cls.__dataclass_fields__ if options.get(name)}
        if not chosen.keys() & {"env_file", "stack"}:
            chosen |= {"env_file": sample_env(), "stack": sample_stack()}
        for name in chosen.keys() & {"env_file", "stack", "source"}:
            chosen[name] = Path(chosen[name]).absolute()
        return cls(**chosen)
