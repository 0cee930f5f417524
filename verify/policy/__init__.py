"""The policy file, `duplicity-verify.toml`: what its owner demands of a backup."""

from verify.policy.notified import NotifyTable
from verify.policy.policy import Policy
from verify.policy.reading import FILE_NAME, find_policy, policy_file_of, read_notify, read_policy, with_flags
from verify.policy.schema import schema

__all__ = [
    "FILE_NAME",
    "NotifyTable",
    "Policy",
    "find_policy",
    "policy_file_of",
    "read_notify",
    "read_policy",
    "schema",
    "with_flags",
]
