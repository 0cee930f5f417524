"""What all vendors have in common: files in folders, tokens that expire, and requests that are refused."""

import hashlib
import itertools
import json
import re
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar

PLENTY = 1 << 40
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Request:
    """A request; `query` are the parameters of its URL, `headers` have small names."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def token(self) -> str:
        """What it gives to be let in."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Answer:
    status: int = HTTPStatus.OK
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def in_json(said: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(said).encode(), {"Content-Type": "application/json", **(headers or {})})


def content(data: bytes, request: Request, headers: Mapping[str, str]) -> Answer:
    """Answer with a file, or with the part of it that is asked for."""
    wanted = RANGE.fullmatch(request.headers.get("range", ""))
    if wanted is None:
        return Answer(HTTPStatus.OK, data, headers)
    first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
    if first >= len(data):
        return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(data)}"})
    told = {**headers, "Content-Range": f"bytes {first}-{last}/{len(data)}"}
    return Answer(HTTPStatus.PARTIAL_CONTENT, data[first : last + 1], told)


class RefusalError(Exception):
    """A request is refused; `answer` says so in the vendor's words."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class StoredFile:
    """A file; `modified` in seconds since the epoch."""

    data: bytes
    id: str
    modified: float

    @property
    def written(self) -> str:
        return datetime.fromtimestamp(self.modified, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def hashed(self, algorithm: str) -> str:
        return hashlib.new(algorithm, self.data, usedforsecurity=False).hexdigest()


class Vendor(ABC):
    """A vendor's storage for one customer: files by their paths, in folders that exist by themselves.

    `secret` is what the customer logs in with; once it is `expired`, it is not taken any more. A listing has at most
    `page` entries. Nothing is stored beyond `quota` bytes. A token is good for `token_lasts` requests.
    """

    hosts: ClassVar[frozenset[str]]
    logs_in_at: ClassVar[str] = ""  # a host for that alone

    def __init__(self, secret: str) -> None:
        self.secret, self.expired = secret, False
        self.files: dict[str, StoredFile] = {}
        self.folders: dict[str, str] = {}  # with their ids
        self.page = 3
        self.quota = self.token_lasts = PLENTY
        self._ids, self._tokens = itertools.count(1), Counter[str]()
        self._refusals: list[Answer] = []
        self._one_at_a_time = threading.Lock()

    def reply(self, request: Request) -> Answer:
        """Answer a request."""
        with self._one_at_a_time:
            if self._refusals and request.host != self.logs_in_at:
                return self._refusals.pop(0)
            try:
                return self.answer(request)
            except RefusalError as refusal:
                return refusal.answer

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Answer a request, or raise `RefusalError`."""

    @abstractmethod
    def overloaded(self, status: int) -> Answer:
        """Return how the vendor says 429, or that it is out of order."""

    def refuse(self, status: int, times: int, retry_after: int | None = None) -> None:
        """Refuse the next requests, logging in apart; `retry_after` are seconds."""
        answer = self.overloaded(status)
        told = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._refusals = [Answer(status, answer.body, {**answer.headers, **told})] * times

    def recover(self) -> None:
        """Be in order again: refuse nothing, and take all that is given."""
        self._refusals, self.expired, self.token_lasts, self.quota = [], False, PLENTY, PLENTY

    def new_token(self) -> str:
        token = f"token-{self.new_id()}"
        self._tokens[token] = self.token_lasts
        return token

    def takes(self, token: str) -> bool:
        self._tokens[token] -= 1
        return self._tokens[token] >= 0

    def new_id(self) -> str:
        return f"id{next(self._ids):06}"

    def store(self, path: str, data: bytes) -> StoredFile:
        """Write a file, or overwrite it."""
        self.files[path] = StoredFile(data, self.new_id(), time.time())
        return self.files[path]

    def make_folder(self, path: str) -> str:
        """Make a folder with those that it is in, where they are missing; return its id."""
        if path not in self.folders:
            self.folders[path] = self.new_id()
            if "/" in path:
                self.make_folder(path.rpartition("/")[0])
        return self.folders[path]

    def has_room_for(self, data: bytes) -> bool:
        return sum(len(each.data) for each in self.files.values()) + len(data) <= self.quota

    def inside(self, folder: str) -> Iterator[tuple[str, StoredFile | None]]:
        """Yield what lies in a folder itself, by name; folders of it without a file."""
        everything: dict[str, StoredFile | None] = {**dict.fromkeys(self.folders), **self.files}
        for path in sorted(everything):
            if path and path.rpartition("/")[0] == folder:
                yield path.rpartition("/")[2], everything[path]

    def part(self, entries: list[Any], first: int) -> tuple[list[Any], int | None]:
        """Return a page of a listing from an entry on, and where the next page begins."""
        after = first + self.page
        return entries[first:after], after if after < len(entries) else None
