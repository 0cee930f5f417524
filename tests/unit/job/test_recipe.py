"""The sample jobs say what the documents promise of them."""

from pathlib import Path

from packaging.version import Version

from verify.job import findings_of, read_job, scheme_finding

RECIPE = Path(__file__).parents[3] / "fixtures" / "recipe"
SCHEMES = {"file", "s3", "boto3+s3", "sftp"}


def test_the_sample_job_has_no_finding() -> None:
    job = read_job(RECIPE / "duplicity.env", RECIPE / "stack.yml", {})
    assert not findings_of(job)
    assert not scheme_finding(job, SCHEMES, Version("3.2.1"))
    assert not job.notes
    assert not job.unknown
    assert not job.stack_unknown


def test_the_sample_job_is_the_recipes() -> None:
    job = read_job(None, RECIPE / "stack.yml", {})
    assert (job.source, job.tempdir, job.archive_dir, job.encrypted) == (
        "/var/data",
        "/tmp",  # noqa: S108 - what the recipe says
        "/archive",
        True,
    )
    excluded = ("/var/data/runtime", "/var/data/registry", "/var/data/duplicity")
    assert job.selection_options == tuple(word for path in excluded for word in ("--exclude", path))
    assert job.networks[0].subnets == ("172.16.10.0/24",)
    assert any(v.target == "/var/data" and v.read_only for v in job.volumes)
    assert [entry.when for entry in job.entries] == [("daily", "weekly")]


def test_the_recipe_as_published_is_known_to_old_releases_only() -> None:
    job = read_job(RECIPE / "original.env", None, {})
    assert not findings_of(job, Version("0.8.22"))
    assert [each.check for each in findings_of(job)] == ["scheme-supported"]
    assert not scheme_finding(job, {*SCHEMES, "gs"}, Version("0.8.22"))
    (finding,) = scheme_finding(job, SCHEMES, Version("3.2.1"))
    today = (RECIPE / "duplicity.env").read_text().splitlines()
    for line in finding.hint.splitlines()[1:]:
        name = line.partition("=")[0]
        assert line in today or (name.startswith("AWS_") and any(known.startswith(name) for known in today))
