"""Our image of the drill starts with a read-only root and as nobody, drills a folder, and knows when it is late."""

import secrets
import time
from collections.abc import Iterator

import pytest
from drill_image import NAME, Container, drill_image

from verify.assets import asset
from verify.errors import CannotRunError
from verify.lab.docker.images import duplicity_image
from verify.lab.hosts.runs import open_run

pytestmark = pytest.mark.nightly(reason="the image takes two minutes to build")
ENV = (
    "SRC=/data\nDST=file:///backups\nPASSPHRASE\nOPTIONS=--allow-source-mismatch --archive-dir=/tmp/archive\n"
    "JOB_300_WHAT=backup\nJOB_300_WHEN=daily\n"
)
OWNER = (
    "--user=0:0",
    "--cap-drop=ALL",
    *(f"--cap-add={each}" for each in ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID")),
)
SECRET = "--env=PASSPHRASE_FILE=/job/passphrase"
DRILL = ("drill", "--env-file=/job/duplicity.env", "--report-dir=/state", "--runtime=embedded")


@pytest.fixture(scope="module")
def backed_up() -> Iterator[Container]:
    """A container of the image with a job, its source and its backup, in volumes."""
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - costs what docker costs

    try:
        engine = client()
    except CannotRunError as error:
        pytest.skip(str(error))
    with open_run() as run:
        run.uses_engine()
        name = f"duplicity-verify-{run.id}-{secrets.token_hex(2)}"
        volumes = [f"{name}-{each}:/{each}" for each in ("job", "data", "backups", "state", "scratch")]
        for each in volumes:
            engine.volumes.create(each.partition(":")[0], labels=run.labels)
        drill_image()
        backup = duplicity_image(None, asset("ci/images"), "3.2.1")
        script = (
            f"cd /job && printf %s '{ENV}' >duplicity.env && echo 'open sesame' >passphrase"
            " && chmod 644 passphrase && echo hello >/data/a && mkdir /data/b && seq 10000 >/data/b/c"
            " && chown -R 1234 /data/b && chmod 600 /data/b/c && export PASSPHRASE='open sesame'"
            " && duplicity full --volsize 1 --archive-dir=/tmp/archive /data file:///backups && chmod -R a+rX /backups"
        )
        Container(run.labels, volumes[:3], ()).said("sh", "-c", script, image=backup.name)
        read_only = [f"{each}:ro" for each in volumes[:3]]
        yield Container(run.labels, [*read_only, *volumes[3:]])


def test_it_says_its_version_soon(backed_up: Container) -> None:
    assert backed_up.said("--version").startswith("duplicity-verify ")


def test_a_drill_of_nobody_leaves_out_what_only_root_can(backed_up: Container) -> None:
    said = backed_up.said(*DRILL, "--report-dir=/tmp/reports", more=[SECRET])
    assert "\nPROVEN" in said


def test_a_drill_with_roots_rights_proves_owners_too(backed_up: Container) -> None:
    said = backed_up.said(*DRILL, more=[SECRET, *OWNER])
    assert "\nPROVEN" in said
    assert "open sesame" not in said
    assert "proven" in backed_up.said("history", "--report-dir=/state", more=OWNER)
    assert backed_up.said("healthy", more=["--env=DRILL_DUE=0s", *OWNER], code=1).endswith("was due within 0s\n")
    assert backed_up.said("healthy", more=["--env=DRILL_DUE=26h"]) == ""


def test_a_schedule_starts_it(backed_up: Container) -> None:
    """The next minute comes; the container is then asked to end."""
    begun = time.time()
    said = backed_up.said(
        "-c", "timeout -s TERM 65 on-schedule '* * * * *' --version; exit 0", more=["--entrypoint=sh"]
    )
    assert time.time() - begun < 90
    assert "on-schedule: the next run is at " in said
    assert "duplicity-verify 0" in said
    assert "the run has ended with exit code 0" in said


def test_what_is_no_schedule_is_refused(backed_up: Container) -> None:
    said = backed_up.said("on-schedule", "every day", "drill", code=2)
    assert said == (
        "on-schedule: the cron line 'every day' starts nothing: write minute, hour, day, month and weekday\n"
    )


def test_a_state_that_cannot_be_written_is_one_sentence(backed_up: Container) -> None:
    said = Container(backed_up.labels, ()).said("--version", more=["--tmpfs=/state:mode=0700,uid=0"], code=2)
    assert "cannot be written by user 10001: give /state a volume of that user's" in said


def test_its_labels_say_what_is_in_it() -> None:
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - as above

    labels = client().images.get(NAME).labels
    assert labels["org.duplicity.release"] == "3.2.1"
    assert labels["org.opencontainers.image.title"] == "duplicity-verify"
