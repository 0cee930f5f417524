"""The summary for a CI job's page."""

from dataclasses import replace

from verify.report.markdown import markdown_of
from verify.report.outcome import Run

WHOLE = """\
## ✗ FINDINGS: 3 findings: 3 would not come back (command-succeeds, content); besides, the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again (1 min 15 s)

- could not run: the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again
- could not run: test\\_x stopped by a bug of duplicity-verify: KeyError: 'x'
- job: /job/duplicity.env, /job/stack.yml
- /var/data → s3:///bucket/prefix, encrypted
- runtime: embedded: there is no docker command on PATH
- versions: duplicity 3.2.1, store MinIO RELEASE.2025-09-07T16-13-09Z
- note: --exclude-regexp x is skipped
- note: OPTIONS: a comment is cut

| | check | runtime | tests | time | |
|---|---|---|---:|---:|---|
| ○ | `listing` | embedded | 2 tests | 3.0 s | not proven: another check failed first: command-succeeds |
| ✗ | `content` | embedded | 1 test | 1.5 s | 1 finding: 1 would not come back |
| ○ | `source-not-empty` | embedded | 0 of 1 test | 1.5 s | not proven: no real folder was given with --source |
| ! | `verify-agrees` | embedded | 1 test | 1.5 s | stopped: the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again |
| ✓ | `env-file-reads-alike` | embedded | 1 of 2 tests | 3.0 s | docker run, docker stack and docker compose read the same job from the env file |
| ✗ | `command-succeeds` | embedded | 2 tests | 3.0 s | 2 findings: 2 would not come back |

### Findings

**test\\_content**

- **command-succeeds** (would not come back): expected exit code 0, got exit code 23 (user\\_error)
  <br>a hint in two lines
  <br>1 test more: test\\_other
- **content** (would not come back) <code>a\\|b/\\`c\\`\\*</code>: expected 7 bytes, got 6 bytes

<details><summary>falsifying example</summary>

<pre>Failing test case: x(
    y=1,
)</pre>

</details>

Reproduce with:

    again

### Not proven

- another check failed first: command-succeeds: unproven `listing`
- no real folder was given with --source: unproven `source-not-empty`; partly `env-file-reads-alike`

"""  # noqa: E501 - as it is written


def test_a_run_with_everything_in_it(run: Run) -> None:
    assert markdown_of(run) == WHOLE


def test_a_run_that_never_began_is_its_sentence(run: Run) -> None:
    refused = Run(run.started, run.started, troubles=("no engine answers",))
    assert markdown_of(refused) == "## ! COULD NOT RUN: no engine answers (0.0 s)\n\n\n"


def test_what_would_be_markup_is_text(run: Run) -> None:
    (test,) = (each for each in run.tests if each.example)
    bold = replace(test.findings[1], path="<b>\n| x", expected="**1**", got="<script>", hint="[a](b) #1")
    written = markdown_of(replace(run, tests=(replace(test, findings=(bold,), example="</pre><b>"),)))
    assert "<code>&lt;b&gt; \\| x</code>: expected \\*\\*1\\*\\*, got &lt;script&gt;" in written
    assert "\\[a\\](b) \\#1" in written
    assert "<pre>&lt;/pre&gt;&lt;b&gt;</pre>" in written
