"""Records what the image's own jobrunner tells, and whom: `uv run python ci/record_image_alerts.py JOBRUNNER`.

JOBRUNNER is `bin/jobrunner` of Tecnativa/docker-duplicity. It is run with each of these variables beside a real mail
server and a receiver of pings; what it did goes to fixtures/image-alerts.json, to which tests hold what we say of it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "tests" / "support"))

from receivers import TOKEN, mail_server, ping_server  # noqa: E402 - found by the line above

# What the image sets where the job does not (its Dockerfile); PORT and PING stand for the servers of a recording.
DEFAULTS = {
    "SMTP_HOST": "localhost", "SMTP_PORT": "PORT", "SMTP_USER": "", "SMTP_PASS": "", "SMTP_TLS": "",
    "EMAIL_SUBJECT": "Backup report: {hostname} - {periodicity} - {result}", "SMTP_REPORT_SUCCESS": "1",
    "JOB_300_WHEN": "daily", "JOB_300_WHAT": "touch ran",
}  # fmt: skip
BOTH = {"EMAIL_FROM": "a@example.org", "EMAIL_TO": "b@example.org"}
CHECK, MONITOR = f"PING/ping/{TOKEN}", f"PING/api/push/{TOKEN}?status=up&msg=OK&ping="
CASES: dict[str, dict[str, str]] = {
    "nothing": {},
    "both addresses": BOTH,
    "no sender": {"EMAIL_TO": "b@example.org"},
    "no address": {"EMAIL_FROM": "a@example.org"},
    "no host": {**BOTH, "SMTP_HOST": ""},
    "no port": {**BOTH, "SMTP_PORT": ""},
    "no subject": {**BOTH, "EMAIL_SUBJECT": ""},
    "only failures": {**BOTH, "SMTP_REPORT_SUCCESS": "0"},
    "a check": {"JOB_300_HEALTHCHECKS_URL": CHECK},
    "a check of the period": {"JOB_300_DAILY_HEALTHCHECKS_URL": CHECK},
    "a check of another period": {"JOB_300_WEEKLY_HEALTHCHECKS_URL": CHECK},
    "a check without a scheme": {"JOB_300_HEALTHCHECKS_URL": "hc.example.org/ping/x"},
    "an empty check": {"JOB_300_HEALTHCHECKS_URL": ""},
    "an empty check of the period": {"JOB_300_DAILY_HEALTHCHECKS_URL": ""},
    "a monitor": {"JOB_300_UPTIME_KUMA_URL": MONITOR},
    "a monitor without a scheme": {"JOB_300_UPTIME_KUMA_URL": "kuma.example.org/api/push/x"},
    "an empty monitor": {"JOB_300_UPTIME_KUMA_URL": ""},
    "a secret in the command": {**BOTH, "JOB_300_WHAT": "touch ran # $API_TOKEN", "API_TOKEN": "hidden-token"},
}


def recorded(jobrunner: Path, variables: dict[str, str], folder: Path) -> dict[str, Any]:
    """Run the jobrunner as the period daily; return what it did."""
    script = folder / "daily" / "jobrunner"
    script.parent.mkdir(parents=True)
    script.write_bytes(jobrunner.read_bytes())
    with mail_server(folder) as box, ping_server() as pings:
        real = {"PORT": str(box.port), "PING": f"http://localhost:{pings.port}"}
        own = dict(variables)
        for name, value in own.items():
            for word, meant in real.items():
                own[name] = own[name].replace(word, meant) if value else value
        done = subprocess.run(
            [sys.executable, script], cwd=folder, env={"PATH": os.environ["PATH"], **own}, check=False, timeout=60,
            capture_output=True,
        )  # fmt: skip
        sent = "\n".join(str(part.get_content()) for mail in box.mails for part in mail.walk())
        return {
            "exit_code": done.returncode,
            "ran": (folder / "ran").exists(),
            "mails": len(box.mails),
            "pings": len(pings.pings),
            "tells_the_secret": "hidden-token" in sent,
        }


def main() -> None:
    """Record all cases."""
    cases = {}
    for name, variables in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            did = recorded(Path(sys.argv[1]), {**DEFAULTS, **variables}, Path(folder))
        cases[name] = {"variables": variables, "did": did}
    text = json.dumps({"of": "Tecnativa/docker-duplicity 68d50e1 (2026-02-13)", "cases": cases}, indent=2)
    (CHECKOUT / "fixtures" / "image-alerts.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
