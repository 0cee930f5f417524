"""What the suite's own tests do not come by: a scenario for one defect each."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from verify.checks import Finding
from verify.lab.client.command_lines import IMPATIENT, taken
from verify.lab.client.results import Result
from verify.lab.lab import Chain, Lab
from verify.trees import Tree, compare, file, findings_of

Scenario = Callable[[Lab], list[Finding]]

SMALL = Tree({b"file": file((1, 3000)), b"other": file((2, 300))})


def options_before_the_verb(lab: Lab) -> list[Finding]:
    """Return a finding unless an option counts wherever it stands, before the verb too."""
    chain = _chain(lab)
    lab.fill_source(SMALL)
    archive = lab.host.scratch_path("archive")
    words = ("full", *chain.duplicity.options, chain.source, chain.destination.url)
    others = (word for word in words if not word.startswith("--archive-dir"))
    _typed(lab, chain, f"--archive-dir={archive}", *others).must_succeed()
    kept = lab.host.exists(archive)
    return [] if kept else [Finding("options-work", "", "an archive directory where --archive-dir says", "none")]


def implied_verbs(lab: Lab) -> list[Finding]:
    """Return what differs if a backup and a restore are meant by the order of the places, without a verb."""
    chain = _chain(lab)
    lab.fill_source(SMALL)
    before = lab.source_host.observe(chain.source)
    options = chain.duplicity.options
    reading = taken(lab.release, "restore", options)
    _typed(lab, chain, *options, chain.source, chain.destination.url).must_succeed()
    target = lab.host.scratch_path("restored")
    _typed(lab, chain, *reading, chain.destination.url, target).must_succeed()
    after = lab.host.observe(target)
    lab.host.remove(target)
    return findings_of(compare(before, after, lab.limitations))


def filelist_from_stdin(lab: Lab) -> list[Finding]:
    """Return a finding unless a list of paths may come through standard input."""
    chain = _chain(lab)
    lab.fill_source(SMALL)
    words = ("full", *chain.duplicity.options, "--exclude-filelist=/dev/stdin", chain.source, chain.destination.url)
    _typed(lab, chain, *words, stdin=f"{chain.source}/other\n".encode()).must_succeed()
    listed = lab.ran(chain.duplicity.list_current_files(chain.destination.url)).must_succeed().paths
    return [Finding("options-work", "other", "excluded by the list", "in the backup")] if b"other" in listed else []


def help_is_given(lab: Lab) -> list[Finding]:
    """Return a finding unless `--help` and `-h` print the options."""
    chain = _chain(lab)
    helped = [_typed(lab, chain, word) for word in ("--help", "-h")]
    silent = [each for each in helped if not each.ok or "--archive-dir" not in each.log]
    return [Finding("options-work", "", f"{each.verb} prints the options", each.ending) for each in silent]


SCENARIOS: Mapping[str, Scenario] = {
    "options-before-the-verb": options_before_the_verb,
    "implied-verbs": implied_verbs,
    "filelist-from-stdin": filelist_from_stdin,
    "help-is-given": help_is_given,
}


def _chain(lab: Lab, *options: str) -> Chain:
    chain = lab.new_chain()
    chain.duplicity = replace(chain.duplicity, options=(*chain.duplicity.options, *options))
    return chain


def _typed(lab: Lab, chain: Chain, *words: str, stdin: bytes = b"") -> Result:
    """Run a command line as it is typed, and not as the lab would spell it."""
    client = chain.duplicity
    done = lab.host.run([*client.command, *words, *IMPATIENT], env=client.env, stdin=stdin)
    return lab.ran(Result.of(words, done, ()))
