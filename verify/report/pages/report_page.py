"""`report.html`: a run for people, made of its `report.json`: verdict first, then what was not proven."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from verify.checks import CATALOGUE, Severity
from verify.proofs.proof import Proof
from verify.report.columns import size
from verify.report.delivery import Delivery
from verify.report.outcome import Ending, Outcome, Verdict
from verify.report.pages.rendering import rendered
from verify.report.statistics import summary_of
from verify.report.wording import OUTCOME, SIGNS, duration

SHOWN = 50  # findings; all of them are in report.json
OUTCOME_WORDS = {
    Outcome.PROVEN: "proven",
    Outcome.FINDING: "finding",
    Outcome.NOT_PROVEN: "not proven",
    Outcome.ERROR: "stopped",
}


def report_page(report: Mapping[str, Any]) -> str:
    """Given a run's `report.json`, return its page."""
    verdict = Verdict(report["verdict"])
    runtimes = {check["runtime"] for check in report["checks"]}
    shout = verdict.value.replace("-", " ").upper()
    values = {
        "title": f"{shout}: {_way(report) or 'no job'}",
        "tool": report["tool"],
        "verdict": verdict.value,
        "sign": SIGNS[OUTCOME[verdict]],
        "shout": shout,
        "sentence": report["sentence"],
        "facts": list(_facts(report)),
        "troubles": report["troubles"],
        "gaps": _gaps(report),
        "findings": [_finding(each) for each in report["findings"][:SHOWN]],
        "more": max(0, len(report["findings"]) - SHOWN),
        "checks": [_check(each) for each in report["checks"]],
        "several_runtimes": len(runtimes) > 1,
        "downloads": any(check["bytes_downloaded"] for check in report["checks"]),
        "told": [str(Delivery(each["receiver"], each["sent"], each["said"])) for each in report.get("deliveries", ())],
        "notes": list(dict.fromkeys((*report["notes"], *report["job"].get("notes", ())))),
        "figures": list(summary_of(report["statistics"]).items()),
    }
    return rendered("report.html.j2", values)


def _way(report: Mapping[str, Any]) -> str:
    job = report["job"]
    return f"{job.get('source') or 'nothing'} → {job.get('destination') or 'nowhere'}" if job else ""


def _facts(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if report["job"]:
        yield "backup", f"{_way(report)}, {'encrypted' if report['job'].get('encrypted') else 'not encrypted'}"
    yield "when", f"{datetime.fromisoformat(report['started']):%Y-%m-%d %H:%M UTC}, {duration(report['seconds'])}"
    downloaded = sum(check["bytes_downloaded"] for check in report["checks"])
    if downloaded:
        yield "downloaded", size(downloaded)
    for runtime in report["runtime"]:
        yield "runtime", ": ".join(filter(None, (runtime["name"], runtime["why"])))
    for versions in report["versions"].values():
        yield "versions", ", ".join(f"{name} {version}" for name, version in versions.items())


def _gaps(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the reasons why something is not proven, each with the checks that it holds for, wholly or partly."""
    checks = dict[str, dict[str, str]]()
    for check in report["checks"]:
        partly = check["outcome"] == Outcome.PROVEN
        for reason in _reasons(check):
            checks.setdefault(reason or "nothing decided it", {})[check["id"]] = "in part" if partly else ""
    return [{"reason": reason, "checks": list(ids.items())} for reason, ids in checks.items()]


def _reasons(check: Mapping[str, Any]) -> list[str]:
    """Return why tests of a check were skipped, else why it is not proven."""
    skipped = [test["reason"] for test in check["tests"] if test["ending"] == Ending.SKIPPED]
    if check["outcome"] == Outcome.FINDING:
        return []
    if check["outcome"] == Outcome.PROVEN or (skipped and len(skipped) == len(check["tests"])):
        return skipped
    return [check["reason"]]


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    known = CATALOGUE.get(found["check"])
    meaning = f"Refuted: {known.meaning}" if known else found["check"]
    return {**found, "words": Severity(found["severity"]).words, "meaning": meaning}


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    outcome = Outcome(check["outcome"])
    before = check["proven_before"]
    said = [
        check["said"] if outcome is Outcome.PROVEN else check["reason"],
        f"proven {Proof.from_json(before).words}" if before else "",
    ]
    return {
        "id": check["id"],
        "runtime": check["runtime"],
        "outcome": outcome.value,
        "outcome_words": OUTCOME_WORDS[outcome],
        "sign": SIGNS[outcome],
        "meaning": check["meaning"],
        "said": "; ".join(filter(None, said)),
        "time": duration(check["seconds"]),
        "downloaded": size(check["bytes_downloaded"]) if check["bytes_downloaded"] else "",
    }
