"""Containers as destinations: of a server that has them, asked by its own HTTP API."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, urlencode

import urllib3

from verify.lab.stores.destination import Destination, StoredObject
from verify.lab.stores.serving import KindServer, Running, Serving
from verify.lab.stores.store import Store

ANSWERS_WITHIN = 20.0  # seconds
MISSING, REFUSING = 404, 400  # of HTTP: the one, and all from there on
_NOTHING: Mapping[str, str] = {}


class Entrance(NamedTuple):
    """Where a server's containers are, and what every request needs to be let in."""

    url: str
    query: Mapping[str, str] = _NOTHING
    headers: Mapping[str, str] = _NOTHING


class ObjectContainerStore(Store):
    """A running server; each destination is a container of its own."""

    of_containers: Mapping[str, str] = _NOTHING  # the query of a request that makes or removes one
    of_objects: Mapping[str, str] = _NOTHING  # the headers of a request that writes one

    def __init__(self, kind: str, name: str, version: str, serving: Serving, process: Running | None) -> None:
        super().__init__(kind, name, version)
        self.keys, self.port = serving.keys, serving.port
        self.address = f"http://{serving.address}:{serving.port}"
        self._process = process
        self._pool = urllib3.PoolManager(timeout=ANSWERS_WITHIN, retries=False)

    @abstractmethod
    def entrance(self) -> Entrance:
        """Return where the containers are."""

    @abstractmethod
    def destination(self, name: str) -> "ObjectContainer":
        """Return the container of that name, which is not made."""

    @abstractmethod
    def containers(self) -> list[str]:
        """Return the names of all containers, in a fixed order."""

    @abstractmethod
    def listed(self, container: str) -> list[StoredObject]:
        """Return all objects of a container. Raise FileNotFoundError where it is missing."""

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
        body: bytes | None = None,
    ) -> bytes:
        """Ask for a container, or for container/object; return what is answered.

        Raise FileNotFoundError where it is missing, RuntimeError for another refusal, and `CannotRunError` if the
        server died.
        """
        try:
            url, query_too, headers_too = self.entrance()
            words = urlencode({**query, **query_too}, quote_via=quote)
            answer = self._pool.request(
                method, f"{url}/{quote(path)}?{words}", body=body, headers={**headers, **headers_too}
            )
        except urllib3.exceptions.HTTPError:
            self.must_be_alive()
            raise
        if answer.status == MISSING:
            raise FileNotFoundError(path)
        if answer.status >= REFUSING:
            raise RuntimeError(f"{self.name} refuses {method} {path}: {answer.status} {answer.reason}")
        return bytes(answer.data)

    def everything(self) -> list[str]:
        """Return a line for each container and each object."""
        return [
            line
            for each in self.containers()
            for line in (each, *(f"{each}/{found.name} {found.size} {found.modified}" for found in self.listed(each)))
        ]

    def alive(self) -> bool:
        """Return whether the server runs."""
        return self._process is None or self._process.running()

    def close(self) -> None:
        """End the server; its files go with it."""
        self._pool.clear()
        if self._process:
            self._process.close()


@dataclass(frozen=True, kw_only=True)
class ObjectContainer(Destination):
    """A container, or what begins with `prefix` in it. duplicity makes the container, or `put` does."""

    store: ObjectContainerStore = field(repr=False)
    name: str
    prefix: str = ""

    def objects(self) -> list[StoredObject]:
        """Return the objects there, by their names without the prefix; none where the container is missing."""
        try:
            listed = self.store.listed(self.name)
        except FileNotFoundError:
            return []
        return [
            StoredObject(each.name.removeprefix(self.prefix), each.size, each.modified)
            for each in listed
            if each.name.startswith(self.prefix)
        ]

    def read(self, name: str) -> bytes:
        """Return an object's bytes."""
        return self.store.ask("GET", self._path(name))

    def put(self, name: str, data: bytes) -> None:
        """Write an object, or overwrite it."""
        try:
            self._write(name, data)
        except FileNotFoundError:
            self.store.ask("PUT", self.name, self.store.of_containers)
            self._write(name, data)

    def _write(self, name: str, data: bytes) -> None:
        self.store.ask("PUT", self._path(name), headers=self.store.of_objects, body=data)

    def remove(self, name: str) -> None:
        """Remove an object."""
        self.store.ask("DELETE", self._path(name))

    def empty(self) -> None:
        """Remove the container."""
        super().empty()
        self.store.ask("DELETE", self.name, self.store.of_containers)

    def copied(self) -> "ObjectContainer":
        """Copy the objects to a new container, and return that."""
        copy = self.store.destination(self.store.new_name())
        for each in self.objects():
            copy.put(each.name, self.read(each.name))
        return copy

    def _path(self, name: str) -> str:
        return f"{self.name}/{self.prefix}{name}"


@dataclass(frozen=True, kw_only=True)
class ObjectContainerServer(KindServer):
    """A server that makes its containers a kind of destination; `opens` is the class of its stores."""

    in_containers = False  # this machine asks the server itself, and reaches none in a container
    opens: type[ObjectContainerStore]

    def store(self, kind: str, version: str, serving: Serving, process: Running | None) -> ObjectContainerStore:
        """Return the store of its containers."""
        return self.opens(kind, self.name, version, serving, process)
