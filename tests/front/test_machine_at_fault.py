"""A machine that is at fault gives one sentence and exit code 2, and never a finding: whole runs of the command."""

from pathlib import Path
from typing import Any

import pytest

from verify.errors import CannotRunError

A_BACKUP = "jobs_rules_leave and folders"  # the smallest test that takes one
GPG = "gpg was not found, so nothing encrypted can be proven: install it (Debian: apt-get install gnupg)"


def refused(place: Any, done: Any) -> str:
    """Return the sentence of a run that could not go on, and left nothing."""
    assert done.code == 2, done.out + done.err
    report = place.report
    assert (report["verdict"], report["findings"]) == ("could-not-run", [])
    assert place.left() == {}
    sentence: str = report["sentence"]
    assert "\n" not in sentence
    assert done.verdict.startswith((f"COULD NOT RUN: {sentence}", f"duplicity-verify: {sentence}"))
    return sentence


def never_begun(place: Any, done: Any) -> str:
    """Return the sentence of a run that did not begin: it left nothing, and no report."""
    assert done.code == 2, done.out + done.err
    assert (place.left(), place.reports.exists()) == ({}, False)
    assert done.err.count("\n") == 1
    assert done.err.startswith("duplicity-verify: ")
    return str(done.err.removeprefix("duplicity-verify: ").rstrip("\n"))


def test_no_engine_at_its_address(command: Any, place: Any, path_without: Any) -> None:
    address = f"unix://{place.scratch}/none.sock"
    done = command("--runtime=docker", env={"DOCKER_HOST": address})
    assert never_begun(place, done).endswith("; or run without containers: --runtime embedded")
    assert done.out == ""


def test_no_docker_at_all(command: Any, place: Any, path_without: Any) -> None:
    done = command("--runtime=docker", env={"PATH": path_without("docker")})
    assert never_begun(place, done).startswith(
        "there is no docker command on PATH: install one (Debian: apt-get install"
    )


@pytest.mark.usefixtures("has_engine")
def test_an_image_that_is_nowhere(command: Any, place: Any) -> None:
    option = "--duplicity-image"
    sentence = never_begun(place, command("--runtime=docker", f"{option}=no-such.invalid/nothing:1", "-k", "says_what"))
    assert sentence.startswith("the image no-such.invalid/nothing:1 is not here and cannot be pulled (")
    assert sentence.endswith(f"): name one that the engine has or can pull with {option}")


@pytest.mark.usefixtures("has_engine")
def test_an_image_whose_base_is_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from verify.assets import asset  # noqa: PLC0415 - only if Docker is available
    from verify.lab.docker import images  # noqa: PLC0415

    monkeypatch.setattr(images, "LOCAL_BASE", "no-such.invalid/base:1")
    monkeypatch.setattr(images, "PUBLIC_BASE", "no-such.invalid/base:2")
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path))
    with pytest.raises(CannotRunError) as caught:
        images.duplicity_image(None, asset("ci/images"), "0.0.0")
    sentence = str(caught.value)
    assert sentence.startswith("the image duplicity-verify/duplicity:0.0.0-v4")
    assert " cannot be built from " in sentence
    assert " on no-such.invalid/base:2: Step 2/" in sentence
    assert sentence.endswith(
        "run ci/prepare-host on a machine without registry, or name an image with --duplicity-image"
    )
    assert "\n" not in sentence


@pytest.mark.usefixtures("has_engine")
def test_a_build_that_fails_is_told_by_its_most_telling_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from verify.lab.docker import images  # noqa: PLC0415 - only if Docker is available

    (tmp_path / "duplicity").mkdir()
    (tmp_path / "duplicity" / "Dockerfile").write_text("FROM scratch\nCOPY nothing-of-that-name /\n")
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path))
    with pytest.raises(CannotRunError, match=r"(?i)no-such|nothing-of-that-name.*not found|not found.*nothing-of"):
        images.duplicity_image(None, tmp_path, "0.0.0")


def test_without_gpg_the_rest_is_proven_and_the_verdict_says_what_is_not(
    command: Any, place: Any, path_without: Any
) -> None:
    chosen = f"({A_BACKUP}) or test_encryption"
    done = command("--runtime=embedded", "-k", chosen, env={"PATH": path_without("gpg", "minio")})
    assert done.code == 0, done.out + done.err
    outcomes = {check["id"]: (check["outcome"], check["reason"]) for check in place.report["checks"]}
    assert outcomes.pop("encrypted-at-rest") == ("not-proven", GPG)
    assert outcomes.pop("wrong-passphrase") == ("not-proven", GPG)
    assert {outcome for outcome, _ in outcomes.values()} == {"proven"}
    assert {"command-succeeds", "excluded-absent", "included-present", "content"} <= outcomes.keys()
    assert ", 2 not proven (encrypted-at-rest, wrong-passphrase)" in done.verdict
    assert f"\n○ {GPG}\n      unproven encrypted-at-rest, wrong-passphrase\n" in done.out
    assert f"note      {GPG}; what else there is to prove is proven with --no-encryption\n" in done.out
    assert place.left() == {}


def test_a_store_that_dies_in_the_middle_is_no_finding(start: Any, place: Any, runtime: str) -> None:
    run = start(f"--runtime={runtime}", "-k", f"({A_BACKUP}) or scheduled_run or size")
    run.until("versions")  # the lab is open
    place.kill_the_store()
    sentence = refused(place, run.ended())
    assert sentence.startswith("the lab's store (")
    assert sentence.endswith(") died during the run: look at the machine's memory and disk, then run again")
    assert place.report["troubles"] == [sentence]


@pytest.mark.parametrize("size", ["1m", "300m"])
def test_a_full_disk_in_scratch_is_no_finding(command: Any, place: Any, mounted: Any, size: str) -> None:
    # 1m holds no tree, and 300m is less than duplicity itself asks for.
    scratch = mounted(size)
    done = command("--runtime=embedded", "-k", "size or given_folder", env={"TMPDIR": str(scratch)})
    sentence = refused(place, done)
    assert sentence.startswith(("no space is left on this machine (", "MinIO did not start", "SeaweedFS did not start"))
    assert "TMPDIR" in sentence or "free memory and disk" in sentence
    assert list(scratch.iterdir()) == []


def test_a_full_disk_where_the_reports_go(command: Any, place: Any, mounted: Any) -> None:
    full = mounted("64k")
    done = command("--runtime=embedded", f"--report-dir={full}/reports", "-k", "says_what")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"duplicity-verify: no report can be written to {full}/reports (No space left on device): "
        "name another folder with --report-dir\n"
    )
    assert place.left() == {}


def test_a_full_disk_where_the_cache_is(command: Any, place: Any, mounted: Any) -> None:
    cache = mounted("64k")
    for each in place.cache.iterdir():
        (cache / each.name).symlink_to(each)
    (cache / "fill").write_bytes(bytes(40_000))
    with pytest.raises(OSError, match="No space"), (cache / "fill").open("ab") as file:
        file.write(bytes(1 << 20))
    done = command("--runtime=embedded", "-k", "says_what", env={"DUPLICITY_VERIFY_CACHE": str(cache)})
    sentence = refused(place, done)
    assert sentence.startswith("no space is left on this machine")
    assert "DUPLICITY_VERIFY_CACHE" in sentence
