"""duplicity's own parser makes of a URL what our reading of it says."""

import json
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from verify.job.destination.urls import is_url, read_url
from verify.lab.client.provision import Provisioned
from verify.lab.hosts.host import Host

# Runs in duplicity's own interpreter, which alone has its backends; the answers are behind a mark, for those print too.
ASKING = """
import json, sys
from duplicity import log
log.setup()
from duplicity import backend
backend.import_backends()
from duplicity.cli_util import is_url
def asked(url):
    for prefix in ("par2", "gio"):
        if url.startswith(prefix + "+"):
            url = backend.strip_prefix(url, prefix)
    try:
        read = backend.ParsedUrl(url)
    except backend.InvalidBackendURL:
        return None
    of_a_host = read.scheme in backend.uses_netloc
    return [read.scheme, (read.hostname or "") if of_a_host else "", [part for part in read.path.split("/") if part]]
print("\\nANSWERS " + json.dumps([[bool(is_url(url)), asked(url)] for url in json.load(sys.stdin)]))
"""
SCHEMES = ("s3", "boto3+s3", "file", "sftp", "rsync", "rclone", "webdavs", "b2", "azure", "ftp", "par2+sftp", "multi")
PIECES = st.sampled_from(
    ["bucket", "me", "host.example", "22", "pass", "a b", "%2F", "%20", "ä", "..", *list(":@/?#[];&=+*~$'\"!,")]
)
URLS = st.builds(
    lambda scheme, slashes, pieces: f"{scheme}:{slashes}{''.join(pieces)}",
    st.sampled_from(SCHEMES), st.sampled_from(["//", "///", "/", ""]), st.lists(PIECES, max_size=8),
)  # fmt: skip


def answers(host: Host, python: str, urls: list[str]) -> list[list[Any]]:
    done = host.run([python, "-W", "ignore", "-c", ASKING], stdin=json.dumps(urls).encode())
    line = next(line for line in done.stdout.decode().splitlines() if line.startswith("ANSWERS "))
    return json.loads(line.removeprefix("ANSWERS "))


def ours(url: str) -> list[Any]:
    read = read_url(url)
    return [is_url(url), None if read.refused else [read.scheme, read.host, read.parts]]


@settings(max_examples=2, deadline=None, phases=[Phase.generate])  # each is asked of a Python that starts anew
@given(urls=st.lists(URLS, min_size=200, max_size=300, unique=True))
def test_a_url_is_read_as_duplicity_reads_it(newest: Provisioned, host: Host, urls: list[str]) -> None:
    said = dict(zip(urls, answers(host, newest.python, urls), strict=True))
    wrong = {url: (ours(url), theirs) for url, theirs in said.items() if ours(url) != theirs}
    assert not wrong
