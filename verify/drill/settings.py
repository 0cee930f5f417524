"""What a drill is to do, as the user asked for it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from verify.errors import CannotRunError
from verify.lab.settings import LabSettings
from verify.policy import Policy, policy_file_of, read_policy, with_flags

FOLDER = "drill"  # below the reports: the ledger, duplicity's archive, the lock
OF_JOB = ("env_file", "stack", "service", "destination", "source")  # what the policy may say of a job's files
REPORT_DIR = ".duplicity-verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillSettings:
    """The job's files, what its owner demands, and how far this drill goes."""

    lab: LabSettings
    policy: Policy
    folder: Path
    full: bool = False
    full_restore: bool = False
    keep: bool = False
    new_machine: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Given parsed options by name, return the settings; an option overrides the policy.

        Raise `CannotRunError` where no job is named: the sample job has no destination.
        """
        policy = with_flags(read_policy(policy_file_of(options), os.environ, options.get("job")), options)
        if not policy.env_file and not policy.stack:
            jobs = f", or --all, or --job with one of {', '.join(policy.jobs)}" if policy.jobs else ", or --stack"
            raise CannotRunError(f"a drill looks at a real destination: name the job with --env-file{jobs}")
        return cls(
            lab=LabSettings.from_options({**options, **{name: getattr(policy, name) for name in OF_JOB}}),
            policy=policy,
            folder=Path(options.get("report_dir") or REPORT_DIR).absolute() / FOLDER,
            full=bool(options.get("full")),
            full_restore=bool(options.get("full_restore")),
            keep=bool(options.get("keep")),
            new_machine=bool(options.get("new_machine")),
        )
