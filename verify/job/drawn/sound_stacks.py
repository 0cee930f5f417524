"""Stack files around a sound job, as people write them: nothing in them is at fault, and duplicity is not asked."""

import json
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

ENV_FILE = "duplicity.env"
_IMAGES = st.sampled_from(
    (
        *("tecnativa/duplicity", "ghcr.io/tecnativa/docker-duplicity:v4.1.0", "ghcr.io/tecnativa/docker-duplicity"),
        *("ghcr.io/tecnativa/docker-duplicity-docker:latest", "ghcr.io/tecnativa/docker-duplicity-s3:v4.1.0"),
    )
)
# Of the recipe's kind, and of docker compose alone.
_FORMS = st.sampled_from(("stack", "stack", "anchors", "list", "long", "extends"))
_OTHER_SERVICE = "  web:\n    image: nginx\n    networks: [public]\n    volumes: [{folder}:/usr/share/nginx/html:ro]\n"
_MORE: Mapping[str, Sequence[str]] = {
    "stack": (
        "    deploy: {replicas: 1, placement: {constraints: [node.role == manager]}}\n",
        "    deploy:\n      labels: [traefik.enable=false]\n      resources: {limits: {memory: 1G}}\n",
    ),
    "": (
        *("    restart: unless-stopped\n", "    init: true\n", "    logging: {driver: json-file}\n", ""),
        *("    command: /usr/sbin/crond -fd8\n", "    command: [crond, -f]\n", "    depends_on: [web]\n"),
        *("    labels: {com.centurylinklabs.watchtower.enable: 'true'}\n", "    networks: [public]\n"),
    ),
}


@st.composite
def sound_stacks(draw: st.DrawFn, env: Mapping[str, str], mounts: Mapping[str, str]) -> tuple[str, str]:
    """Given a job's variables, and where each of its volumes comes from by its target, draw a stack file for it.

    Return the env file's text, and the stack file's, which names it.
    """
    form, image = draw(_FORMS), draw(_IMAGES)
    named = draw(st.sets(st.sampled_from(sorted(env)))) if form != "stack" else set[str]()
    in_file = {name: text for name, text in env.items() if name not in named}
    volumes = "".join(f"      - {source}:{target}\n" for target, source in mounts.items())
    more = draw(st.sampled_from((*_MORE.get(form, ()), *_MORE[""])))
    service = f"    image: {image}\n    hostname: nas\n{more}    volumes:\n{volumes}"
    written = {name: env[name] for name in sorted(named)}
    head, services = _services(form, service, written)
    other = _OTHER_SERVICE.format(folder=next(iter(mounts.values())).partition(":")[0])
    text = f"{head}services:\n{other}{services}volumes: {{archive: }}\nnetworks: {{public: }}\n"
    return "".join(f"{name}={value}\n" for name, value in in_file.items()), text


def _services(form: str, service: str, written: Mapping[str, str]) -> tuple[str, str]:
    """Return what stands before `services`, and the services of a form."""
    own = {name: json.dumps(text, ensure_ascii=False).replace("$", "$$") for name, text in written.items()}
    pairs = "".join(f"      {name}: {text}\n" for name, text in own.items())
    mapping = f"    environment:\n{pairs}" if own else ""
    one_each = (json.dumps(f"{name}={text}", ensure_ascii=False).replace("$", "$$") for name, text in written.items())
    listed = "".join(f"      - {each}\n" for each in one_each)
    env_file = f"    env_file: {ENV_FILE}\n"
    match form:
        case "anchors":
            head = f"x-env: &env\n{pairs.replace('      ', '  ')}" if own else "x-env: &env {A: b}\n"
            return head, f"  backup:\n{service}{env_file}    environment:\n      <<: *env\n"
        case "list":
            return "", f"  backup:\n{service}{env_file}" + (f"    environment:\n{listed}" if own else "")
        case "long":
            long = f"    env_file:\n      - path: {ENV_FILE}\n      - {{path: of-this-machine.env, required: false}}\n"
            return "", f"  backup:\n{service}{long}{mapping}"
        case "extends":
            base = f"  base:\n    image: none\n{env_file}{mapping}    scale: 0\n"
            return "", f"{base}  backup:\n    extends: base\n{service}    scale: 1\n"
        case _:
            head = "version: '3.8'\n" if form == "stack" else ""
            return head, f"  backup:\n{service}{env_file}{mapping}"
