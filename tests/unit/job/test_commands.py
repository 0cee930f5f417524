import pytest

from verify.job.runs.commands import calls_of

VARIABLES = {"SRC": "/my src", "DST": "s3:///b/p", "KEEP": "6M"}
BACKUP = ("/my src", "s3:///b/p")


@pytest.mark.parametrize(
    ("what", "calls"),
    [
        ("backup", (BACKUP,)),
        (" backup --full-if-older-than 1W ", ((*BACKUP, "--full-if-older-than", "1W"),)),
        ("dup full $SRC $DST", (("full", *BACKUP),)),
        ('dup full "${SRC}" $DST', (("full", *BACKUP),)),
        ("backup && dup remove-older-than $KEEP --force $DST", (BACKUP, ("remove-older-than", "6M", "--force", "s3:///b/p"))),
        ("backup; backup", (BACKUP, BACKUP)),
        ("backup\nbackup", (BACKUP, BACKUP)),
        ("backup || dup cleanup $DST", (BACKUP,)),
        ("backup >/proc/1/fd/1 2>&1", (BACKUP,)),
        ("backup &>/dev/null", (BACKUP,)),
        ("dup list 'a;b'", (("list", "a;b"),)),
    ],
)  # fmt: skip
def test_what_only_backs_up_is_understood(what: str, calls: tuple[tuple[str, ...], ...]) -> None:
    assert calls_of(what, VARIABLES) == calls


@pytest.mark.parametrize(
    "what",
    [
        "backup && curl -fsS https://hc/uuid",
        "backup | tee /log",
        "pg_dump x > $SRC/x.sql; backup",
        "(backup)",
        "dup full $SRC $DST --name $(hostname)",
        "restore",
        "X=1 backup",
        "backup 'open",
        "",
    ],
)
def test_what_does_more_than_back_up_is_not(what: str) -> None:
    assert calls_of(what, VARIABLES) is None
