"""What an operator sees of a run, with a terminal and without."""

import io
import itertools
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from verify import __version__
from verify.report.events import CheckDecided, LabReady, RunEnded, RunStarted, TestEnded, TestStarted
from verify.report.outcome import CheckResult, Ending, Outcome, Run, TestResult, fold
from verify.report.screen.console import ConsoleReporter

WHOLE = """\
duplicity-verify VERSION: would this backup come back?

job       /job/duplicity.env, /job/stack.yml
          /var/data → s3:///bucket/prefix, encrypted
runtime   embedded: there is no docker command on PATH
versions  duplicity 3.2.1, store MinIO RELEASE.2025-09-07T16-13-09Z
note      --exclude-regexp x is skipped
note      OPTIONS: a comment is cut

○ listing            2 tests           3.0 s  not proven: another check failed first: command-succeeds
✗ content            1 test            1.5 s  1 finding: 1 would not come back
○ source-not-empty   0 of 1 test       1.5 s  not proven: no real folder was given with --source
! verify-agrees      1 test            1.5 s  stopped: the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again
✓ env-file-reads-alike  1 of 2 tests      3.0 s  docker run, docker stack and docker compose read the same job from the env file
✗ command-succeeds   2 tests           3.0 s  2 findings: 2 would not come back

test_content
  ✗ command-succeeds (would not come back)
      expected exit code 0
      got      exit code 23 (user_error)
      hint     a hint
               in two lines
      alike    1 test more: test_other
      Reproduce with:
        again
  ✗ content (would not come back) a|b/`c`*
      expected 7 bytes
      got      6 bytes
      Reproduce with:
        again
    Failing test case: x(
        y=1,
    )

○ another check failed first: command-succeeds
      unproven listing

○ no real folder was given with --source
      unproven source-not-empty
      partly   env-file-reads-alike

! the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again
! test_x stopped by a bug of duplicity-verify: KeyError: 'x'

FINDINGS: 3 findings: 3 would not come back (command-succeeds, content); besides, the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again (1 min 15 s)
"""  # noqa: E501 - as it is printed


@pytest.fixture(autouse=True)
def widest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the columns where they are above, whatever the longest id of a check is."""
    monkeypatch.setattr("verify.report.screen.console.IDS", 17)


def printed(
    run: Run, facts: dict[str, Any], checks: tuple[CheckResult, ...], *, quiet: bool = False, **console: Any
) -> str:
    """Given a run, return what its events print."""
    stream = io.StringIO()
    console = {"width": 10_000, "highlight": False, "markup": False, "emoji": False, **console}
    reporter = ConsoleReporter(Console(file=stream, **console), "duplicity-verify", quiet=quiet)
    reporter.begin()
    reporter.pytest_verify_event(RunStarted(run.started, len(run.tests), len(checks)))
    reporter.pytest_verify_event(LabReady(facts))
    for test in run.tests:
        reporter.pytest_verify_event(TestStarted(test.id))
        reporter.pytest_verify_event(TestEnded(test))
    for check in checks:
        reporter.pytest_verify_event(CheckDecided(check))
    reporter.pytest_verify_event(RunEnded(run))
    assert reporter.run is run
    return stream.getvalue()


def test_without_a_terminal_a_line_is_a_line(run: Run, facts: dict[str, Any], checks: tuple[CheckResult, ...]) -> None:
    assert printed(run, facts, checks) == WHOLE.replace("VERSION", __version__)


def test_with_a_terminal_no_line_is_longer_than_it_and_colours_come_and_go(
    run: Run, facts: dict[str, Any], checks: tuple[CheckResult, ...]
) -> None:
    shown = printed(
        run, facts, checks, width=70, force_terminal=True, color_system="standard", legacy_windows=False, _environ={}
    )
    assert max(len(Text.from_ansi(line).plain) for line in shown.splitlines()) <= 70
    assert "\x1b[1;31m" in shown  # bold red, of a finding
    assert "\x1b[?25l" in shown  # the cursor, hidden while the progress line is shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert "collecting the tests" in shown


def test_further_lines_hang_below_the_first(run: Run, facts: dict[str, Any], checks: tuple[CheckResult, ...]) -> None:
    shown = printed(run, facts, checks, width=70).splitlines()
    begin = next(number for number, line in enumerate(shown) if line.startswith("! verify-agrees"))
    column = shown[begin].index("stopped")
    below = list(itertools.takewhile(lambda line: line[:column].isspace(), shown[begin + 1 :]))
    assert len(below) > 1
    assert " ".join(line[column:].strip() for line in (shown[begin], *below)) == f"stopped: {run.troubles[0]}"


def test_a_reason_that_stands_above_is_not_told_again(run: Run, facts: dict[str, Any]) -> None:
    broken = [replace(test, ending=Ending.COULD_NOT_RUN, reason="why", findings=()) for test in run.tests]
    checks = tuple(fold(check, "embedded", broken) for check in ("listing", "content", "env-file-reads-alike"))
    assert {check.outcome for check in checks} == {Outcome.ERROR}
    shown = printed(replace(run, tests=tuple(broken), troubles=("why",), checks=checks), facts, checks)
    assert shown.count("stopped: why") == 1
    assert shown.count("stopped, as above") == 2
    assert shown.endswith("\nCOULD NOT RUN: why (1 min 15 s)\n")


def test_many_findings_of_one_test_are_not_all_printed(run: Run, facts: dict[str, Any]) -> None:
    (test,) = (each for each in run.tests if each.example)
    found = tuple(replace(test.findings[1], path=f"path {number}") for number in range(13))
    many: tuple[TestResult, ...] = (replace(test, findings=found),)
    shown = printed(replace(run, tests=many), facts, ())
    assert shown.count("✗ content (would not come back) path") == 10
    assert "    and 3 more, in report.json\n" in shown


@pytest.mark.parametrize(("source", "destination", "way"), [
    ("", "s3:///b", "nothing → s3:///b, encrypted"), ("/a", "", "/a → nowhere, encrypted"),
])  # fmt: skip
def test_a_job_that_lacks_an_end_has_a_word_for_it(
    run: Run, facts: dict[str, Any], source: str, destination: str, way: str
) -> None:
    facts["job"] |= {"source": source, "destination": destination}
    assert f"          {way}\n" in printed(run, facts, ())


def test_quietly_nothing_is_said_of_a_run_that_is_proven(
    run: Run, facts: dict[str, Any], checks: tuple[CheckResult, ...]
) -> None:
    good = tuple(check for check in checks if check.outcome is Outcome.PROVEN)
    proven = replace(run, checks=good, tests=good[0].tests, troubles=())
    assert printed(proven, facts, good, quiet=True) == ""


def test_quietly_findings_are_told_with_the_job_and_the_verdict(
    run: Run, facts: dict[str, Any], checks: tuple[CheckResult, ...]
) -> None:
    head, _, rest = WHOLE.replace("VERSION", __version__).partition("○ listing")
    end = rest[rest.index("\n\ntest_content") :]
    assert printed(run, facts, checks, quiet=True) == head + end.removeprefix("\n\n")
    refused = replace(run, tests=(), checks=(), troubles=("no engine answers",))
    assert printed(refused, facts, (), quiet=True).endswith("\nCOULD NOT RUN: no engine answers (1 min 15 s)\n")
