"""What the commands on a job's selection have in common: the policy behind the flags, and where paths come from."""

import argparse
import os
from pathlib import Path

from verify.errors import CannotRunError
from verify.policy import Policy, policy_file_of, read_policy, with_flags
from verify.regression import read_lock
from verify.report.wording import near

FILES_OF_THE_JOB = ("env_file", "stack", "lock")


def take_policy(options: argparse.Namespace) -> Policy:
    """Given parsed options, find the policy file, let it say what the flags leave open, and return the policy.

    The options are given its files of the job. A flag beats the file. Raise `CannotRunError` for a
    policy or a lock that cannot be read.
    """
    file = policy_file_of(vars(options))
    policy = with_flags(read_policy(file, os.environ), vars(options))
    options.policy = str(file) if file else None
    for name in FILES_OF_THE_JOB:
        path = getattr(policy, name)
        setattr(options, name, near(str(path)) if path else None)
    options.service = policy.service
    if options.update_lock and not options.lock:
        raise CannotRunError("--update-lock says nothing of which lock: give --lock FILE")
    if options.lock and not options.update_lock:
        read_lock(Path(options.lock))
    return policy


def must_name_paths(policy: Policy) -> None:
    """Given a policy with its flags, raise `CannotRunError` unless it names one folder or listing to look at."""
    if policy.source and policy.listing:
        raise CannotRunError("--source and --listing both say what lies in the source: give one of them")
    if not (policy.source or policy.listing):
        raise CannotRunError("nothing says what lies in the source: give --source DIR, or --listing FILE")


def must_name_a_job(options: argparse.Namespace) -> None:
    """Given settled options, raise `CannotRunError` unless they name a job: the sample's rules are not the user's."""
    if not (options.env_file or options.stack):
        raise CannotRunError("nothing says which job is meant: give --env-file, --stack, or a policy file with one")
