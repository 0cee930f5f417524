"""`duplicity-verify regression`, as a user runs it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.commands import regression
from verify.errors import CannotRunError

QUICK = ("regression", "--no-sandbox", "--source", "source")
JSON = ("--format", "json")
REGISTRY_TO_REG = ("--exclude /var/data/registry", "--exclude /var/data/reg")
Command = Callable[..., Any]
Edit = Callable[..., None]


def test_the_recipe_with_registry_cut_to_reg_names_exactly_what_enters_and_leaves(command: Command, edit: Edit) -> None:
    edit("new.env", REGISTRY_TO_REG)
    done = command(*QUICK, "--before", "duplicity.env", "--after", "new.env", *JSON)
    assert done.code == 1
    assert done.document["leaves"] == [
        {
            "rule": "--exclude /var/data/reg",
            "before": "no rule matches it",
            "after": "--exclude /var/data/reg",
            "files": 1,
            "bytes": 700,
            "paths": ["reg", "reg/users.db"],
        }
    ]
    assert done.document["enters"] == [
        {
            "rule": "--exclude /var/data/registry",
            "before": "--exclude /var/data/registry",
            "after": "no rule matches it",
            "files": 1,
            "bytes": 3000,
            "paths": ["registry", "registry/blobs", "registry/blobs/b1"],
        }
    ]
    assert [change["aspect"] for change in done.document["changes"]] == ["rules"]
    assert "paths-kept (would not come back) reg" in done.err
    assert "paths-not-added (at risk or exposed) registry" in done.err


def test_the_answer_for_people_names_the_topmost_paths_by_the_rule(command: Command, edit: Edit) -> None:
    edit("new.env", REGISTRY_TO_REG, ("--archive-dir", "--no-encryption --archive-dir"))
    done = command(*QUICK, "--before", "duplicity.env", "--after", "new.env")
    assert done.out.splitlines() == [
        "before  duplicity.env",
        "after   new.env",
        "",
        "leaves the backup: 2 paths, 1 file, 700 B",
        "  excluded by --exclude /var/data/reg",
        "    reg  and 1 path in it",
        "",
        "enters the backup: 3 paths, 1 file, 3.0 kB",
        "  no longer excluded by --exclude /var/data/registry",
        "    registry  and 2 paths in it",
        "",
        "changes of meaning",
        "  - encryption: with the passphrase",
        "  + encryption: none",
        "      whoever can read the store can read the backup",
        "  - rule: --exclude /var/data/registry",
        "  + rule: --exclude /var/data/reg",
        "      see which paths leave and enter",
        "",
    ]


def test_two_files_that_say_the_same_are_said_to_do_so(command: Command, edit: Edit) -> None:
    edit("new.env", ("# An HMAC key", "# A key"))
    done = command(*QUICK, "--before", "duplicity.env", "--after", "new.env")
    assert done.code == 0
    assert "Both say the same job: nothing leaves or enters the backup, and nothing else changed." in done.out
    assert command(*QUICK, "--before", "duplicity.env", "--after", "new.env", *JSON).document["same"] is True


def test_a_revision_is_compared_with_what_is_in_the_checkout(command: Command, here: Path, edit: Edit) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "duplicity.env"], ["commit", "-qm", "x"]):
        subprocess.run(["git", *who, *words], cwd=here, check=True)
    edit("duplicity.env", REGISTRY_TO_REG)
    done = command(*QUICK, "--before", "HEAD", "--env-file", "duplicity.env", *JSON)
    assert (done.document["before"], done.document["after"]) == ("HEAD:duplicity.env", "duplicity.env")
    assert [group["paths"] for group in done.document["leaves"]] == [["reg", "reg/users.db"]]
    assert "Reproduce with:\n        duplicity-verify regression --env-file=duplicity.env" in done.err, (
        "not a scratch file"
    )


def test_a_lock_that_is_current_approves_the_change(command: Command, here: Path, edit: Edit) -> None:
    edit("new.env", REGISTRY_TO_REG)
    change = (*QUICK, "--before", "duplicity.env", "--after", "new.env", "--lock", "job.lock")
    approving = command(*change, "--update-lock")
    assert approving.code == 0
    done = command(*change, *JSON)
    assert (done.code, done.document["approved"]) == (0, True)
    assert [group["paths"] for group in done.document["leaves"]] == [["reg", "reg/users.db"]], "shown all the same"
    edit("newer.env", REGISTRY_TO_REG, ("--allow-source-mismatch", ""))
    stale = command(*QUICK, "--before", "new.env", "--after", "newer.env", "--lock", "job.lock", *JSON)
    assert (stale.code, stale.document["approved"]) == (1, False)
    report = json.loads((here / ".duplicity-verify" / "report.json").read_text())
    assert {finding["check"] for finding in report["findings"]} == {"lock-current", "options-kept"}


def test_a_source_elsewhere_is_a_finding_and_its_paths_are_not_guessed(command: Command, edit: Edit) -> None:
    edit("new.env", ("SRC=/var/data", "SRC=/srv"), ("--exclude /var/data/runtime --exclude /var/data/registry", ""),
         ("--exclude /var/data/duplicity", ""))  # fmt: skip
    done = command(*QUICK, "--before", "duplicity.env", "--after", "new.env", *JSON)
    assert done.code == 1
    assert done.document["leaves"] is None
    assert "source-kept" in done.err
    assert "the source was /var/data and is /srv, of which a listing of /var/data says nothing" in done.err


def test_every_change_of_meaning_is_decided_by_the_check_that_is_named_for_it(
    command: Command, here: Path, edit: Edit
) -> None:
    edit("old.env", ("--archive-dir", "--full-if-older-than 1M --archive-dir"))
    edit("new.env", ("SRC=/var/data", "SRC=/var/data/config"), ("s3:///jack", "s3:///jill"), ("daily weekly", "weekly"),
         ("--exclude /var/data/runtime --exclude /var/data/registry --exclude /var/data/duplicity", "--no-encryption"),
         ("TMPDIR=/tmp", "TMPDIR=/var/tmp"))  # fmt: skip
    for name, image in (("old", "duplicity:1"), ("new", "duplicity:2")):
        (here / f"{name}.yml").write_text(f"services: {{backup: {{image: {image}, env_file: {name}.env}}}}\n")
    done = command(*QUICK, "--before", "old.yml", "--after", "new.yml", *JSON)
    assert done.code == 1
    report = json.loads((here / ".duplicity-verify" / "report.json").read_text())
    assert {finding["check"] for finding in report["findings"]} == {
        "paths-kept", "source-kept", "destination-kept", "encryption-kept", "chain-policy-kept", "schedule-kept",
        "image-kept", "options-kept",
    }  # fmt: skip
    (group,) = done.document["leaves"]
    assert group["rule"] == "it is not below the source /var/data/config"
    assert sorted(group["paths"]) == ["notes.txt", "reg", "reg/users.db", "registry-mirror", "registry-mirror/b2"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing says what the job was before"),
        (("--before", "duplicity.env", "--after", "duplicity.env"), "--before and --after are the same, duplicity.env"),
        (("--before", "old.env", "--env-file", "duplicity.env"), "old.env is no file, and here is no git repository"),
        (("--before", "duplicity.env", "--listing", "x"), "--source and --listing both say"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_read(
    here: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(here)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(here.parent))
    with pytest.raises(CannotRunError) as refused:
        regression.run(regression.parser().parse_args([*QUICK[1:], *words]))
    assert said in str(refused.value)


def test_rules_that_duplicity_refuses_are_no_selection_to_compare(command: Command, edit: Edit) -> None:
    edit("new.env", ("/var/data/registry", "/srv/registry"))
    done = command(*QUICK, "--before", "duplicity.env", "--after", "new.env")
    assert "new.env: duplicity 3.2.1 refuses the rules (exit code 14), so nothing would be backed up" in done.err
    assert done.code == 2
    assert "paths: not compared" in done.out


def test_both_jobs_go_through_the_lab_and_only_the_one_after_decides(command: Command, edit: Edit) -> None:
    edit("broken.env", ("--allow-source-mismatch", "--allow-source-mismatch --no-such-option"))
    approved = ("--env-file", "duplicity.env", "--source", "source", "--lock", "job.lock")
    assert command("selection", *approved, "--update-lock").code == 0
    lab = ("--runtime", "embedded", "--profile", "smoke")
    done = command("regression", "--before", "broken.env", *approved, *lab, *JSON)
    before, after = done.document["sandbox"]["before"], done.document["sandbox"]["after"]
    assert (before["verdict"], before["findings"]) == ("findings", ["command-succeeds"]), done.err
    assert (after["verdict"], after["findings"]) == ("proven", []), done.err
    assert done.code == 0, done.err
