"""Stack files as they are written, of compose v3 and of the compose specification.

Each service runs duplicity; a file has several, what they share stands in anchors. `StackText.of` gives the file as
it is where one of them is the only one whose image says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from verify.job.drawn.env_files import env_texts
from verify.job.drawn.references import references
from verify.job.drawn.scalars import scalars

ENV_FILES = ("a.env", "b.env", "sub/c.env")
_VARIABLES = ("SRC", "DST", "OPTIONS", "PASSPHRASE", "A", "TAG", "EMPTY", "NONE", "JOB_300_WHEN")
_FORMS = st.sampled_from(("mapping", "mapping", "list", "merged", "alias"))
_paths = st.sampled_from(
    ("/mnt/data", "./data", "../data", "~/data", "data", "/mnt/my data", "$DATA", "${NONE}", "${DATA:-x}")
)
_targets = st.sampled_from(("/mnt/backup/src", "/mnt/backup/src/", "//mnt/x", "/a/../b", "x", "${DATA}", "/mnt/x/."))
_modes = st.sampled_from(("", "", ":ro", ":rw", ":ro,z", ":z", ":RO", ":"))
_words = st.sampled_from(
    ("backup", "duplicity --exclude /x /data s3://b", "sh -c 'a \"b c\"'", "a$$b", "a  b", "a\\ b", "")
)


_DECLARED = """\
volumes:
  archive: {}
  data: {}
networks:
  inner: {driver: overlay, ipam: {config: [{subnet: 172.16.10.0/24}]}}
"""


@dataclass(frozen=True)
class StackText:
    """A stack file's text, and its env files by name; `services` are names, `head` and `tail` what is around them."""

    head: str
    services: Mapping[str, str]
    tail: str
    env_files: Mapping[str, str]

    def of(self, *names: str) -> str:
        """Given names of services, return the file in which only these say that they run duplicity."""
        told = "".join(
            f"  {name}:\n    image: registry/{'duplicity' if name in names else 'other'}\n{text}"
            for name, text in self.services.items()
        )
        return f"{self.head}services:\n{told}{self.tail}"

    def alone(self, name: str) -> "StackText":
        """Return the file with one of its services only."""
        return StackText(self.head, {name: self.services[name]}, self.tail, self.env_files)


@st.composite
def stack_texts(draw: st.DrawFn, most: int = 4) -> StackText:
    """Draw a stack file with up to so many services."""
    head = draw(
        st.sampled_from(
            ("version: '3.8'\n", 'version: "3.4"\n', "# comment\nversion: '3.9'\n", "---\nversion: '3.7'\n", "")
        )
    )
    head += f"x-env: &env\n  A: {draw(scalars)}\n  COMMON: 'x'\n"
    services = {f"s{number}": draw(_service()) for number in range(draw(st.integers(1, most)))}
    files = {name: draw(env_texts()) for name in ENV_FILES}
    tail = _DECLARED + draw(st.sampled_from(("", "...\n", "x-more: [1]\n")))
    return StackText(head, services, tail, files)


@st.composite
def _service(draw: st.DrawFn) -> str:
    parts = (_env_file, _volumes(), _networks, _hostname, _command("command"), _command("entrypoint"))
    return draw(_environment()) + "".join(draw(st.just("") | part) for part in parts)


@st.composite
def _environment(draw: st.DrawFn) -> str:
    form = draw(_FORMS)
    names = draw(st.lists(st.sampled_from(_VARIABLES), min_size=1, max_size=3, unique=True))
    if form == "alias":
        return "    environment: *env\n"
    if form == "list":
        lines = [f"      - {draw(_listed(name))}\n" for name in names]
    else:
        lines = [f"      {name}: {draw(scalars)}\n" for name in names]
    merged = "      <<: *env\n" if form == "merged" else ""
    return f"    environment:\n{merged}{''.join(lines)}"


def _listed(name: str) -> st.SearchStrategy[str]:
    """Given a variable's name, return a strategy for an item of a list: quoted as a whole, or not."""
    value = st.sampled_from(("daily", "", "a b", "s3:///b/p", "'x'", "a=b", "yes", "1e3")) | references
    quote = st.sampled_from(("", "", "'"))
    pair = st.builds(lambda mark, text: f"{mark}{name}={text.replace(mark or chr(0), '')}{mark}", quote, value)
    return st.sampled_from((name, f"{name}=", f'"{name}=a\\tb"')) | pair


_env_file = st.sampled_from(
    (
        *(
            "    env_file: a.env\n",
            "    env_file: ./a.env\n",
            "    env_file: [a.env]\n",
            "    env_file: [a.env, b.env]\n",
        ),
        *("    env_file:\n      - b.env\n      - sub/c.env\n", "    env_file: ${NONE:-a}.env\n", "    env_file: []\n"),
    )
)


@st.composite
def _volumes(draw: st.DrawFn) -> str:
    return "    volumes:\n" + "".join(f"      - {draw(_volume())}\n" for _ in range(draw(st.integers(1, 3))))


@st.composite
def _volume(draw: st.DrawFn) -> str:
    source, target, mode = draw(_paths), draw(_targets), draw(_modes)
    match draw(st.sampled_from(("short", "short", "short", "alone", "named", "long", "tmpfs"))):
        case "short":
            return f'"{source}:{target}{mode}"'
        case "alone":
            return f'"{target}"'
        case "named":
            return f"archive:{target}{mode}"
        case "tmpfs":
            return "{type: tmpfs, target: /run}"
    kind = "bind" if source[:1] in "/.~$" else "volume"
    read_only = draw(st.sampled_from(("", ", read_only: true", ", read_only: false")))
    return f'{{type: {kind}, source: "{source}", target: "{target}"{read_only}}}'


_networks = st.sampled_from(
    ("    networks: [inner]\n", "    networks: {inner: {aliases: [x]}}\n", "    networks: {inner: }\n")
)
_hostname = st.builds(
    lambda text: f"    hostname: {text}\n",
    st.sampled_from(("backup", "'backup'", "$TAG", "${NONE:-b}", "yes", "'012'")),
)


def _command(key: str) -> st.SearchStrategy[str]:
    texts = _words.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    lists = st.sampled_from(("[backup, full]", "[sleep, infinity]", "[]", '["a b", "$TAG"]', "null"))
    return st.builds(lambda text: f"    {key}: {text}\n", texts | lists)
