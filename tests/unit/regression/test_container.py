"""What the container runs, and what else its service says, is part of what a job means."""

from pathlib import Path

import pytest

from verify.job import Job, read_job
from verify.regression import changes, hidden_changes, meaning_of

BASE = "image: duplicity, environment: {SRC: /a, DST: 'file:///x', PASSPHRASE: geheim}"


def job_of(folder: Path, more: str) -> Job:
    (folder / "stack.yml").write_text(f"services:\n  b: {{{BASE}, {more}}}\n")
    return read_job(None, folder / "stack.yml", {})


@pytest.mark.parametrize(
    ("before", "after", "check", "said"),
    [
        ("command: [a, b]", "command: a c", "schedule-kept", "command: a c"),
        ("hostname: h", "entrypoint: [sleep, infinity]", "schedule-kept", "entrypoint: sleep infinity"),
        ("hostname: h", "hostname: h, deploy: {replicas: 0}", "schedule-kept", "0 replicas: it never runs"),
        ("hostname: h", "hostname: h, profiles: [x]", "schedule-kept", "started only with a profile: x"),
        ("restart: always", "restart: 'no'", "schedule-kept", "started again: no"),
        ("user: '0'", "user: '1000'", "options-kept", "user: 1000"),
        ("hostname: h", "hostname: h, secrets: [one, {source: two}]", "options-kept", "secrets: one, two"),
        ("hostname: h", "hostname: h, build: .", "options-kept", "build: ."),
        ("hostname: h", "hostname: h, labels: {a: b}", "", "labels (its value is not shown)"),
        ("hostname: h", "hostname: h, deploy: {labels: {a: b}}", "", "deploy.labels (its value is not shown)"),
        ("labels: {a: b}", "labels: {a: c}", "", "labels with another value (not shown)"),
        (
            "build: {context: ., target: a}",
            "build: {context: ., target: b}",
            "",
            "build with another value (not shown)",
        ),
        ("command: [a]", "command: [geheim]", "schedule-kept", "command: ***"),
    ],
)
def test_a_change_of_a_service_is_named(tmp_path: Path, before: str, after: str, check: str, said: str) -> None:
    old, new = job_of(tmp_path, before), job_of(tmp_path, after)
    found = [*changes(meaning_of(old, {}), meaning_of(new, {})), *hidden_changes(old, new)]
    told = [each for each in found if said in "; ".join(each.new)]
    assert [each.check for each in told] == [check]


def test_what_cannot_matter_is_not_named(tmp_path: Path) -> None:
    old, new = (job_of(tmp_path, f"container_name: {name}, logging: {{driver: {name}}}") for name in ("one", "two"))
    assert not [*changes(meaning_of(old, {}), meaning_of(new, {})), *hidden_changes(old, new)]
