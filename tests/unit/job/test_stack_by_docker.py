"""A stack file is read as docker itself reads it: the same values, and what it refuses is refused."""

import json
import os
import posixpath
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from verify.errors import CannotRunError
from verify.job import read_job

pytestmark = pytest.mark.skipif(not shutil.which("docker"), reason="docker's client is what says what is right")
CALLER = {"SET": "value", "HOME": "/home/me", "PATH": os.environ["PATH"]}
SERVICES = [
    "environment: {A: yes, B: 0x10, C: 1.50, D: 2020-01-01, E: ~, F: 1e3, G: 010, H: 0o10, I: '', J: 1_000, K: 1e21}",
    "environment: {A: 12:30:45, B: .5, C: -010, D: 08, E: 2001-12-14t21:59:43.10-05:00, F: 123456789.5, G: 0.00001}",
    "environment: {A: 18446744073709551616, B: !!str 5, C: !x 5, D: 0X1F, E: 1e400, G: on, H: 0b11, I: +1}",
    "environment: {A: true}",
    "environment: {A: [b]}",
    "environment: [A=1, A=2, 'B = c', D]",
    "environment: [A=1, A=1]",
    "environment: [A, SET, HOME=]",
    "environment:",
    "environment: {A: '$SET-x $SET', B: '${X-d}', C: '${X:-}', D: '$X:-d e', E: '${X:-${Y}}', F: $$SET, G: '$$$SET'}",
    "environment: {A: '${SET:?no}-y', B: '${X-a:-b}', C: '${X:-a}b}', D: '${x}', E: '$${X}'}",
    "environment: {A: '${X:?needed}'}",
    "environment: {A: '${X+y}'}",
    "environment: {A: '${X:+$SET}', B: '$5 $SET'}",
    "environment: {A: '$SET $5'}",
    "environment: {A: $5}",
    "environment: {A: 'a$'}",
    "environment: {$A: b}",
    "env: {A: b}",
    "env_file: duplicity.env",
    "env_file: [duplicity.env, second.env]",
    "env_file: [{path: duplicity.env}]",
    "env_file: none.env",
    "command: sh -c \"a b\" 'c d' e\\ f # g",
    "command: ''",
    "command: [a, '']",
    "command: [a, 1]",
    'command: "a \'b"',
    "entrypoint: a|b",
    "entrypoint: null",
    "hostname: 5",
    "hostname: $SET",
    "user: 1000",
    "volumes: [./a:/b:ro, '~/a:/c', 'v:/d:rw', /e, 'C:\\x:/f', '../g/./h:/i', 'd:/j']",
    "volumes: ['${DATA}:/mnt']",
    "volumes: ['/a:/b:ro:x']",
    "volumes: ['a:']",
    "volumes: [{type: bind, source: ./a, target: //b//c/, read_only: true}, {type: tmpfs, target: /t}]",
    "volumes: [{source: /a, target: /b}]",
    "volumes: [{type: bind, target: /b}]",
    "volumes: {a: b}",
    "deploy: {replicas: '0'}",
    "extends: {service: other}",
    "profiles: [a]",
    "read_only: yes",
    "<<: [{hostname: a}, {hostname: b, user: c}]",
    "image: again",
]


def as_docker_reads_it(folder: Path) -> Any:
    done = subprocess.run(
        ["docker", "stack", "config", "-c", "stack.yml"], cwd=folder, env=CALLER, capture_output=True, check=False
    )
    found = yaml.safe_load(done.stdout) if done.returncode == 0 else None
    return found["services"]["b"] if found else None


@pytest.mark.parametrize("text", SERVICES)
def test_a_service_is_what_docker_says_of_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "duplicity.env").write_text("# c\nQ='q' # x\nEMPTY=\nSET=\nA = b\n".replace("A = b\n", ""))
    (tmp_path / "second.env").write_text("Q=two\n")
    stack = f"services:\n  b:\n    image: duplicity\n    {text}\n  other: {{image: x}}\nvolumes: {{v: }}\n"
    (tmp_path / "stack.yml").write_text(stack)
    theirs = as_docker_reads_it(tmp_path)
    try:
        job = read_job(None, tmp_path / "stack.yml", CALLER, reading="raw")
    except CannotRunError:
        job = None
    assert (job is None) is (theirs is None), "one of us refuses it"
    if job is None:
        return
    given = {name: value for name, value in (theirs.get("environment") or {}).items() if value is not None}
    assert {name: job.text_of(name) for name in job.variables.keys() - job.defaults} == given
    assert (job.command and list(job.command)) == theirs.get("command")
    assert (job.entrypoint and list(job.entrypoint)) == theirs.get("entrypoint")
    assert job.hostname == theirs.get("hostname")
    mounts = [(each["type"], each.get("source", ""), each["target"], each.get("read_only", False))
              for each in theirs.get("volumes", ())]  # fmt: skip
    assert [(each.type, each.source, each.target, each.read_only) for each in job.volumes] == [
        (kind, source, posixpath.normpath(f"/{target.lstrip('/')}" if target.startswith("/") else target), read_only)
        for kind, source, target, read_only in mounts
    ], json.dumps(mounts)
