"""duplicity's own parser makes of a URL what our reading of it says."""

import json
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from verify.job.destination.multi import read_multi, stores_in
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
ASKING_MULTI = """
import json, os, sys
from duplicity import log
log.setup()
from duplicity import backend
backend.import_backends()
from duplicity.backends.multibackend import MultiBackend
def asked(url):
    MultiBackend._MultiBackend__stores = []
    try:
        read = backend.get_backend(url).backend
    except Exception:
        return None
    urls = [each.backend.parsed_url.url_string for each in read._MultiBackend__stores]
    return [read._MultiBackend__mode, urls]
print("\\nANSWERS " + json.dumps([asked(url) for url in json.load(sys.stdin)]))
"""
SCHEMES = ("s3", "boto3+s3", "file", "sftp", "rsync", "rclone", "webdavs", "b2", "azure", "ftp", "par2+sftp", "multi")
PIECES = st.sampled_from(
    ["bucket", "me", "host.example", "22", "pass", "a b", "%2F", "%20", "ä", "..", *list(":@/?#[];&=+*~$'\"!,")]
)
URLS = st.builds(
    lambda scheme, slashes, pieces: f"{scheme}:{slashes}{''.join(pieces)}",
    st.sampled_from(SCHEMES), st.sampled_from(["//", "///", "/", ""]), st.lists(PIECES, max_size=8),
)  # fmt: skip


def answers(host: Host, python: str, urls: list[str], asking: str = ASKING) -> list[Any]:
    done = host.run([python, "-W", "ignore", "-c", asking], stdin=json.dumps(urls).encode())
    line = next(line for line in done.stdout.decode().splitlines() if line.startswith("ANSWERS "))
    found: list[Any] = json.loads(line.removeprefix("ANSWERS "))
    return found


def ours(url: str) -> list[Any]:
    read = read_url(url)
    return [is_url(url), None if read.refused else [read.scheme, read.host, read.parts]]


@settings(max_examples=2, deadline=None, phases=[Phase.generate])  # each is asked of a Python that starts anew
@given(urls=st.lists(URLS, min_size=200, max_size=300, unique=True))
def test_a_url_is_read_as_duplicity_reads_it(newest: Provisioned, host: Host, urls: list[str]) -> None:
    said = dict(zip(urls, answers(host, newest.python, urls), strict=True))
    wrong = {url: (ours(url), theirs) for url, theirs in said.items() if ours(url) != theirs}
    assert not wrong


QUERIES = st.lists(
    st.sampled_from(
        ["mode=mirror", "mode=stripe", "mode=both", "mode", "onfail=abort", "onfail=no", "subpath=/a%20b", "x=1"]
    ),
    max_size=3,
).map("&".join)


@settings(max_examples=1, deadline=None, phases=[Phase.generate])
@given(queries=st.lists(QUERIES, min_size=40, max_size=60, unique=True))
def test_stores_behind_one_url_are_those_that_duplicity_opens(
    newest: Provisioned, host: Host, queries: list[str]
) -> None:
    file, places = f"{host.scratch}/stores.json", [f"file://{host.scratch}/{name}" for name in ("one", "two")]
    text = json.dumps([{"url": each} for each in places]).encode()
    host.put(file, text)
    urls = [f"multi://{file}?{query}" if query else f"multi://{file}" for query in queries]
    said = dict(zip(urls, answers(host, newest.python, urls, ASKING_MULTI), strict=True))

    def ours_of(url: str) -> list[Any] | None:
        read = read_multi(url)
        return None if read.refused else [read.mode, [each.url for each in stores_in(text, read)]]

    wrong = {url: (ours_of(url), theirs) for url, theirs in said.items() if ours_of(url) != theirs}
    assert not wrong
