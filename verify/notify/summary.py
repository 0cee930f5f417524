"""What is to be told: the runs of a drill, one of each destination, and the states that they ended in."""

from collections.abc import Mapping
from dataclasses import dataclass

from verify.report.outcome import Run, Verdict


@dataclass(frozen=True, slots=True)
class DrillSummary:
    """All runs of one drill by the name of their destination, which is empty where there is one alone.

    `about` says which job it was, and where it was drilled. Of several jobs, the name is that of the job, or
    `JOB/DESTINATION`.
    """

    about: str
    runs: Mapping[str, Run]
    several_jobs: bool = False

    def job_and_destination(self, name: str) -> tuple[str, str]:
        """Given the name of a run, return which job it is of, and which of its destinations."""
        if not self.several_jobs:
            return self.about, name
        job, _, destination = name.partition("/")
        return job, destination

    @property
    def is_green(self) -> bool:
        """Whether everything is proven. Findings are never green, whatever makes the exit code 1."""
        return bool(self.runs) and all(run.verdict is Verdict.PROVEN for run in self.runs.values())

    @property
    def states(self) -> frozenset[str]:
        """The words of `on` that this drill is: verdicts, and severities of findings."""
        found = {finding.severity.value for run in self.runs.values() for finding in run.findings}
        verdicts = {run.verdict.value for run in self.runs.values()}
        stopped = {Verdict.COULD_NOT_RUN.value for run in self.runs.values() if run.troubles}
        if not self.is_green:
            verdicts.discard(Verdict.PROVEN.value)
        return frozenset(found | verdicts | stopped or {Verdict.COULD_NOT_RUN.value})
