"""Projects of docker compose as people split them: extended services, included files, documents, an override file.

The service that runs duplicity is `s0`, in `compose.yml` or in a file that it includes.
"""

from collections.abc import Mapping

from hypothesis import strategies as st

MAIN, OVERRIDE = "compose.yml", "compose.override.yml"
_NAMES = ("SRC", "DST", "A", "B", "TAG", "JOB_300_WHEN")
_values = st.sampled_from(("/mnt/data", "x", "'a b'", "$TAG", "${NONE:-y}", "${OWN}", "${OWN:-z}", "7", "'yes'", ""))
_folders = st.sampled_from(("./data", "/srv/data", "archive", "../x", "${DATA}"))
_targets = st.sampled_from(("/mnt/backup/src", "/archive", "/mnt/x"))
ENV_FILES: Mapping[str, str] = {
    "a.env": "A=of a\nB=$TAG\nSRC=/a\n",
    "part/a.env": "A=of part\nDST=file:///part\n",
    "part/.env": "OWN=of part\n",
    "own.env": "OWN=of own\n",
    "raw.env": "A='quoted' # c\nB=$TAG\n",
}
_env_files = st.sampled_from(
    (
        "a.env",
        "[a.env]",
        "[{path: a.env}]",
        "[{path: raw.env, format: raw}, a.env]",
        "[{path: none.env, required: false}]",
        "[{path: a.env, required: true}, {path: none.env, required: false}]",
    )
)
_commands = st.sampled_from(("backup", "[backup, --volsize, '5']", "sh -c 'backup; sleep 9'", "[sleep, infinity]"))


@st.composite
def _parts(draw: st.DrawFn, env_files: st.SearchStrategy[str] = _env_files) -> str:
    """Draw what a service says, as the lines below its name."""
    names = draw(st.lists(st.sampled_from(_NAMES), max_size=3, unique=True))
    pairs = [(name, draw(_values)) for name in names]
    listed = draw(st.booleans())
    lines = ["      - " + f"{n}={v}".replace("'", "") if listed else f"      {n}: {v}" for n, v in pairs]
    text = "    environment:\n" + "\n".join(lines) + "\n" if lines else ""
    if draw(st.booleans()):
        text += f"    env_file: {draw(env_files)}\n"
    if draw(st.booleans()):
        mounts = draw(st.lists(st.tuples(_folders, _targets), min_size=1, max_size=2, unique_by=lambda pair: pair[1]))
        text += "    volumes:\n" + "".join(f"      - {source}:{target}\n" for source, target in mounts)
    if draw(st.booleans()):
        text += f"    command: {draw(_commands)}\n"
    return text


_IMAGE = "    image: a/duplicity\n"
_VOLUMES = "volumes: {archive: }\n"


@st.composite
def projects(draw: st.DrawFn) -> Mapping[str, str]:
    """Draw a project: texts by their files' names; `compose.yml` is the one that is given."""
    files = dict(ENV_FILES)
    service = f"  s0:\n{_IMAGE}{draw(_parts())}"
    head = ""
    if draw(st.booleans()):
        where = draw(st.sampled_from(("base", "{service: base}", "{service: base, file: common.yml}")))
        service += f"    extends: {where}\n"
        files["common.yml"] = f"services:\n  base:\n{_IMAGE}{draw(_parts())}"
        service += f"  base:\n{_IMAGE}{draw(_parts())}"
    if draw(st.booleans()):
        included = draw(
            st.sampled_from(
                (
                    "[part/compose.yml]",
                    "[{path: part/compose.yml, env_file: own.env}]",
                    "[{path: [part/compose.yml, part/more.yml]}]",
                    "[{path: part/compose.yml, project_directory: .}]",
                    "[{path: part/compose.yml, env_file: [/dev/null]}]",
                )
            )
        )
        head = f"include: {included}\n"
        # One that is extended, too: compose drops the later of two equal mounts, and then the included one counts.
        name = "other" if "extends" in service else draw(st.sampled_from(("s0", "other")))
        files["part/compose.yml"] = f"services:\n  {name}:\n{_IMAGE}{draw(_parts(st.just('a.env')))}{_VOLUMES}"
        files["part/more.yml"] = f"services:\n  {name}:\n    labels: [x]\n{draw(_parts(st.just('a.env')))}"
        if name == "s0" and draw(st.booleans()):
            service = "  web:\n    image: nginx\n"
    files[MAIN] = f"{head}services:\n{service}{_VOLUMES}"
    if "  s0:" in service and draw(st.booleans()):
        files[MAIN] += f"---\nservices:\n  s0:\n    labels: [y]\n{draw(_parts())}"
    if "  s0:" in service and draw(st.booleans()):
        files[OVERRIDE] = f"services:\n  s0:\n    labels: [z]\n{draw(_parts())}"
    return files
