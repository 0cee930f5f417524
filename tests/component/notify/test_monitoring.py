"""The alert rules and the dashboard ask for metrics that drills write, and Prometheus understands them."""

import json
from pathlib import Path

import pytest
import yaml
from monitoring import FOLDER, expressions, metrics_named, promtool
from prometheus_client.parser import text_string_to_metric_families
from told_runs import FINDINGS, PROVEN

from verify.notify.message import message_of
from verify.notify.summary import DrillSummary
from verify.notify.textfile import TextfileReceiver


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The metrics of two jobs."""
    file = tmp_path_factory.mktemp("metrics") / "backup.prom"
    summary = DrillSummary("all jobs", {"web": PROVEN, "db/DST_2": FINDINGS}, several_jobs=True)
    TextfileReceiver(file).send(message_of(summary, [], proven_at={"web": "2026-11-30T05:31:15+00:00"}), 1)
    return file.read_text()


def test_every_metric_that_is_asked_for_is_written_with_the_jobs_name(written: str) -> None:
    samples = [sample for family in text_string_to_metric_families(written) for sample in family.samples]
    assert metrics_named() <= {sample.name for sample in samples}
    assert {sample.labels["job"] for sample in samples} == {"web", "db"}
    assert {sample.labels["destination"] for sample in samples if sample.labels["job"] == "db"} == {"DST_2"}


def test_prometheus_understands_what_is_written(written: str) -> None:
    promtool("check", "metrics", stdin=written.encode())


def test_prometheus_understands_the_rules_and_the_dashboard(tmp_path: Path) -> None:
    promtool("check", "rules", str(FOLDER / "alerts.yml"))
    rules = [{"record": f"of:panel{number}", "expr": asked} for number, (_, asked) in enumerate(expressions())]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(file))


def test_the_rules_alert_on_the_nights_that_they_should() -> None:
    assert "SUCCESS" in promtool("test", "rules", str(FOLDER / "alerts_test.yml"))


def test_every_rule_is_tried_by_a_night_that_alerts() -> None:
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    alerting = {each["alertname"] for test in tests for each in test["alert_rule_test"] if each.get("exp_alerts")}
    assert alerting == {rule["alert"] for rule in rules}


def test_the_dashboard_names_no_database_of_ours() -> None:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {"${datasource}"}
