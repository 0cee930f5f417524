"""`duplicity-verify selection`, as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verify.commands import selection
from verify.errors import CannotRunError

CHECKOUT = Path(__file__).parents[3]
REPORT_SCHEMA = CHECKOUT / "verify" / "report" / "schema" / "report-3.json"
JOB = ("selection", "--env-file", "duplicity.env")
SOURCE = (*JOB, "--source", "source")
IN = ["config", "config/app.ini", "config/traefik", "config/traefik/traefik.yml", "notes.txt", "reg", "reg/users.db"]
IN += ["registry-mirror", "registry-mirror/b2"]
OUT = ["duplicity", "duplicity/archive", "duplicity/archive/sigtar", "registry", "registry/blobs", "registry/blobs/b1"]
OUT += ["runtime", "runtime/pid"]
Command = Callable[..., Any]
Edit = Callable[..., None]


def find(here: Path) -> bytes:
    call = ["find", here / "source", "-printf", r"%P\t%y\t%s\t%T@\0"]
    return subprocess.run(call, check=True, capture_output=True).stdout


def test_the_answer_for_machines_is_alone_on_standard_output(command: Command) -> None:
    done = command(*SOURCE, "--format", "json")
    assert done.code == 0
    assert sorted(done.document["included"]) == IN
    assert sorted(done.document["excluded"]) == OUT
    assert [(rule["rule"], rule["excluded"], rule["bytes"]) for rule in done.document["rules"]] == [
        ("--exclude /var/data/runtime", 2, 5),
        ("--exclude /var/data/registry", 3, 3000),
        ("--exclude /var/data/duplicity", 3, 50),
    ]
    assert done.document["totals"]["excluded"] == {"paths": 8, "files": 3, "bytes": 3055}
    assert done.document["folders"]["reg"]["included"]["bytes"] == 700
    assert "PROVEN: 3 checks hold" in done.err


def test_the_answer_for_people_shows_folders_and_rules(command: Command) -> None:
    done = command(*SOURCE)
    lines = done.out.splitlines()
    assert "in the backup      9 paths  5 files  1.4 kB" in lines
    assert "registry                0       0 B          1     3.0 kB" in lines
    assert "1  --exclude /var/data/registry          0         3  3.0 kB" in lines


def test_a_listing_from_a_pipe_gives_the_same_answer_as_the_folder(command: Command, here: Path) -> None:
    piped = command(*JOB, "--listing", "-", "--format", "json", stdin=find(here)).document
    folder = command(*SOURCE, "--format", "json").document
    assert piped.pop("listing") == "standard input"
    assert folder.pop("listing") == "source"
    for document in (piped, folder):
        document["included"].sort()
        document["excluded"].sort()
    assert piped == folder


def test_paths_alone_are_a_listing_too(command: Command, here: Path) -> None:
    (here / "paths").write_text("".join(f"{path}\n" for path in (*IN, *OUT)))
    done = command(*JOB, "--listing", "paths", "--format", "json")
    assert sorted(done.document["included"]) == IN
    assert "the listing says no types" in done.document["notes"][0]


def test_names_that_are_no_text_are_counted_and_shown_by_their_bytes(command: Command, here: Path) -> None:
    os.close(os.open(os.fsencode(here / "source") + b"/\xff", os.O_CREAT))
    done = command(*SOURCE, "--format", "json")
    assert r"\xff" in done.document["included"]
    assert done.document["notes"] == [r"1 path is not UTF-8; its bytes are shown as \xNN"]


def test_a_rule_that_can_only_be_a_mistake_is_a_finding(command: Command, edit: Edit) -> None:
    edit("duplicity.env", ("/var/data/registry", "/var/data/registri"))
    done = command(*SOURCE)
    assert done.code == 0
    assert "PROVEN, 1 to tidy up: 2 checks hold" in done.err
    assert "1  --exclude /var/data/registri          0         0    0 B  never matches" in done.out.splitlines()
    assert "rules-effective (to tidy up) registri" in done.err
    assert "did you mean /var/data/registry?" in done.err


@pytest.mark.parametrize(
    ("words", "codes", "verdict"),
    [
        (("--must-include", "registry"), (1, 1, 1), "FINDINGS: 1 finding: 1 would not come back (must-include)"),
        (("--must-exclude", "reg"), (0, 1, 1), "FINDINGS: 1 finding: 1 at risk or exposed (must-exclude)"),
        ((), (0, 0, 1), ""),
    ],
)
def test_the_lightest_finding_that_fails_a_run_is_chosen(
    command: Command, edit: Edit, words: tuple[str, ...], codes: tuple[int, ...], verdict: str
) -> None:
    if not words:
        edit("duplicity.env", ("/var/data/registry", "/var/data/registri"))
    ended = [command(*SOURCE, *words, "--fail-on", lightest) for lightest in ("lost", "at-risk", "tidy-up")]
    assert tuple(each.code for each in ended) == codes
    assert all(verdict in each.err for each in ended)
    quiet = command(*SOURCE, *words, "-q")
    assert (quiet.code, bool(quiet.err + quiet.out)) == (codes[1], bool(codes[1]))


def test_findings_are_printed_and_counted_the_gravest_first(command: Command, edit: Edit) -> None:
    edit("duplicity.env", ("/var/data/registry", "/var/data/registri"))
    done = command(*SOURCE, "--must-exclude", "reg", "--must-include", "runtime")
    found = [line.split()[1] for line in done.err.splitlines() if line.startswith("  ✗ ")]
    assert found == ["must-include", "must-exclude", "rules-effective"]
    assert "FINDINGS: 3 findings: 1 would not come back, 1 at risk or exposed, 1 to tidy up (must-include, " in done.err
    assert done.code == 1


def test_what_the_policy_demands_is_held_against_the_rules(command: Command, here: Path) -> None:
    (here / "duplicity-verify.toml").write_text(
        'env_file = "duplicity.env"\nsource = "${WHERE}"\n'
        'must_include = ["config", "registry", "**.sql"]\nmust_exclude = ["reg", "runtime"]\n'
    )
    refused = command("selection")
    assert refused.code == 2
    assert "duplicity-verify.toml: source: the variable WHERE is not set" in refused.err
    os.environ["WHERE"] = "source"
    try:
        done = command("selection", "--report-dir", "report")
    finally:
        del os.environ["WHERE"]
    assert done.code == 1
    report = json.loads((here / "report" / "report.json").read_text())
    assert {(finding["check"], finding["path"]) for finding in report["findings"]} == {
        ("must-include", "registry"),
        ("must-include", ""),
        ("must-exclude", "reg"),
    }
    assert report["exit_code"] == 1
    jsonschema.validate(report, json.loads(REPORT_SCHEMA.read_text()))
    assert (here / "report" / "junit.xml").exists()
    beaten = command("selection", "--source", "source", "--must-include", "config", "--must-exclude", "runtime")
    assert beaten.code == 2, "a flag beats its key, but the file must be right all the same"


def test_a_policy_beside_the_env_file_is_found_and_one_that_is_named_beats_it(command: Command, here: Path) -> None:
    (here / "job").mkdir()
    (here / "duplicity.env").rename(here / "job" / "duplicity.env")
    (here / "job" / "duplicity-verify.toml").write_text('must_include = ["none"]\nsource = "../source"\n')
    beside = command("selection", "--env-file", "job/duplicity.env")
    assert beside.code == 1
    assert "none is in the backup" in beside.err
    (here / "named.toml").write_text('env_file = "job/duplicity.env"\n')
    assert command("selection", "--policy", "named.toml", "--source", "source").code == 0


def test_an_explanation_is_all_that_is_printed(command: Command) -> None:
    done = command(*SOURCE, "--explain", "registry/blobs/b1", "--explain", "/var/data/notes.txt")
    assert done.code == 0
    assert done.out.splitlines()[0] == (
        "registry/blobs/b1 is not in the backup: it is in registry, which is excluded: "
        "--exclude /var/data/registry matches it."
    )
    assert "notes.txt is in the backup: no rule matches it." in done.out.splitlines()
    machine = command(*SOURCE, "--explain", "notes.txt", "--format", "json").document
    assert machine["explained"][0]["included"] is True


def test_a_lock_is_written_then_kept_then_stale_then_approved(command: Command, here: Path, edit: Edit) -> None:
    lock = ("--lock", "job.lock")
    missing = command(*SOURCE, *lock)
    assert missing.code == 2
    assert "the lock job.lock does not exist: approve the job with --update-lock" in missing.err
    assert command(*SOURCE, *lock, "--update-lock").code == 0
    first = (here / "job.lock").read_text()
    assert command(*SOURCE, *lock).code == 0
    edit("duplicity.env", ("--exclude /var/data/registry ", ""))
    stale = command(*SOURCE, *lock)
    assert stale.code == 1
    assert "expected rule: --exclude /var/data/registry" in stale.err
    assert "approve it: --lock job.lock --update-lock" in stale.err
    assert (here / "job.lock").read_text() == first
    assert command(*SOURCE, *lock, "--update-lock").code == 0
    assert "registry" not in (here / "job.lock").read_text()


def test_the_default_run_holds_the_job_against_the_lock(command: Command, here: Path) -> None:
    run = ("--env-file", "duplicity.env", "--lock", "job.lock", "-n", "1", "-k", "approved")
    assert command(*run, "--update-lock").code == 0
    lock = here / "job.lock"
    lock.write_text(lock.read_text().replace("/var/data/runtime", "/var/data/run"))
    stale = command(*run)
    assert stale.code == 1
    assert "lock-current" in stale.out
    lock.write_text(lock.read_text().replace('lock": 1', 'lock": 7'))
    newer = command(*run)
    assert newer.code == 2
    assert "job.lock is a lock of format 7, and this duplicity-verify reads format 1" in newer.err


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (b"/var/data/notes.txt\n", "standard input: line 1 ('/var/data/notes.txt') is an absolute path"),
        (b"a/b\0\0c\0", "names no path"),
        (b"a/b\tf\0a\td\0", "names the folder 'a' twice, or after a path in it"),
        (b"", "standard input is empty"),
        (b"a\tf\t12\t1.5\0b\tf\tmany\t1.5\0", "has the number 'many'"),
    ],
)
def test_a_bad_listing_is_one_sentence_and_no_answer(command: Command, listing: bytes, said: str) -> None:
    done = command(*JOB, "--listing", "-", "--format", "json", stdin=listing)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing says which job is meant: give --env-file, --stack, or a policy file with one"),
        (("--env-file", "duplicity.env"), "nothing says what lies in the source: give --source DIR, or --listing"),
        ((*SOURCE[1:], "--listing", "x"), "--source and --listing both say what lies in the source"),
        ((*SOURCE[1:], "--update-lock"), "--update-lock says nothing of which lock: give --lock FILE"),
        ((*SOURCE[1:], "--policy", "none.toml"), "none.toml cannot be read"),
        ((*SOURCE[1:], "--duplicity-release", "new"), "--duplicity-release new is no version"),
        (("--env-file", "none.env", "--source", "source"), "none.env cannot be read"),
        (("--env-file", "outside.env", "--source", "source"), "refuses the rules (exit code 14)"),
        (("--env-file", "quote.env", "--source", "source"), "OPTIONS: a quote is not closed"),
        (("--env-file", "list.env", "--source", "source"), "which cannot be read on this machine"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_read(
    here: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(here)
    edit("outside.env", ("/var/data/registry", "/srv/registry"))
    edit("quote.env", ("/var/data/registry", "'/var/data/registry"))
    edit("list.env", ("--exclude /var/data/registry", "--exclude-filelist /none/list"))
    with pytest.raises(CannotRunError) as refused:
        selection.run(selection.parser().parse_args(words))
    assert said in str(refused.value)


def test_a_path_that_is_asked_for_and_not_there_is_no_answer(command: Command) -> None:
    done = command(*SOURCE, "--explain", "none")
    assert (done.code, done.out) == (2, "")
    assert "--explain: the source has no 'none'" in done.err


def test_who_reads_only_the_beginning_is_not_told_of_a_broken_pipe(here: Path) -> None:
    (here / "paths").write_bytes(b"".join(b"%08d\n" % number for number in range(50_000)))
    call = (
        f"{sys.executable} -m verify.cli selection --env-file duplicity.env --listing paths --format json | head -n 1"
    )
    done = subprocess.run(["sh", "-c", call], cwd=here, capture_output=True, text=True, check=True)
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_plain_pytest_run_decides_the_same_checks(here: Path, edit: Edit) -> None:
    edit("wrong.env", ("/var/data/registry", "/var/data/registri"))
    (here / "policy.toml").write_text('env_file = "wrong.env"\nsource = "source"\n')
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(CHECKOUT / "tests" / "selection")]
    by_flags = [f"--env-file={here}/duplicity.env", f"--source={here}/source"]
    by_policy = [f"--policy={here}/policy.toml"]
    # Of severities pytest knows nothing: it fails where a test does.
    for named, own, code in ((by_flags, 0, 0), (by_policy, 1, 0), ([*by_policy, "--fail-on=tidy-up"], 1, 1)):
        options = [*named, f"--report-dir={here}/report"]
        done = subprocess.run([*call, *options], cwd=here, capture_output=True, text=True, check=False)
        assert done.returncode == own, done.stdout
        report = json.loads((here / "report" / "report.json").read_text())
        assert report["exit_code"] == code
