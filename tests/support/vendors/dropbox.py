"""Dropbox, as its client 12.2 asks it: API v2, the routes that duplicity uses.

What duplicity sends in parts, files of 16 MB and more, is not taken here.
"""

import hashlib
import json
from http import HTTPStatus
from typing import Any

from vendors.vendor import Answer, RefusalError, Request, StoredFile, Vendor, content, in_json

BLOCK = 4 << 20  # bytes
ACCOUNT = {
    "account_id": "dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc", "email": "somebody@example.com", "email_verified": True,
    "name": {
        "given_name": "Some", "surname": "Body", "familiar_name": "Some", "display_name": "Some Body",
        "abbreviated_name": "SB",
    },
    "disabled": False, "locale": "en", "referral_link": "https://db.tt/ZITNuhtI", "is_paired": False,
    "account_type": {".tag": "basic"},
    "root_info": {".tag": "user", "root_namespace_id": "3235641", "home_namespace_id": "3235641"},
}  # fmt: skip


class Dropbox(Vendor):
    """`secret` is an access token."""

    hosts = frozenset({"api.dropboxapi.com", "content.dropboxapi.com"})

    def answer(self, request: Request) -> Answer:
        if request.token != self.secret or self.expired:
            why = "expired_access_token" if request.token == self.secret else "invalid_access_token"
            raise _refusal(why, {".tag": why}, HTTPStatus.UNAUTHORIZED)
        calls = {
            "users/get_current_account": lambda *_: in_json(ACCOUNT), "files/upload": self._uploaded,
            "files/list_folder": self._listed, "files/list_folder/continue": self._listed,
            "files/download": self._downloaded, "files/get_metadata": self._told, "files/delete": self._deleted,
        }  # fmt: skip
        wanted = json.loads(request.headers.get("dropbox-api-arg") or request.body)
        return calls[request.path.removeprefix("/2/")](wanted, request)

    def overloaded(self, status: int) -> Answer:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            why = {"reason": {".tag": "too_many_requests"}, "retry_after": 1}
            return _error("too_many_requests", why, status)
        return Answer(status, b"Internal Server Error", {"Content-Type": "text/plain"})

    def _folder(self, path: str) -> str:
        if path == "/":
            said = 'request body: path: Specify the root folder as an empty string rather than as "/".'
            raise RefusalError(Answer(HTTPStatus.BAD_REQUEST, said.encode(), {"Content-Type": "text/plain"}))
        folder = path.removeprefix("/")
        if folder and folder not in self.folders:
            raise _not_found("path")
        return folder

    def _listed(self, wanted: dict[str, Any], _: Request) -> Answer:
        folder, first = wanted["cursor"].split("|") if "cursor" in wanted else (self._folder(wanted["path"]), "0")
        entries = []
        for name, file in self.inside(folder):
            path = f"{folder}/{name}".removeprefix("/")
            entries.append({".tag": "file", **_metadata(path, file)} if file else _folder_entry(path))
        page, after = self.part(entries, int(first))
        return in_json({"entries": page, "cursor": f"{folder}|{after}", "has_more": after is not None})

    def _downloaded(self, wanted: dict[str, Any], request: Request) -> Answer:
        path, file = self._file(wanted["path"], "path")
        return content(file.data, request, {"Dropbox-API-Result": json.dumps(_metadata(path, file))})

    def _told(self, wanted: dict[str, Any], _: Request) -> Answer:
        return in_json({".tag": "file", **_metadata(*self._file(wanted["path"], "path"))})

    def _deleted(self, wanted: dict[str, Any], _: Request) -> Answer:
        path, file = self._file(wanted["path"], "path_lookup")
        del self.files[path]
        return in_json({".tag": "file", **_metadata(path, file)})

    def _file(self, path: str, tag: str) -> tuple[str, StoredFile]:
        path = path.removeprefix("/")
        if path not in self.files:
            raise _not_found(tag)
        return path, self.files[path]

    def _uploaded(self, wanted: dict[str, Any], request: Request) -> Answer:
        path, data = wanted["path"].removeprefix("/"), request.body
        if wanted.get("content_hash") not in {None, content_hash(data)}:
            raise _refusal("content_hash_mismatch", {".tag": "content_hash_mismatch"})
        if not self.has_room_for(data):
            reason = {".tag": "path", "reason": {".tag": "insufficient_space"}, "upload_session_id": "1"}
            raise _refusal("path/insufficient_space", reason)
        if "/" in path:
            self.make_folder(path.rpartition("/")[0])
        return in_json(_metadata(path, self.store(path, data)))


def content_hash(data: bytes) -> str:
    """Return Dropbox's own hash: of the hashes of blocks."""
    blocks = (data[first : first + BLOCK] for first in range(0, len(data), BLOCK))
    return hashlib.sha256(b"".join(hashlib.sha256(block).digest() for block in blocks)).hexdigest()


def _metadata(path: str, file: StoredFile) -> dict[str, Any]:
    return {
        "name": path.rpartition("/")[2], "path_lower": f"/{path.lower()}", "path_display": f"/{path}",
        "id": f"id:{file.id}", "client_modified": file.written, "server_modified": file.written,
        "rev": file.id.encode().hex(), "size": len(file.data), "is_downloadable": True,
        "content_hash": content_hash(file.data),
    }  # fmt: skip


def _folder_entry(path: str) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {".tag": "folder", "name": name, "path_lower": f"/{path.lower()}", "path_display": f"/{path}", "id": "id:f"}


def _error(summary: str, error: dict[str, Any], status: int) -> Answer:
    return in_json({"error_summary": f"{summary}/...", "error": error}, status)


def _refusal(summary: str, error: dict[str, Any], status: int = HTTPStatus.CONFLICT) -> RefusalError:
    return RefusalError(_error(summary, error, status))


def _not_found(tag: str) -> RefusalError:
    return _refusal(f"{tag}/not_found", {".tag": tag, tag: {".tag": "not_found"}})
