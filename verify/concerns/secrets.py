"""Looks for secrets in what duplicity prints, and in the arguments of the programs it starts."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from verify.checks import Finding
from verify.lab.client.results import Result
from verify.lab.lab import Chain, Lab
from verify.secret import Secret

# Runs gpg and notes its arguments, which every user of the machine can read while gpg runs.
NOTING = """#!/bin/sh
printf '%s\\n' "$*" >>{notes}
exec gpg "$@"
"""


@dataclass(frozen=True)
class Talkative:
    """A chain whose duplicity prints as much as it can, and a note of how it calls gpg."""

    lab: Lab
    chain: Chain
    notes: str

    @classmethod
    def of(cls, lab: Lab) -> "Talkative":
        """Given a lab, return an encrypted chain in it, without points."""
        chain = lab.new_chain(encrypted=True)
        program, notes = lab.host.scratch_path("gpg"), lab.host.scratch_path("notes")
        lab.host.put(program, NOTING.format(notes=shlex.quote(notes)).encode(), 0o755)
        options = (*chain.duplicity.options, "--verbosity=9", f"--gpg-binary={program}")
        return cls(lab, replace(chain, duplicity=replace(chain.duplicity, options=options)), notes)

    @property
    def arguments_of_gpg(self) -> str:
        """The arguments that gpg was called with, one line for each call."""
        return self.lab.host.get(self.notes).decode(errors="replace")

    def argument_findings(self) -> list[Finding]:
        """Return a finding for each secret of the chain that is in the arguments of gpg."""
        said = self.arguments_of_gpg
        env = self.chain.duplicity.env
        told = [name for name, value in env.items() if isinstance(value, Secret) and value.reveal() in said]
        return [
            Finding("secrets-hidden", "", "gpg is given the passphrase through a pipe", f"{name} in its arguments")
            for name in told
        ]


def output_findings(results: Iterable[Result]) -> list[Finding]:
    """Return a finding for each result whose command printed a secret."""
    return [
        Finding("secrets-hidden", "", f"duplicity {result.verb} prints no secret", "it prints one")
        for result in results
        if result.tells_a_secret
    ]
