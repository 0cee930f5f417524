"""What a drill says of the job's own alerts."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from verify import assets
from verify.checks import FindingsError
from verify.job import read_job


@pytest.fixture(scope="module")
def drill_tests() -> ModuleType:
    """The drill's tests of the job's own files."""
    spec = spec_from_file_location("of_the_job", assets.tests("drill") / "test_0_job.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def alerts(drill_tests: ModuleType, folder: Path, *lines: str) -> None:
    file = folder / "duplicity.env"
    file.write_text("\n".join(["SRC=/src", "DST=s3:///b", "PASSPHRASE=x", *lines]))
    drill_tests.test_the_jobs_own_alerts_arrive_and_stop_no_backup(SimpleNamespace(job=read_job(file, None, {})))


def test_alerts_that_arrive_are_proven(drill_tests: ModuleType, tmp_path: Path) -> None:
    alerts(drill_tests, tmp_path, "JOB_300_HEALTHCHECKS_URL=https://hc-ping.com/x")


def test_an_alert_that_stops_the_backup_is_a_finding(drill_tests: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as error:
        alerts(drill_tests, tmp_path, "JOB_300_HEALTHCHECKS_URL=hc-ping.com/x")
    assert [found.check for found in error.value.findings] == ["alerts-configured"]


@pytest.mark.parametrize("line", ["", "JOB_300_WHEN="])
def test_a_job_without_alerts_is_not_proven(drill_tests: ModuleType, tmp_path: Path, line: str) -> None:
    with pytest.raises(pytest.skip.Exception):
        alerts(drill_tests, tmp_path, line)
