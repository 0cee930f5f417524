"""Backblaze B2, as b2sdk 2.13 asks it: its native API, version 4, and 3 for older releases of duplicity.

A folder is a bucket, and a file's name may have slashes. What b2sdk sends in parts, files of more than 100 MB, is not
taken here.
"""

import base64
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from vendors.vendor import Answer, RefusalError, Request, StoredFile, Vendor, content, in_json

API, DOWNLOADS, UPLOADS = "api000.backblazeb2.com", "f000.backblazeb2.com", "pod-000-1000-00.backblaze.com"
MAY = ["listBuckets", "listFiles", "readFiles", "writeBuckets", "writeFiles", "deleteFiles"]
PART = 100_000_000  # bytes


class Backblaze(Vendor):
    """`secret` is a key's id and the key, with a colon between. `only` is the bucket that it may enter, if not all."""

    hosts = frozenset({"api.backblazeb2.com", API, DOWNLOADS, UPLOADS})
    only: str | None = None

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("/b2_authorize_account"):
            return self._authorized(request)
        if not self.takes(request.token):
            raise _refusal(HTTPStatus.UNAUTHORIZED, "expired_auth_token", "Authorization token has expired")
        if request.host == UPLOADS:
            return self._uploaded(request)
        if request.path.startswith("/file/"):
            return self._downloaded(request)
        calls = {
            "b2_list_buckets": self._buckets, "b2_create_bucket": self._made, "b2_list_file_names": self._names,
            "b2_get_upload_url": self._upload_url, "b2_delete_file_version": self._deleted,
        }  # fmt: skip
        return calls[request.path.rpartition("/")[2]](json.loads(request.body))

    def make_folder(self, path: str) -> str:
        """Make the bucket that a path lies in, where it is missing; return its id."""
        return super().make_folder(path.partition("/")[0])

    def overloaded(self, status: int) -> Answer:
        code = "too_many_requests" if status == HTTPStatus.TOO_MANY_REQUESTS else "service_unavailable"
        return _error(status, code, "c001_v0001012_t0017 is too busy")

    def _authorized(self, request: Request) -> Answer:
        given = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if given != self.secret or self.expired:
            raise _refusal(HTTPStatus.UNAUTHORIZED, "unauthorized", "")
        storage = {
            "absoluteMinimumPartSize": 5_000_000, "recommendedPartSize": PART, "apiUrl": f"https://{API}",
            "downloadUrl": f"https://{DOWNLOADS}", "s3ApiUrl": "https://s3.eu-central-000.backblazeb2.com",
        }  # fmt: skip
        only = self.only and {"id": self.folders[self.only], "name": self.only}
        rights = {"capabilities": MAY, "namePrefix": None}
        of_v3 = {**rights, "bucketId": only and only["id"], "bucketName": only and only["name"]}
        allowed = {**rights, "buckets": only and [only]}
        told = {"accountId": "account", "authorizationToken": self.new_token()}
        return in_json({**told, "apiInfo": {"storageApi": {**storage, **of_v3, "allowed": allowed}}})

    def _buckets(self, wanted: dict[str, Any]) -> Answer:
        return in_json(
            {"buckets": [self._bucket(name) for name in self.folders if wanted["bucketName"] in {None, name}]}
        )

    def _made(self, wanted: dict[str, Any]) -> Answer:
        if wanted["bucketName"] in self.folders:
            raise _refusal(HTTPStatus.BAD_REQUEST, "duplicate_bucket_name", "Bucket name is already in use.")
        self.make_folder(wanted["bucketName"])
        return in_json(self._bucket(wanted["bucketName"]))

    def _upload_url(self, wanted: dict[str, Any]) -> Answer:
        url = f"https://{UPLOADS}/{self._bucket_of(wanted['bucketId'])}"
        return in_json({"uploadUrl": url, "bucketId": wanted["bucketId"], "authorizationToken": self.new_token()})

    def _bucket(self, name: str) -> dict[str, Any]:
        def readable(value: object) -> dict[str, object]:
            return {"isClientAuthorizedToRead": True, "value": value}

        return {
            "accountId": "account", "bucketId": self.folders[name], "bucketName": name, "bucketType": "allPrivate",
            "bucketInfo": {}, "corsRules": [], "lifecycleRules": [], "options": [], "revision": 1,
            "defaultServerSideEncryption": readable({"mode": None}),
            "fileLockConfiguration": readable(
                {"defaultRetention": {"mode": None, "period": None}, "isFileLockEnabled": False}
            ),
            "replicationConfiguration": readable(None),
        }  # fmt: skip

    def _bucket_of(self, bucket_id: str) -> str:
        for name, its_id in self.folders.items():
            if its_id == bucket_id:
                return name
        raise _refusal(HTTPStatus.BAD_REQUEST, "bad_bucket_id", f"Bucket {bucket_id} does not exist")

    def _names(self, wanted: dict[str, Any]) -> Answer:
        bucket = self._bucket_of(wanted["bucketId"])
        prefix, start = wanted["prefix"] or "", wanted["startFileName"] or ""
        paths = sorted(path for path in self.files if path.startswith(f"{bucket}/{prefix}"))
        paths = [path for path in paths if path.partition("/")[2] >= start]
        page, after = self.part(paths, 0)
        told = [self._version(path, self.files[path]) for path in page]
        return in_json({"files": told, "nextFileName": None if after is None else paths[after].partition("/")[2]})

    def _version(self, path: str, file: StoredFile) -> dict[str, Any]:
        bucket, _, name = path.partition("/")
        return {
            "accountId": "account", "action": "upload", "bucketId": self.folders[bucket], "fileId": file.id,
            "fileName": name, "contentLength": len(file.data), "contentSha1": file.hashed("sha1"),
            "contentMd5": file.hashed("md5"), "contentType": "application/pgp-encrypted", "fileInfo": {},
            "uploadTimestamp": int(file.modified * 1000), "serverSideEncryption": {"algorithm": None, "mode": None},
            "fileRetention": {"isClientAuthorizedToRead": True, "value": {"mode": None, "retainUntilTimestamp": None}},
            "legalHold": {"isClientAuthorizedToRead": True, "value": None},
        }  # fmt: skip

    def _uploaded(self, request: Request) -> Answer:
        data, told = request.body, request.headers["x-bz-content-sha1"]
        if told == "hex_digits_at_end":
            data, told = data[:-40], data[-40:].decode()
        if not self.has_room_for(data):
            raise _refusal(HTTPStatus.FORBIDDEN, "storage_cap_exceeded", "Cannot upload files, storage cap exceeded.")
        path = f"{request.path.removeprefix('/')}/{unquote(request.headers['x-bz-file-name'])}"
        version = self._version(path, self.store(path, data))
        if version["contentSha1"] != told:
            del self.files[path]
            raise _refusal(HTTPStatus.BAD_REQUEST, "bad_request", "Checksum did not match data received")
        return in_json(version)

    def _downloaded(self, request: Request) -> Answer:
        path = request.path.removeprefix("/file/")
        if path not in self.files:
            raise _refusal(HTTPStatus.NOT_FOUND, "not_found", "File with such name does not exist.")
        file = self.files[path]
        told = {
            "Content-Type": "application/pgp-encrypted", "X-Bz-File-Id": file.id,
            "X-Bz-File-Name": quote(path.partition("/")[2]), "X-Bz-Content-Sha1": file.hashed("sha1"),
            "X-Bz-Upload-Timestamp": str(int(file.modified * 1000)),
        }  # fmt: skip
        if request.method == "HEAD":
            told["Content-Length"] = str(len(file.data))
        return content(file.data, request, told)

    def _deleted(self, wanted: dict[str, Any]) -> Answer:
        for path, file in self.files.items():
            if file.id == wanted["fileId"] and path.endswith(wanted["fileName"]):
                del self.files[path]
                return in_json(wanted)
        raise _refusal(HTTPStatus.BAD_REQUEST, "file_not_present", "File not present")


def _error(status: int, code: str, message: str) -> Answer:
    return in_json({"status": status, "code": code, "message": message}, status)


def _refusal(status: int, code: str, message: str) -> RefusalError:
    return RefusalError(_error(status, code, message))
