"""A file of metrics for Prometheus, which its node_exporter reads; written as a whole."""

import tempfile
from datetime import datetime
from pathlib import Path

from verify.checks import Severity
from verify.notify.message import Message
from verify.notify.receiver import NotSentError
from verify.report.outcome import Outcome, Run, Verdict
from verify.report.severities import counts_of
from verify.secret import Secret

PREFIX = "duplicity_verify"
LABELS = ("job", "destination")


class TextfileReceiver:
    """A file `NAME.prom`."""

    secrets: tuple[Secret, ...] = ()

    def __init__(self, file: Path) -> None:
        if file.suffix != ".prom":
            raise NotSentError(f"{file} does not end in .prom: node_exporter reads no other files")
        self._file = file
        self.name = f"textfile {file}"

    def start(self, seconds: float) -> None:
        """Do nothing: the metrics of the last drill stay until this one ends."""

    def send(self, message: Message, seconds: float) -> str:
        """Write the metrics of all runs."""
        del seconds
        from prometheus_client import CollectorRegistry, Gauge, write_to_textfile  # noqa: PLC0415 - slow to import

        registry = CollectorRegistry()

        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(f"{PREFIX}_{name}", meaning, [*LABELS, *labels], registry=registry)

        ended = gauge("last_run_timestamp_seconds", "when the last drill ended")
        proven = gauge("last_proven_timestamp_seconds", "when a drill last proved the backup")
        seconds_ = gauge("last_run_duration_seconds", "how long the last drill took")
        verdicts = gauge("verdict", "1 for the verdict of the last drill, 0 for the others", "verdict")
        findings = gauge("findings", "findings of the last drill", "severity")
        checks = gauge("checks", "checks of the last drill by what became of them", "outcome")
        for name, run in message.summary.runs.items():
            labels = message.summary.job_and_destination(name)
            ended.labels(*labels).set(run.ended.timestamp())
            seconds_.labels(*labels).set(run.seconds)
            if message.proven_at.get(name):
                proven.labels(*labels).set(datetime.fromisoformat(message.proven_at[name]).timestamp())
            for verdict in Verdict:
                verdicts.labels(*labels, verdict.value).set(run.verdict is verdict)
            for severity in Severity:
                findings.labels(*labels, severity.value).set(counts_of(run.findings)[severity.value])
            for outcome in Outcome:
                checks.labels(*labels, outcome.value).set(_count(run, outcome))
        if message.is_test:  # the metrics of the last drill stay
            with tempfile.TemporaryDirectory(dir=self._file.parent) as folder:
                write_to_textfile(str(Path(folder, self._file.name)), registry)
            return "it can be written"
        write_to_textfile(str(self._file), registry)
        return "written"


def _count(run: Run, outcome: Outcome) -> int:
    return run.counts[outcome]
