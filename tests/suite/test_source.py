"""A backup only reads its source; and a real folder, given with --source, comes back."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.lab.lab import Lab
from verify.selection.rules import canonical
from verify.selection.survey import link_hint
from verify.trees import GALLERY, compare, findings_of, histories_of, printable


@pytest.mark.of_the_release
@checks("source-untouched")
def test_a_backup_changes_nothing_in_its_source(lab: Lab) -> None:
    (point,) = lab.back_up(histories_of(GALLERY.first)).points
    after = lab.source_host.observe(lab.source)
    must_find_nothing(
        Finding("source-untouched", printable(each.path), *each.describe()) for each in compare(point.inventory, after)
    )


@checks("source-not-empty", "structure", "content", "metadata")
def test_the_given_folder_comes_back_as_it_was(lab: Lab) -> None:
    folder = lab.site.settings.source
    if folder is None:
        pytest.skip("no real folder was given with --source")
    if folder.is_symlink() and canonical(str(folder)) == canonical(lab.job.source):
        got = f"SRC={folder} is a symlink, and duplicity backs up the link alone"
        must_find_nothing(
            [Finding("source-not-empty", "", "at least one file in the backup", got, link_hint(str(folder)))]
        )
    point, changing = lab.back_up_folder(folder, encrypted=not lab.unencrypted)
    restored = lab.restore(point, new_machine=True)
    restored.result.must_succeed()
    if not any(seen.kind != "dir" for seen in restored.inventory):
        hint = "duplicity does not mind: see whether the folder is the one that is meant, and mounted"
        nothing = Finding("source-not-empty", "", f"at least one file in the backup of {folder}", "none", hint)
        must_find_nothing([nothing])
    differences = compare(point.inventory, restored.inventory, lab.limitations)
    must_find_nothing(findings_of(each for each in differences if each.path not in changing))
