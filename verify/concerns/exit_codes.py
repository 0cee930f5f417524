"""Commands that have to fail, as a cron job, an operator or a broken store may cause them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from verify.checks import Finding
from verify.lab.client.results import Result
from verify.lab.lab import Lab
from verify.secret import Secret


@dataclass(frozen=True)
class FailingCommand:
    """A command that cannot succeed; `name` says why."""

    name: str
    run: Callable[[Lab], Result]


def _of_no_source(lab: Lab) -> Result:
    chain = lab.new_chain()
    return chain.duplicity.full(f"{lab.source}/no such folder", chain.destination.url)


def _without_a_key(lab: Lab) -> Result:
    chain = lab.new_chain()
    stranger = replace(chain.duplicity, env={**chain.duplicity.env, "AWS_SECRET_ACCESS_KEY": Secret("not the key")})
    return stranger.full(lab.source, chain.destination.url)


def _of_nothing(lab: Lab) -> Result:
    chain = lab.new_chain()
    return chain.duplicity.restore(chain.destination.url, lab.host.scratch_path("restored"))


def _listing_of_nothing(lab: Lab) -> Result:
    chain = lab.new_chain()
    return chain.duplicity.list_current_files(chain.destination.url)


def _verify_of_nothing(lab: Lab) -> Result:
    chain = lab.new_chain()
    return chain.duplicity.verify(chain.destination.url, lab.source)


FAILURES = (
    FailingCommand("full-of-no-source", _of_no_source),
    FailingCommand("full-without-the-key", _without_a_key),
    FailingCommand("restore-of-nothing", _of_nothing),
    FailingCommand("listing-of-nothing", _listing_of_nothing),
    FailingCommand("verify-of-nothing", _verify_of_nothing),
)


def exit_code_findings(result: Result) -> list[Finding]:
    """Given the result of a command that cannot have succeeded, return a finding if its exit code is 0."""
    got = Finding(
        "exit-codes-honest", "", f"duplicity {result.verb} fails with an exit code other than 0", "exit code 0"
    )
    return [got] if result.ok else []
