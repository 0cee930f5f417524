"""Two services are said to be the same job only where `docker stack config` prints the same of both."""

from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath
from typing import Any

import pytest
from asking import examples
from docker_stack import configured
from hypothesis import given
from hypothesis import strategies as st

from verify.job import Job, read_job
from verify.regression import changes, hidden_changes, meaning_of

pytestmark = pytest.mark.usefixtures("docker_stack")

HEAD = """\
version: "3.8"
x-shared: &shared {A: "1", JOB_300_WHEN: daily weekly}
x-limits: &limits {resources: {limits: {memory: 1G}}}
"""
TAIL = """\
volumes: {cache: {}, other: {}}
networks: {inner: {}, outer: {}}
secrets: {one: {external: true}, two: {external: true}}
configs: {one: {external: true}, two: {external: true}}
"""
CALLER = {"STAGE": "prod", "EMPTY": ""}
ENV_FILES = {
    "a.env": "B=1\nC=2\n",
    "b.env": "B=1\nC=3\n",
    "c.env": "# another text, and the same variables\nC=2\nB=1\n",
}
# What a key of a service may say, in spellings that mean the same, and in others that do not.
KEYS: Mapping[str, tuple[str, ...]] = {
    "image": ("duplicity", "'duplicity'", "duplicity:2", "hub.example:5000/duplicity:2", "duplicity:${STAGE}"),
    "hostname": ("harbour", "'harbour'", "mill", "${STAGE}", "prod"),
    "command": ("[backup, full]", "backup full", '["backup", "full"]', "backup 'full'", "backup  full x", "[]", "$$A"),
    "entrypoint": ("[sleep, infinity]", "sleep infinity", "/bin/sh -c x", "[/bin/sh, -c, x]"),
    "env_file": ("a.env", "[a.env]", "./a.env", "[b.env]", "[a.env, b.env]", "[b.env, a.env]", "c.env"),
    "environment": (
        "{A: 1, JOB_300_WHEN: daily weekly}",
        "{JOB_300_WHEN: daily weekly, A: '1'}",
        "[A=1, JOB_300_WHEN=daily weekly]",
        "*shared",
        "{<<: *shared}",
        "{<<: *shared, A: 2}",
        "{A: 01}",
        "{A: 1.0, PASSPHRASE: geheim}",
        "{A: '1.0', PASSPHRASE: geheim}",
        "{A: '${EMPTY:-1}', PASSPHRASE: 'ge$$heim'}",
        "['A=${EMPTY-1}', PASSPHRASE=ge$$$$heim]",
        "{A: , OPTIONS: --volsize 5 --exclude /x --include /y}",
        "{A: ~, OPTIONS: '--volsize 5 --include /y --exclude /x'}",
        "{A: '', OPTIONS: --volsize=5 --exclude /x --include /y}",
    ),
    "volumes": (
        "['/srv:/data:ro']",
        "[{type: bind, source: /srv, target: /data, read_only: true}]",
        "['/srv:/data']",
        "['/srv:/data:rw']",
        "['/srv/:/data/:ro', 'cache:/root']",
        "[cache:/root, '/srv:/data:ro']",
        "[other:/root, '/srv:/data:ro']",
        "[{type: volume, source: cache, target: /root, volume: {nocopy: true}}, '/srv:/data:ro']",
        "[{type: bind, source: /srv, target: /data, read_only: true, bind: {propagation: rshared}}]",
        "['/srv:/data:ro,rshared']",
        "[{type: tmpfs, target: /run}]",
        "[{type: tmpfs, target: /run, tmpfs: {size: 1000}}]",
    ),
    "networks": ("[inner]", "{inner: }", "[outer]", "[inner, outer]", "{inner: {aliases: [x]}}"),
    "deploy": (
        "{replicas: 1}", "{replicas: 0}", "{replicas: '${EMPTY:-1}'}", "{mode: global}", "*limits", "{<<: *limits}",
        "{labels: {a: b}}", "{labels: [a=b]}", "{labels: {a: c}}",
        "{placement: {constraints: [node.role == manager]}}", "{restart_policy: {condition: none}}",
    ),
    "user": ("'0'", '"0"', "'1000'", "root"),
    "working_dir": ("/a", "'/a'", "/b"),
    "secrets": ("[one]", "[two]", "[{source: one}]", "[{source: one, target: x}]", "[{source: one, mode: 288}]"),
    "configs": ("[one]", "[{source: one, target: /x}]", "[{source: one, target: /y}]"),
    "cap_add": ("[SYS_ADMIN]", "['SYS_ADMIN']", "[ALL]"),
    "read_only": ("true", "True", "false"),
    "init": ("true", "false"),
    "privileged": ("true", "false"),
    "tmpfs": ("/run", "[/run]", "[/run, /tmp]"),
    "labels": ("{a: b}", "[a=b]", "{a: c}", "{a: }"),
    "healthcheck": ("{test: exit 0}", "{disable: true}", "{test: [CMD, x]}"),
    "stop_grace_period": ("10s", "1m"),
    "ulimits": ("{nofile: 5}", "{nofile: {soft: 5, hard: 6}}"),
    "extra_hosts": ("['a:1.2.3.4']", "{a: 1.2.3.4}", "['a:1.2.3.5']"),
    "dns": ("1.1.1.1", "[1.1.1.1]", "[1.1.1.1, 8.8.8.8]"),
    "stdin_open": ("true", "false"),
    "sysctls": ("{a: 1}", "[a=1]", "{a: 2}"),
}  # fmt: skip
Service = dict[str, str]


@st.composite
def edits(draw: st.DrawFn) -> tuple[Service, Service]:
    """Draw a service, and the same with one or two of its keys said in another way, left out, or added."""
    names = draw(st.lists(st.sampled_from([*KEYS]), max_size=5, unique=True))
    before = {"image": "duplicity"} | {name: draw(st.sampled_from(KEYS[name])) for name in names}
    after = dict(before)
    for name in draw(st.lists(st.sampled_from([*KEYS]), min_size=1, max_size=2, unique=True)):
        if name in after and name != "image" and draw(st.integers(0, 4)) == 0:
            del after[name]
        else:
            after[name] = draw(st.sampled_from(KEYS[name]))
    return before, after


def text_of(service: Service) -> str:
    return "".join(f"    {name}: {said}\n" for name, said in service.items())


def said_of(service: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what docker prints of a service, without what its environment holds already, and in one order."""
    volumes = sorted(
        (
            {**each, "source": each.get("source", "").rstrip("/"), "target": normpath(each["target"])}
            for each in service.get("volumes", ())
        ),
        key=lambda each: each["target"],
    )
    return {**service, "env_file": None, "volumes": volumes}


def is_changed(before: Job, after: Job) -> bool:
    return bool([*changes(meaning_of(before, {}), meaning_of(after, {})), *hidden_changes(before, after)])


@examples(20)
@given(pairs=st.lists(edits(), min_size=1, max_size=10))
def test_two_services_are_the_same_job_where_docker_prints_the_same_of_both(
    tmp_path: Path, pairs: list[tuple[Service, Service]]
) -> None:
    for name, text in ENV_FILES.items():
        (tmp_path / name).write_text(text)
    services = {
        f"{side}{number}": each for number, pair in enumerate(pairs) for side, each in zip("ab", pair, strict=True)
    }
    file = tmp_path / "stack.yml"
    file.write_text(HEAD + "services:\n" + "".join(f"  {n}:\n{text_of(s)}" for n, s in services.items()) + TAIL)
    theirs = configured(file, CALLER)
    assert not isinstance(theirs, str), theirs
    jobs = {
        name: read_job(None, file, {**CALLER, "HOME": "/home/me"}, reading="raw", service=name) for name in services
    }
    for number, pair in enumerate(pairs):
        told = said_of(theirs[f"a{number}"]) != said_of(theirs[f"b{number}"])
        assert is_changed(jobs[f"a{number}"], jobs[f"b{number}"]) == told, pair
