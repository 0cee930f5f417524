"""No command leaves files behind that nobody needs: a schedule would fill the disk with them."""

from verify.checks import checks, must_find_nothing
from verify.concerns.leftovers import archive_findings, temporary_file_findings, temporary_names
from verify.lab.lab import Lab
from verify.trees import MARKED


@checks("nothing-left-over")
def test_no_command_leaves_files_behind(lab: Lab) -> None:
    before = temporary_names(lab)
    newest = lab.back_up(MARKED, encrypted=lab.job.encrypted).points[-1]
    lab.listing(newest)
    lab.restore(newest).must_equal(newest.inventory)
    must_find_nothing([*temporary_file_findings(lab, before), *archive_findings(lab)])
