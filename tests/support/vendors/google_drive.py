"""Google Drive, as Google's clients ask it: API v3 for `gdrive`, v2 for `gdocs`, and tokens for both.

A folder's id is what its children name; a listing tells the fields that it is asked for, and no others.
"""

import base64
import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from vendors.vendor import Answer, RefusalError, Request, StoredFile, Vendor, content, in_json

LOGIN, DRIVE = "oauth2.googleapis.com", "www.googleapis.com"
FOLDER = "application/vnd.google-apps.folder"
OF_V3 = frozenset({"kind", "id", "name", "mimeType"})  # what v3 tells without being asked
FILES = re.compile(r"/(?:resumable/)?(upload/)?drive/(v2|v3)/files(?:/(\w+))?")


class GoogleDrive(Vendor):
    """`secret` is a refresh token, `key` what a service account signs with: both are taken. `root` is My Drive's id."""

    logs_in_at = LOGIN
    hosts = frozenset({LOGIN, DRIVE})

    def __init__(self, secret: str, key: rsa.RSAPublicKey) -> None:
        super().__init__(secret)
        self._key = key
        self._uploads: dict[str, tuple[Request, dict[str, Any]]] = {}
        self.root = self.make_folder("")

    def answer(self, request: Request) -> Answer:
        if request.host == LOGIN:
            return self._logged_in(parse_qs(request.body.decode()))
        if not self.takes(request.token):
            raise _refusal(HTTPStatus.UNAUTHORIZED, "authError", "Invalid Credentials")
        named = FILES.fullmatch(request.path)
        assert named is not None, request.path
        upload, version, file_id = named.groups()
        if request.method == "GET":
            return self._got(version, file_id, request) if file_id else self._listed(version, request)
        if request.method == "DELETE":
            del self.files[self._file(file_id)[0]]
            return Answer(HTTPStatus.NO_CONTENT)
        return self._sent(version, request) if upload else self._made(version, json.loads(request.body))

    def overloaded(self, status: int) -> Answer:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return _error(status, "rateLimitExceeded", "Rate Limit Exceeded")
        return _error(status, "backendError", "Backend Error")

    def _logged_in(self, form: dict[str, list[str]]) -> Answer:
        if "assertion" in form:
            signed, _, signature = form["assertion"][0].rpartition(".")
            try:
                self._key.verify(
                    base64.urlsafe_b64decode(signature + "=="), signed.encode(), padding.PKCS1v15(), SHA256()
                )
            except InvalidSignature:
                raise _no_grant("Invalid JWT Signature.") from None
        elif form["refresh_token"] != [self.secret]:
            raise _no_grant("Bad Request")
        if self.expired:
            raise _no_grant("Token has been expired or revoked.")
        return in_json({"access_token": self.new_token(), "expires_in": 3599, "token_type": "Bearer"})

    def _path_of(self, folder_id: str) -> str:
        if folder_id.lower() == "root":
            return ""
        for path, its_id in self.folders.items():
            if its_id == folder_id:
                return path
        raise _refusal(HTTPStatus.NOT_FOUND, "notFound", "File not found: .")

    def _file(self, file_id: str) -> tuple[str, StoredFile]:
        for path, file in self.files.items():
            if file.id == file_id:
                return path, file
        raise _refusal(HTTPStatus.NOT_FOUND, "notFound", f"File not found: {file_id}.")

    def _got(self, version: str, file_id: str, request: Request) -> Answer:
        path, file = self._file(file_id)
        if request.query.get("alt") == "media":
            return content(file.data, request, {"Content-Type": "application/octet-stream"})
        return in_json(_asked_for(self._told(version, path, file), version, request.query.get("fields", "")))

    def _listed(self, version: str, request: Request) -> Answer:
        asked = request.query["q"]
        parent, name = re.search(r"'(\w+)' in parents", asked), re.search(r"(?:name|title)\s*=\s*'([^']*)'", asked)
        assert parent is not None, asked
        folder = self._path_of(parent[1])
        entries = [
            self._told(version, f"{folder}/{each}".removeprefix("/"), file)
            for each, file in self.inside(folder)
            if (name is None or each == name[1]) and (file is None or "mimeType" not in asked)
        ]
        page, after = self.part(entries, int(request.query.get("pageToken") or 0))
        inner = re.search(r"\((.*?)\)", request.query.get("fields", ""))
        told = [_asked_for(each, version, inner[1] if inner else "") for each in page]
        more = {} if after is None else {"nextPageToken": str(after)}
        return in_json({"files" if version == "v3" else "items": told, **more})

    def _sent(self, version: str, request: Request) -> Answer:
        """Take a file with what is told of it, or the latter alone: the file follows then."""
        if "upload_id" in request.query:
            return self._written(version, *self._uploads.pop(request.query["upload_id"]), request.body)
        if request.query["uploadType"] == "resumable":
            session = self.new_id()
            self._uploads[session] = request, json.loads(request.body or b"{}")
            where = f"https://{DRIVE}{request.path}?upload_id={session}"
            return Answer(HTTPStatus.OK, b"", {"Location": where})
        if request.query["uploadType"] == "media":
            return self._written(version, request, {}, request.body)
        boundary = b"--" + request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
        metadata, data = (part.partition(b"\n\n")[2][:-1] for part in request.body.split(boundary)[1:3])
        return self._written(version, request, json.loads(metadata), data)

    def _written(self, version: str, request: Request, metadata: dict[str, Any], data: bytes) -> Answer:
        if not self.has_room_for(data):
            raise _refusal(HTTPStatus.FORBIDDEN, "storageQuotaExceeded", "The user's Drive storage quota is exceeded.")
        file_id = FILES.fullmatch(request.path)[3]  # type: ignore[index]
        path = self._file(file_id)[0] if file_id else self._new_path(version, metadata)
        return in_json(self._told(version, path, self.store(path, data)))

    def _made(self, version: str, metadata: dict[str, Any]) -> Answer:
        path = self._new_path(version, metadata)
        if metadata.get("mimeType") == FOLDER:
            self.make_folder(path)
            return in_json(self._told(version, path, None))
        return in_json(self._told(version, path, self.store(path, b"")))

    def _new_path(self, version: str, metadata: dict[str, Any]) -> str:
        name = metadata["name" if version == "v3" else "title"]
        parents = metadata.get("parents") or [self.root]
        parent = self._path_of(parents[0]["id"] if isinstance(parents[0], dict) else parents[0])
        return f"{parent}/{name}".removeprefix("/")

    def _told(self, version: str, path: str, file: StoredFile | None) -> dict[str, Any]:
        parent, _, name = path.rpartition("/")
        its_id, parent_id = file.id if file else self.folders[path], self.folders[parent]
        kind = "application/octet-stream" if file else FOLDER
        size = {} if file is None else {"size": str(len(file.data)), "md5Checksum": file.hashed("md5")}
        if version == "v3":
            when = {} if file is None else {"modifiedTime": file.written}
            told = {"name": name, "trashed": False, "parents": [parent_id], "kind": "drive#file", **when, **size}
            return {**told, "id": its_id, "mimeType": kind}
        if file is not None:
            size = {"fileSize": size["size"], "md5Checksum": size["md5Checksum"], "modifiedDate": file.written}
        told = {"title": name, "labels": {"trashed": False}, "parents": [{"id": parent_id}], "kind": "drive#file"}
        return {**told, **size, "id": its_id, "mimeType": kind}


def _asked_for(told: dict[str, Any], version: str, fields: str) -> dict[str, Any]:
    wanted = {each.strip() for each in fields.split(",")} if fields else OF_V3 if version == "v3" else set(told)
    return {key: value for key, value in told.items() if key in wanted}


def _error(status: int, reason: str, message: str) -> Answer:
    why = [{"domain": "global", "reason": reason, "message": message}]
    return in_json({"error": {"errors": why, "code": status, "message": message}}, status)


def _refusal(status: int, reason: str, message: str) -> RefusalError:
    return RefusalError(_error(status, reason, message))


def _no_grant(why: str) -> RefusalError:
    return RefusalError(in_json({"error": "invalid_grant", "error_description": why}, HTTPStatus.BAD_REQUEST))
