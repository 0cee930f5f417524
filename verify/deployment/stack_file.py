"""The drill as a stack file for docker stack deploy, and as a file for docker compose."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from verify.deployment.needs import SCRATCH, STATE, DrillNeeds
from verify.job import StackVolume

MEMORY = "2G"
# What owners, modes and devices of restored files need; root has nothing else.
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD")


def swarm_file(needs: DrillNeeds, folder: Path, *, by_cronjob: bool) -> str:
    """Given what a drill needs and the folder that the file is for, return the stack file.

    `by_cronjob` has the swarm-cronjob service start it; else the image starts it by its own schedule.
    """
    return _text(_swarm(needs, folder, by_cronjob=by_cronjob))


def compose_file(needs: DrillNeeds, folder: Path) -> str:
    """Given what a drill needs and the folder that the file is for, return the compose file."""
    return _text(_compose(needs, folder))


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _swarm(needs: DrillNeeds, folder: Path, *, by_cronjob: bool) -> Iterator[str]:
    yield "# The drill of a backup, as a neighbour of its stack. By `duplicity-verify deploy`; see docs/swarm.md."
    yield "#"
    for name in needs.secrets:
        yield f'#   printf %s "${name}" | docker secret create {_secret(name)} -'
    yield "#   docker stack deploy --resolve-image never -c drill.yml drill"
    yield "#"
    yield "# Secrets are never changed: after a change of a file below `docker stack rm drill`, and deploy again."
    yield 'version: "3.8"'
    yield ""
    yield "services:"
    yield "  drill:"
    yield from _service(needs, own_schedule=not by_cronjob)
    if by_cronjob:
        yield "    healthcheck:"
        yield "      disable: true # it runs for as long as a drill takes"
    yield "    deploy:"
    yield f"      replicas: {0 if by_cronjob else 1}"
    yield "      placement:"
    yield "        constraints: # where the source is; the drill's volumes are there, too"
    yield from (f"          - {_quoted(each)}" for each in needs.constraints)
    yield "      resources:"
    yield "        limits:"
    yield f"          memory: {MEMORY}"
    yield "      restart_policy:"
    yield f"        condition: {'none' if by_cronjob else 'any'}"
    yield "      update_config:"
    yield "        order: stop-first # two drills never share a state"
    if by_cronjob:
        yield "      labels:"
        yield '        swarm.cronjob.enable: "true"'
        yield f"        swarm.cronjob.schedule: {_quoted(needs.cron)}"
        yield '        swarm.cronjob.skip-running: "true"'
    yield ""
    yield from _top(needs, folder)
    for name in needs.secrets:
        yield f"  {_secret(name)}:"
        yield "    external: true"


def _compose(needs: DrillNeeds, folder: Path) -> Iterator[str]:
    yield "# The drill of a backup, by docker compose. By `duplicity-verify deploy`; see docs/swarm.md."
    yield "#"
    if needs.secrets:
        yield f"# It takes {' and '.join(needs.secrets)} from the environment of this command:"
    yield "#   docker compose -p drill -f drill.compose.yml up -d"
    yield "services:"
    yield "  drill:"
    yield from _service(needs, own_schedule=True)
    yield "    restart: unless-stopped"
    yield "    deploy:"
    yield "      resources:"
    yield "        limits:"
    yield f"          memory: {MEMORY}"
    yield ""
    yield from _top(needs, folder)
    for name in needs.secrets:
        yield f"  {_secret(name)}:"
        yield f"    environment: {name}"


def _service(needs: DrillNeeds, *, own_schedule: bool) -> Iterator[str]:
    yield f"    image: {_quoted(needs.image)}"
    yield "    command:"
    start = ("on-schedule", needs.cron) if own_schedule else ()
    yield from (f"      - {_quoted(each)}" for each in (*start, *needs.words))
    yield "    read_only: true"
    yield "    # Owners of restored files need root with these rights. Without the three lines owners are not told."
    yield '    user: "0:0"'
    yield "    cap_drop: [ALL]"
    yield f"    cap_add: [{', '.join(CAPABILITIES)}]"
    yield "    stop_grace_period: 1m"
    yield "    environment:"
    yield f"      DRILL_DUE: {needs.due} # without a drill for that long, it is unhealthy"
    if needs.time_zone:
        yield f"      TZ: {_quoted(needs.time_zone)}"
    yield from (f"      {name}: {_reference(name)}" for name in needs.variables)
    yield from (f"      {name}_FILE: /run/secrets/{_secret(name)}" for name in needs.secrets)
    yield "    secrets:"
    for file in needs.files:
        yield f"      - source: {file.name}"
        yield f"        target: {_quoted(file.target)}"
    yield from (f"      - {_secret(name)}" for name in needs.secrets)
    yield "    volumes:"
    yield from _mount("volume", "state", STATE, "the ledger, reports, and duplicity's archive: keep it")
    yield from _mount("volume", "scratch", SCRATCH, "what is restored, and wiped: room for twice the drill's budget")
    yield "      - type: tmpfs"
    yield "        target: /tmp"
    if needs.to_key:
        yield "      # The backup is encrypted to a key: mount a folder with the secret key at /state/.gnupg."
    for volume, name in _with_keys(needs):
        yield from _mount(volume.type, name, volume.target, read_only=True)
    if needs.networks:
        yield "    networks:"
        yield from (f"      - {_key(number, 'network')}" for number, _ in enumerate(needs.networks))


def _mount(kind: str, source: str, target: str, why: str = "", *, read_only: bool = False) -> Iterator[str]:
    yield f"      - type: {kind}" + (f" # {why}" if why else "")
    yield f"        source: {_quoted(source) if kind == 'bind' else source}"
    yield f"        target: {_quoted(target) if kind == 'bind' else target}"
    if read_only:
        yield "        read_only: true"


def _with_keys(needs: DrillNeeds) -> Iterator[tuple[StackVolume, str]]:
    """Yield each of the job's mounts with its source, or with the key that its volume has in the file."""
    for number, volume in enumerate(needs.volumes):
        yield volume, _key(number, "volume") if volume.type == "volume" else volume.source


def _top(needs: DrillNeeds, folder: Path) -> Iterator[str]:
    """Yield the volumes, networks and secrets of the file; secrets come last."""
    yield "volumes:"
    yield "  state:"
    yield "  scratch:"
    for volume, key in _with_keys(needs):
        if volume.type == "volume":
            yield from _external(key, volume.source)
    if needs.networks:
        yield ""
        yield "networks:"
        for number, name in enumerate(needs.networks):
            yield from _external(_key(number, "network"), name)
    yield ""
    yield "secrets:"
    for file in needs.files:
        yield f"  {file.name}:"
        yield f"    file: {_quoted(_near(file.path, folder))}"


def _external(key: str, name: str) -> Iterator[str]:
    yield f"  {key}: # of the backup's stack"
    yield "    external: true"
    yield f"    name: {_quoted(name)}"


def _key(number: int, what: str) -> str:
    return f"backup-{what}" + (f"-{number + 1}" if number else "")


def _secret(name: str) -> str:
    return f"drill-{name.lower().replace('_', '-')}"


def _reference(name: str) -> str:
    return f'"${{{name}}}"'


def _near(path: Path, folder: Path) -> str:
    """Return a path as the file in `folder` names it: from there where it is beside or below, else in full."""
    relative = os.path.relpath(path, folder)
    return str(path.absolute()) if relative.startswith("..") else f"./{relative}"


def _quoted(text: str) -> str:
    """Return a text as YAML has it in quotes, with nothing in it that docker replaces."""
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)
