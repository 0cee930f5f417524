"""OneDrive, as duplicity asks Microsoft Graph 1.0 for it: files by their paths, and tokens for a refresh token."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote

from vendors.vendor import Answer, RefusalError, Request, StoredFile, Vendor, content, in_json

LOGIN, GRAPH, STORAGE = "login.microsoftonline.com", "graph.microsoft.com", "my.microsoftpersonalcontent.com"
FRAGMENT = 327_680  # bytes that each part of an upload but the last is a multiple of
ITEM = re.compile(r"/v1\.0/me/drive/root:/(.+?)(?::/(children|content|createUploadSession))?")
SENT = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class OneDrive(Vendor):
    """`secret` is a refresh token."""

    logs_in_at = LOGIN
    hosts = frozenset({LOGIN, GRAPH, STORAGE})

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self._uploads: dict[str, tuple[str, bytes]] = {}

    def answer(self, request: Request) -> Answer:
        if request.host == LOGIN:
            return self._logged_in(parse_qs(request.body.decode()))
        if request.host == STORAGE:
            return self._stored(request)
        if not self.takes(request.token):
            raise _refusal(HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken", "Access token has expired.")
        if request.path == "/v1.0/me/drive":
            used = sum(len(each.data) for each in self.files.values())
            return in_json({"quota": {"total": self.quota, "used": used, "remaining": max(self.quota - used, 0)}})
        named = ITEM.fullmatch(request.path)
        assert named is not None, request.path
        calls = {
            ("GET", "children"): self._listed, ("GET", "content"): self._found, ("GET", None): self._told,
            ("POST", "createUploadSession"): self._begun, ("DELETE", None): self._deleted,
        }  # fmt: skip
        return calls[request.method, named[2]](named[1].rstrip("/"), request)

    def overloaded(self, status: int) -> Answer:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return _error(status, "activityLimitReached", "The app or user has been throttled.")
        return _error(status, "serviceNotAvailable", "The service is temporarily unavailable.")

    def _logged_in(self, form: dict[str, list[str]]) -> Answer:
        if form["refresh_token"] != [self.secret] or self.expired:
            why = "AADSTS70008: The provided authorization code or refresh token has expired due to inactivity."
            if form["refresh_token"] != [self.secret]:
                why = "AADSTS9002313: Invalid request. Request is malformed or invalid."
            raise RefusalError(in_json({"error": "invalid_grant", "error_description": why}, HTTPStatus.BAD_REQUEST))
        told = {"token_type": "Bearer", "expires_in": 3600, "scope": "Files.ReadWrite", "refresh_token": self.secret}
        return in_json({**told, "access_token": self.new_token()})

    def _listed(self, path: str, request: Request) -> Answer:
        if path not in self.folders:
            raise _not_found()
        items = [_item(name, file) for name, file in self.inside(path)]
        page, after = self.part(items, int(request.query.get("$skiptoken", "0")))
        told: dict[str, Any] = {"value": page}
        if after is not None:
            told["@odata.nextLink"] = f"https://{GRAPH}{quote(request.path)}?$skiptoken={after}"
        return in_json(told)

    def _found(self, path: str, _: Request) -> Answer:
        return Answer(HTTPStatus.FOUND, b"", {"Location": f"https://{STORAGE}/download/{self._file(path).id}"})

    def _told(self, path: str, _: Request) -> Answer:
        return in_json(_item(path.rpartition("/")[2], self._file(path)))

    def _begun(self, path: str, _: Request) -> Answer:
        session = self.new_id()
        self._uploads[session] = path, b""
        return in_json({"uploadUrl": f"https://{STORAGE}/upload/{session}"})

    def _deleted(self, path: str, _: Request) -> Answer:
        self._file(path)
        del self.files[path]
        return Answer(HTTPStatus.NO_CONTENT)

    def _file(self, path: str) -> StoredFile:
        if path not in self.files:
            raise _not_found()
        return self.files[path]

    def _stored(self, request: Request) -> Answer:
        """Answer where files themselves are sent to and fetched from: without a token."""
        _, what, name = request.path.split("/")
        if what == "download":
            found = [file for file in self.files.values() if file.id == name]
            return content(found[0].data, request, {"Content-Type": "application/octet-stream"})
        path, so_far = self._uploads[name]
        first, last, size = map(int, SENT.fullmatch(request.headers["content-range"]).groups())  # type: ignore[union-attr]
        if first != len(so_far) or (last + 1 < size and len(request.body) % FRAGMENT):
            raise _refusal(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "invalidRange", "Unexpected fragment.")
        if not self.has_room_for(so_far + request.body):
            raise _refusal(HTTPStatus.INSUFFICIENT_STORAGE, "quotaLimitReached", "Insufficient space available")
        self._uploads[name] = path, so_far + request.body
        if last + 1 < size:
            return in_json({"nextExpectedRanges": [f"{last + 1}-"]}, HTTPStatus.ACCEPTED)
        if "/" in path:
            self.make_folder(path.rpartition("/")[0])
        return in_json(_item(path.rpartition("/")[2], self.store(path, self._uploads.pop(name)[1])), HTTPStatus.CREATED)


def _item(name: str, file: StoredFile | None) -> dict[str, Any]:
    if file is None:
        return {"name": name, "folder": {"childCount": 0}, "size": 0}
    told = {"name": name, "size": len(file.data), "eTag": f'"{file.id},1"', "lastModifiedDateTime": file.written}
    return {**told, "id": file.id, "file": {"hashes": {"sha256Hash": file.hashed("sha256").upper()}}}


def _error(status: int, code: str, message: str) -> Answer:
    return in_json({"error": {"code": code, "message": message}}, status)


def _refusal(status: int, code: str, message: str) -> RefusalError:
    return RefusalError(_error(status, code, message))


def _not_found() -> RefusalError:
    return _refusal(HTTPStatus.NOT_FOUND, "itemNotFound", "Item does not exist")
