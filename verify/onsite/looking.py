"""Looks at a destination by duplicity's own backends: a program for the interpreter that duplicity runs on.

It reads one request from standard input, a JSON object, and answers on standard output, a JSON object a line; what
duplicity prints goes to standard error. A request has `arguments`, a job's own options and its URL, which duplicity's
own parser reads; `ask`, `list`, `fetch` or `hash`; and for the latter two `names`. `fetch` has how many `at_once`, and
an `algorithm` where digests are wanted and not the bytes, or `kept` where each is to be a file beside this program,
which whoever asks removes; `hash` has an `algorithm`, for what the server itself can tell.

It writes nothing to a destination, and asks nobody anything. duplicity's backends make the folder, container or bucket
that is missing as soon as they are opened, or listed. For the kinds in `LISTERS`, what would make one is refused here;
the answer says then what is missing.
"""

from __future__ import annotations

import base64
import builtins
import calendar
import contextlib
import hashlib
import importlib.util
import json
import multiprocessing
import os
import re
import shlex
import shutil
import stat
import sys
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TextIO

    Entry = dict[str, Any]  # an answer: {"name": …, "size": bytes, "modified": seconds since the epoch, "stamp": …}

MISSING, REFUSED = "missing", "refused"
GONE, FOUND, BUSY = 404, frozenset({200, 207}), frozenset({429, 503})  # of HTTP
PATIENCE = 60.0  # seconds
NO_FOLDER = 3  # rclone's exit code
TRIES = 3  # after a first one, for what may be asked again
# What a scheme's backend imports when it is opened, in the versions that there are.
CLIENTS = {
    **dict.fromkeys(("sftp", "scp", "paramiko+sftp", "paramiko+scp"), ("paramiko",)),
    "b2": ("b2sdk.v3", "b2sdk.v2", "b2sdk.v1", "b2sdk.api"),
    "dpbx": ("dropbox",),
    "gdrive": ("googleapiclient.discovery", "google.oauth2.service_account"),
    **dict.fromkeys(("gdocs", "pydrive", "pydrive+gdocs"), ("pydrive2.auth", "pydrive2.drive")),
    "onedrive": ("requests_oauthlib",),
    "azure": ("azure.storage.blob",),
    "swift": ("swiftclient.service",),
}
# The modules of backends that do without the others: importing all takes as long as listing thousands of files. Not of
# those that go by HTTP: urllib joins their URLs as the backend of WebDAV has told it.
ALONE = dict.fromkeys(("sftp", "scp", "paramiko+sftp", "paramiko+scp"), "ssh_paramiko_backend")
# What clients import, and need for a thing or two alone: paramiko, for `Match exec` in a configuration of ssh.
SELDOM = ("invoke",)
CHUNK = 1 << 20  # bytes
SIZES = """<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/>\
<D:getlastmodified/><D:getetag/></D:prop></D:propfind>"""
# A line of `ls -l`, as an FTP server or a shell prints it: with its size before the month, or before a date in digits.
LINE = re.compile(r"-\S+\s.*?(\d+)\s+([A-Za-z]{3}\s+\d+\s+[\d:]+|\d{4}-\d\d-\d\d\s+[\d:.]+(?:\s+[+-]\d{4})?)\s(.*)")
STAT_LINE = re.compile(r"(\d+) (\d+) \./(.*)")
SUM_LINE = re.compile(r"([0-9a-f]+) [ *](.+)")
RSYNC_LINE = re.compile(r"-\S+\s+([\d,.]+)\s+(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) (.*)")


class MissingError(BaseException):
    """What a destination should lie in is missing. Backends catch every `Exception`, and try again."""


def main() -> None:
    """Answer one request."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="surrogateescape")
    request = json.load(sys.stdin)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # nobody is there to say yes to a host key, or to type a password
    builtins.input = _nobody
    try:
        for answer in _answered(request):
            _tell(answers, answer)
    except MissingError as missing:
        _tell(answers, {MISSING: str(missing)})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a backend raises is what it says of the destination
        _tell(answers, _refusal(error))
    finally:
        answers.flush()
        with contextlib.suppress(Exception):
            _duplicity("tempdir").default().cleanup()
        os._exit(0)  # a backend's threads would keep it waiting


def _nobody(asked: object = "") -> str:
    raise EOFError(f"EOF when reading a line: {asked}")


def _duplicity(name: str) -> Any:
    return importlib.import_module(f"duplicity.{name}")


def _tell(answers: TextIO, answer: Entry) -> None:
    answers.write(json.dumps(answer) + "\n")


def _refusal(error: BaseException) -> Entry:
    code = getattr(error, "code", None)
    return {REFUSED: str(error) or type(error).__name__, "class": type(error).__name__, "code": code}


def _answered(request: Mapping[str, Any]) -> Iterator[Entry]:
    connect = _parsed(request["arguments"])
    if request["ask"] == "list":
        yield from _listed(connect().backend)
    elif request["ask"] == "hash":
        yield from _hashed_there(connect().backend, request["names"], request["algorithm"])
    else:
        names = request["names"]
        yield from _fetched(connect, names, request, max(1, min(request["at_once"], len(names))))


def _parsed(arguments: Sequence[str]) -> Callable[[], Any]:
    """Let duplicity read a command line as its own; return what opens the backend that it would."""
    _duplicity("log").setup()
    _duplicity("dup_time").setcurtime()
    backend = _duplicity("backend")
    opened, urls = backend.get_backend, []

    def noted(url: str) -> object:
        urls.append(url)
        return object()

    backend.get_backend = noted
    _import_one(backend, arguments[-1].partition("://")[0].lower())
    sys.argv = ["duplicity", "collection-status", *arguments]
    try:
        parse = _duplicity("cli_main").process_command_line  # 2.0 and later
    except ImportError:
        parse = _duplicity("commandline").ProcessCommandLine
    parse(sys.argv[1:])
    backend.get_backend = opened
    _refuse_to_make(urls[-1].partition("://")[0].lower())
    return lambda: opened(urls[-1])


def _import_one(backend: Any, scheme: str) -> None:
    """Have duplicity import the backend of a scheme in `ALONE` alone; all of them where that does not register it."""
    if scheme not in ALONE:
        return
    usual = backend.import_backends

    def imported() -> None:
        with contextlib.suppress(Exception):  # as duplicity does
            importlib.import_module(f"duplicity.backends.{ALONE[scheme]}")
        if scheme not in getattr(backend, "_backends", ()):
            usual()

    backend.import_backends = imported


# What a backend does to make what is missing, and what is done in its place.


def _refuse_to_make(scheme: str) -> None:
    """Put refusals in the place of all that would make a folder, a container or a bucket.

    What a backend imports when it is opened is imported here, before there are several processes.
    """
    for module in SELDOM:
        _import_when_asked(module)
    for module in CLIENTS.get(scheme, ()):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    _in_place(_duplicity("backend").Backend, "subprocess_popen", _without_making)
    for module, owner, method, instead in REFUSALS:
        there = getattr(sys.modules.get(module), owner, None)
        if there is not None and hasattr(there, method):
            _in_place(there, method, instead)


def _import_when_asked(module: str) -> None:
    """Have a module imported as soon as something of it is asked for, and not before."""
    # importlib's own LazyLoader imports it at the first `import`, before Python 3.12.
    if module in sys.modules or not importlib.util.find_spec(module):
        return
    sys.modules[module] = placeholder = ModuleType(module)

    def asked(name: str) -> Any:
        if sys.modules[module] is placeholder:
            del sys.modules[module]
        return getattr(importlib.import_module(module), name)

    placeholder.__dict__["__getattr__"] = asked


def _in_place(owner: Any, method: str, instead: Callable[..., Any]) -> None:
    usual = getattr(owner, method)
    setattr(owner, method, lambda self, *words, **named: instead(usual, self, *words, **named))


def _refused(_usual: Callable[..., Any], _owner: Any, *words: Any, **_named: Any) -> None:
    raise MissingError(f"no {words[0] if words else 'such place'} there")


def _tested_remotely(usual: Callable[..., Any], owner: Any, command: str, *words: Any, **named: Any) -> Any:
    """In place of making a folder by a shell, ask whether it is there. What is run does not tell its exit code."""
    if not command.startswith("mkdir -p "):
        return usual(owner, command, *words, **named)
    said = usual(owner, f"test -d {command[len('mkdir -p ') :]} && echo there", *words, **named)
    if not said.strip():
        raise MissingError(f"no folder {owner.remote_dir}")
    return said


def _without_mkdir(usual: Callable[..., Any], owner: Any, command: str, commands: Sequence[str]) -> Any:
    """Leave the making of folders out of what `sftp` is told."""
    return usual(owner, command, [each for each in commands if not each.startswith("mkdir ")])


def _no_collection(usual: Callable[..., Any], owner: Any, method: str, path: str, *words: Any, **named: Any) -> Any:
    if method == "MKCOL":
        raise MissingError(f"no folder {unquote(path)}")
    return usual(owner, method, path, *words, **named)


def _no_bucket(_usual: Callable[..., Any], _owner: Any, name: str, *_: Any, **__: Any) -> None:
    raise MissingError(f"no bucket {name}")


def _no_new_token(usual: Callable[..., Any], owner: Any) -> Any:
    """Say why a token of Dropbox is not taken: the backend would ask for another, and tell that nobody is there."""
    why = sys.exc_info()[1]
    if why is None:
        return usual(owner)
    raise ConnectionRefusedError(str(why))


def _reading_only(usual: Callable[..., Any], owner: Any, *words: Any, **named: Any) -> Any:
    """Send what reads to Google, again where it was asked too often. What would be made is missing."""
    if owner.method == "GET":
        return usual(owner, *words, **{"num_retries": TRIES, **named})
    made = json.loads(owner.body or "{}")
    name = made.get("name", made.get("title"))
    # The folder that all others lie in is found by a file in it: duplicity makes one where there is none.
    raise MissingError("nothing in the drive" if name == "i_am_in_root" else f"no folder {name}")


def _azure_container(_usual: Callable[..., Any], owner: Any) -> None:
    owner.container = owner.blob_service.get_container_client(owner.container_name)


def _not_looked_at(*_: Any) -> None:
    raise NotImplementedError("the azure backend of this release, and the SDK that it needs, were not tried")


def _existing_container(usual: Callable[..., Any], owner: Any, container: str, *words: Any, **named: Any) -> Any:
    owner.retries = 1  # its own five take half a minute
    try:
        return usual(owner, container, *words, **named)
    except importlib.import_module("swiftclient").ClientException as error:
        if error.http_status == GONE and "Container HEAD failed" in str(error):
            raise MissingError(f"no container {container}") from None
        raise ConnectionError(str(error)) from error  # the backend would take its own kind for a missing container


def _without_making(usual: Callable[..., Any], owner: Any, command: Any, *words: Any, **named: Any) -> Any:
    """Run a backend's program without what makes a folder; remember what it prints."""
    text = command if isinstance(command, str) else " ".join(command)
    if text.startswith("lftp "):
        command = re.sub(r" \|\| \( mkdir -p .*&& ls \)\"$", '"', text)
    answer = usual(owner, command, *words, **named)
    owner.printed = answer[1]
    return answer


REFUSALS: Sequence[tuple[str, str, str, Callable[..., Any]]] = (
    ("duplicity.backends.ssh_paramiko_backend", "SSHParamikoBackend", "runremote", _tested_remotely),
    ("duplicity.backends.ssh_pexpect_backend", "SSHPExpectBackend", "run_sftp_command", _without_mkdir),
    ("duplicity.backends.rsyncbackend", "RsyncBackend", "ensure_remote_path", lambda *_, **__: None),
    ("duplicity.backends.webdavbackend", "WebDAVBackend", "request", _no_collection),
    ("duplicity.backends.azurebackend", "AzureBackend", "_get_or_create_container", _azure_container),
    ("duplicity.backends.azurebackend", "AzureBackend", "_create_container", _not_looked_at),
    ("duplicity.backends.dpbxbackend", "DPBXBackend", "obtain_access_token", _no_new_token),
    ("paramiko", "SFTPClient", "mkdir", _refused),
    ("swiftclient", "Connection", "head_container", _existing_container),
    ("swiftclient", "Connection", "put_container", _refused),
    *((each, "B2Api", "create_bucket", _no_bucket) for each in CLIENTS["b2"]),
    ("googleapiclient.http", "HttpRequest", "execute", _reading_only),
    ("oauth2client.file", "Storage", "locked_put", lambda *_, **__: None),  # several processes would write one file
)


# What lies there, with sizes.


def _listed(backend: Any) -> Iterator[Entry]:
    yield from LISTERS[type(backend).__name__](backend)


def _paramiko(backend: Any) -> Iterator[Entry]:
    if backend.use_scp:
        yield from _by_shell(backend)
        return
    for each in backend.sftp.listdir_attr():
        if stat.S_ISREG(each.st_mode):
            yield _entry(each.filename, each.st_size, each.st_mtime)


def _by_shell(backend: Any) -> Iterator[Entry]:
    """Ask the server's shell: `stat` as GNU and busybox have it, else `ls`, whose times nobody can read for sure."""
    words = f"cd '{backend.remote_dir}' && find . -maxdepth 1 -type f -exec stat -c '%s %Y %n' {{}} +"
    printed = _text(backend.runremote(words, False, "scp stat "))
    found = [STAT_LINE.fullmatch(line) for line in printed.splitlines()]
    if found and all(found):
        yield from (_entry(each[3], int(each[1]), float(each[2])) for each in found if each)
        return
    yield from _lines(_text(backend.runremote(f"LC_ALL=C ls -ln '{backend.remote_dir}/'", False, "scp ls ")))


def _text(printed: Any) -> str:
    return printed.decode("utf-8", "surrogateescape") if isinstance(printed, bytes) else str(printed)


def _pexpect(backend: Any) -> Iterator[Entry]:
    """Take what `sftp` prints for a long listing: its own command prints names alone."""
    usual, longer = backend.run_sftp_command, {"ls -1": "ls -ln"}
    backend.run_sftp_command = lambda command, words: usual(command, [longer.get(each, each) for each in words])
    yield from _lines(b"\n".join(backend._list()).decode("utf-8", "surrogateescape"))  # noqa: SLF001 - as above


def _printed(backend: Any) -> Iterator[Entry]:
    """Read the listing that a backend's own program prints, where it takes only names of it."""
    backend._list()  # noqa: SLF001 - as above
    yield from _lines(backend.printed)


def _lines(printed: str) -> Iterator[Entry]:
    for line in printed.splitlines():
        found = LINE.match(line.strip())
        if found:
            # The time is the server's, of a zone that it does not tell: good for noticing a change alone.
            yield _entry(found[3].strip(), int(found[1]), stamp=f"{found[1]} {found[2]}")


def _rsync(backend: Any) -> Iterator[Entry]:
    backend._list()  # noqa: SLF001 - as above
    for line in backend.printed.splitlines():
        found = RSYNC_LINE.match(line)
        if found:
            modified = time.mktime(time.strptime(found[2], "%Y/%m/%d %H:%M:%S"))
            yield _entry(found[3], int(re.sub(r"\D", "", found[1])), modified)


def _webdav(backend: Any) -> Iterator[Entry]:
    from xml.dom import minidom  # noqa: PLC0415 - other kinds need none; as the backend reads it itself

    backend.headers["Depth"] = "1"
    response = backend.request("PROPFIND", backend.directory, SIZES)
    del backend.headers["Depth"]
    if response.status == GONE:
        raise MissingError(f"no folder {backend.directory}")
    if response.status not in FOUND:
        raise ConnectionRefusedError(f"the server answers {response.status} {response.reason}")
    for each in minidom.parseString(response.read()).getElementsByTagNameNS("*", "response"):  # noqa: S318 - as above
        said = {
            tag: backend.getText(found[0].childNodes).strip()
            for tag in ("getcontentlength", "getlastmodified", "getetag")
            if (found := each.getElementsByTagNameNS("*", tag))
        }
        name = backend.taste_href(each.getElementsByTagNameNS("*", "href")[0])
        if name and said.get("getcontentlength"):
            told = said.get("getlastmodified")
            modified = parsedate_to_datetime(told).timestamp() if told else None
            yield _entry(name, int(said["getcontentlength"]), modified, said.get("getetag") or told or "")


def _azure(backend: Any) -> Iterator[Entry]:
    exceptions = importlib.import_module("azure.core.exceptions")
    try:
        for each in backend.container.list_blobs(retry_total=1):  # its own three take over a minute
            if "/" not in each.name:
                yield _entry(each.name, each.size, each.last_modified.timestamp(), each.etag)
    except exceptions.ResourceNotFoundError:
        raise MissingError(f"no container {backend.container_name}") from None
    except exceptions.HttpResponseError as error:
        raise ConnectionRefusedError(f"the server answers {error.status_code} {error.reason}") from error


def _swift(backend: Any) -> Iterator[Entry]:
    container, prefix = backend.container, backend.prefix
    _, there = backend.conn.get_container(container, full_listing=True, prefix=prefix, delimiter="/")
    for each in there:
        if "name" not in each:  # a folder
            continue
        size, stamp = each["bytes"], each["hash"]
        if not size:  # perhaps one that lies in segments: its listing tells neither
            told = backend.conn.head_object(container, each["name"])
            size, stamp = int(told["content-length"]), told["etag"]
        yield _entry(each["name"][len(prefix) :], size, _moment(each["last_modified"][:19] + "Z"), stamp)


def _rclone(backend: Any) -> Iterator[Entry]:
    command = f"{backend.rclone_cmd} lsjson --files-only {shlex.quote(backend.remote_path)}"
    code, printed, said = backend._subprocess_safe_popen(command)  # noqa: SLF001 - as above
    if code == NO_FOLDER:
        raise MissingError(f"no folder {backend.remote_path}")
    if code:
        raise ConnectionError(said.strip() or f"rclone ends with exit code {code}")
    for each in json.loads(printed):
        yield _entry(each["Name"], each["Size"], _moment(each["ModTime"]), each["ModTime"])


def _b2(backend: Any) -> Iterator[Entry]:
    for version, folder in backend.bucket.ls(backend.path):
        if folder is None:
            name = version.file_name[len(backend.path) :]
            yield _entry(name, version.size, version.upload_timestamp / 1000, version.id_)


def _dropbox(backend: Any) -> Iterator[Entry]:
    folder = f"/{unquote(backend.parsed_url.path.lstrip('/')).rstrip()}"
    try:
        page = backend.api_client.files_list_folder(folder)
    except Exception as error:
        if "not_found" in str(error):
            raise MissingError(f"no folder {folder}") from None
        raise
    while True:
        for each in page.entries:
            if hasattr(each, "size"):
                modified = calendar.timegm(each.server_modified.timetuple())
                yield _entry(each.name, each.size, modified, each.rev)
        if not page.has_more:
            return
        page = backend.api_client.files_list_folder_continue(page.cursor)


def _google_drive(backend: Any) -> Iterator[Entry]:
    if hasattr(backend, "lazy_init_parent_folder"):
        backend.lazy_init_parent_folder()
    files = backend.drive.files()
    request = files.list(
        q=f"'{backend.folder}' in parents and trashed=false",
        pageSize=1000,
        fields="files(name,size,modifiedTime,md5Checksum),nextPageToken",
        **backend.shared_drive_corpora,
        **backend.shared_drive_id,
        **backend.shared_drive_flags_include,
        **backend.shared_drive_flags_support,
    )
    while request is not None:
        page = request.execute()
        for each in page.get("files", []):
            if "size" in each:  # folders and Google's own documents have none
                yield _entry(
                    each["name"], int(each["size"]), _moment(each["modifiedTime"]), each.get("md5Checksum", "")
                )
        request = files.list_next(request, page)


def _google_docs(backend: Any) -> Iterator[Entry]:
    wanted = {
        "q": f"'{backend.folder}' in parents and trashed=false",
        "fields": "items(title,fileSize,modifiedDate,md5Checksum),nextPageToken",
        **backend.api_params,
    }
    for each in backend.drive.ListFile(wanted).GetList():
        if "fileSize" in each:
            modified = _moment(each["modifiedDate"])
            yield _entry(each["title"], int(each["fileSize"]), modified, each.get("md5Checksum", ""))


def _onedrive(backend: Any) -> Iterator[Entry]:
    place = f"{backend.API_URI}{backend.directory_onedrive_path.rstrip('/')}:/children"
    while place:
        answer = _unhurried(backend.http_client.get, place)
        if answer.status_code == GONE:
            raise MissingError(f"no folder {backend.directory}")
        answer.raise_for_status()
        page = answer.json()
        for each in page["value"]:
            if "file" in each:
                yield _entry(each["name"], each["size"], _moment(each["lastModifiedDateTime"]), each.get("eTag", ""))
        place = page.get("@odata.nextLink")


def _unhurried(get: Callable[..., Any], place: str) -> Any:
    """Ask by HTTP; where the server says that it is busy, ask again: after as many seconds as it says, or soon."""
    for _ in range(TRIES):
        answer = get(place, timeout=PATIENCE)
        if answer.status_code not in BUSY:
            return answer
        told = answer.headers.get("Retry-After", "")
        time.sleep(min(float(told), PATIENCE) if told.isdecimal() else 1)
    return get(place, timeout=PATIENCE)


def _moment(text: str) -> float:
    """Given a time as in 2026-11-30T17:24:12.345678901Z, or with an offset for the Z, return it in seconds."""
    zone = "+00:00" if text.endswith("Z") else text[-6:]
    return datetime.fromisoformat(text[:19] + zone).timestamp()


def _entry(name: str, size: int, modified: float | None = None, stamp: str = "") -> Entry:
    return {"name": name, "size": size, "modified": modified, "stamp": stamp}


LISTERS: Mapping[str, Callable[[Any], Iterable[Entry]]] = {
    "SSHParamikoBackend": _paramiko,
    "SSHPExpectBackend": _pexpect,
    "LFTPBackend": _printed,
    "NCFTPBackend": _printed,
    "RsyncBackend": _rsync,
    "WebDAVBackend": _webdav,
    "AzureBackend": _azure,
    "SwiftBackend": _swift,
    "RcloneBackend": _rclone,
    "B2Backend": _b2,
    "DPBXBackend": _dropbox,
    "GDriveBackend": _google_drive,
    "PyDriveBackend": _google_docs,
    "OneDriveBackend": _onedrive,
}


# What files hold, as the server itself tells.


def _hashed_there(backend: Any, names: Sequence[str], algorithm: str) -> Iterator[Entry]:
    """Yield what the server hashes files to, of those that it does: nothing is fetched."""
    hasher = HASHERS.get(type(backend).__name__)
    return iter(hasher(backend, names, algorithm) if hasher else ())


def _by_sums(backend: Any, names: Sequence[str], algorithm: str) -> Iterator[Entry]:
    """Ask the server's shell, as `sha1sum` prints it. A server that has none, or lets nobody in, tells nothing."""
    folder = backend.remote_dir if backend.use_scp else backend.sftp.normalize(".")
    words = f"cd {shlex.quote(folder)} && {algorithm}sum -- {' '.join(map(shlex.quote, names))}"
    try:
        channel = backend.client.get_transport().open_session()
        channel.exec_command(words)
        printed = _text(channel.makefile().read())
    except Exception:  # noqa: BLE001 - whatever refuses it
        return
    for line in printed.splitlines():
        found = SUM_LINE.fullmatch(line)
        if found:
            yield {"name": found[2], "digest": found[1]}


HASHERS: Mapping[str, Callable[[Any, Sequence[str], str], Iterable[Entry]]] = {"SSHParamikoBackend": _by_sums}


# What files hold.


def _fetched(
    connect: Callable[[], Any], names: Sequence[str], request: Mapping[str, Any], workers: int
) -> Iterator[Entry]:
    """Fetch files in so many processes, each with a connection of its own; say of each what the request asks for."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    parts = [names[number::workers] for number in range(workers)]
    running = [context.Process(target=_fetch, args=(connect, part, request, results)) for part in parts]
    for each in running:
        each.start()
    left = len(running)
    while left:
        answer = results.get()
        if answer is None:
            left -= 1
        else:
            yield answer


def _fetch(connect: Callable[[], Any], names: Sequence[str], request: Mapping[str, Any], results: Any) -> None:
    try:
        backend = connect()
        for name in names:
            results.put({"name": name, **_content(backend, name, request)})
    except MissingError as missing:
        results.put({MISSING: str(missing)})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as in `main`
        results.put(_refusal(error))
    finally:
        results.put(None)
        os._exit(0)


def _content(backend: Any, name: str, request: Mapping[str, Any]) -> Entry:
    algorithm = request.get("algorithm")
    place = os.fsdecode(_duplicity("tempdir").default().mktemp())
    try:
        backend.get(os.fsencode(name), _duplicity("path").Path(os.fsencode(place)))
        if request.get("kept"):
            kept = Path(__file__).with_name(f"kept-{os.getpid()}-{Path(place).name}")
            shutil.move(place, kept)
            return {"file": str(kept)}
        with Path(place).open("rb") as file:
            if algorithm is None:
                return {"data": base64.b64encode(file.read()).decode()}
            hashed, size = hashlib.new(algorithm), 0
            while chunk := file.read(CHUNK):
                hashed.update(chunk)
                size += len(chunk)
        return {"digest": hashed.hexdigest(), "size": size}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as in `main`
        return _refusal(error)
    finally:
        with contextlib.suppress(OSError):
            Path(place).unlink()


if __name__ == "__main__":
    main()
