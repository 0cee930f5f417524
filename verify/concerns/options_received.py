"""Compares the options that duplicity receives in the image with those that the job means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.version import Version

from verify.checks import Finding, Severity
from verify.job import Job
from verify.job.credentials import printable_text
from verify.job.options import WrittenOption
from verify.job.received import environment_findings, shown, stretches, words_findings
from verify.lab.hosts.host import Host
from verify.lab.jobs.call_recorder import EntryRun, Recording, recorder, runs_of
from verify.lab.jobs.image_shell import LINES, steadied
from verify.lab.jobs.respelling import Meaning, spelling_that_arrives


def why_not_recorded(job: Job) -> str:
    """Return why a job cannot be recorded; empty if it can."""
    if job.destination == "multi":
        return "DST=multi: which options go to which destination is not recorded"
    if not any(runs_of(job, {name: job.text_of(name) for name in job.variables})):
        return "no schedule starts a job that runs nothing but backup or dup"
    return ""


def received_findings(host: Host, job: Job, release: Version) -> list[Finding]:
    """Given a container of the job's image, return a finding for each difference in how duplicity is called."""
    job, written = steadied(host, job)
    with recorder(host, job) as noting:
        comparison = _Comparison(Meaning(noting, job, release), written)
        found = [each for run in runs_of(job, noting.variables) for each in comparison.findings(run)]
    return list(dict.fromkeys(found))


class _Comparison:
    """Compares what a job means with what the recorder noted."""

    def __init__(self, meaning: Meaning, written: Mapping[str, str]) -> None:
        self._meaning = meaning
        self._written = written  # the job's own commands, by what stands in for them
        self._secrets = meaning.job.secrets
        self._texts = {name: meaning.job.text_of(name) for name in LINES}

    def findings(self, run: EntryRun) -> list[Finding]:
        """Return findings about the calls of one entry; the first one's hint is a spelling that works."""
        noting = self._meaning.noting
        recording = noting.run(run, {})
        found = list(self._words(run, recording, self._meaning.options(self._texts, {})))
        if found:
            found[0] = replace(found[0], hint=self._hint(run, recording))
        environment = noting.digests_of(self._meaning.job)
        return found + [each for call in recording.calls for each in environment_findings(environment, call.digests)]

    def _words(self, run: EntryRun, recording: Recording, options: Sequence[WrittenOption]) -> Iterator[Finding]:
        for arguments, call in zip(run.calls, recording.calls, strict=False):
            yield from words_findings(stretches(self._meaning.call(options, arguments), call.words), self._secrets)
        for arguments in run.calls[len(recording.calls) :]:
            words = [word for each in self._meaning.call(options, arguments) for word in each.words]
            meant, got = f"duplicity {self._shown(words)}", self._failure(recording)
            yield Finding("options-reach-duplicity", "", meant, got, severity=Severity.LOST)
        for call in recording.calls[len(run.calls) :]:
            yield Finding(
                "options-reach-duplicity", "", "no other call of duplicity", f"duplicity {self._shown(call.words)}"
            )

    def _shown(self, words: Sequence[str]) -> str:
        return shown(words, self._secrets)

    def _failure(self, recording: Recording) -> str:
        """Return how a run ended that did not call duplicity, with the most useful line of its output."""
        said = (recording.done.stdout + recording.done.stderr).decode(errors="replace").splitlines()
        lines = [line.strip() for line in said if line.strip() and "job failed" not in line] or ["it said nothing"]
        telling = next((line for line in lines if "syntax error" in line), lines[-1])
        return f"no call, exit code {recording.done.returncode}: {printable_text(telling, self._secrets)}"

    def _hint(self, run: EntryRun, recording: Recording) -> str:
        if self._meaning.job.options_trouble:
            return f"{self._meaning.job.options_trouble}: close it"
        texts = spelling_that_arrives(self._meaning, run, recording)
        if texts is None:
            return "no quoting brings it through this image's shells: do without blanks and shell characters there"
        job = self._meaning.job
        lines = [
            job.line(name, self._with_commands(text), beside="" if name in self._texts else "OPTIONS")
            for name, text in texts.items()
            if text != self._texts.get(name)
        ]
        head = "recorded with this spelling, all of it arrives; write"
        return "\n".join([head, *lines])

    def _with_commands(self, text: str) -> str:
        """Return a text with the job's own commands again, for which others stood in."""
        for stands_in, command in self._written.items():
            text = text.replace(stands_in, command)
        return text
