"""OpenStack Swift's own servers, entered by tempauth: version 1 of its authentication."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.job import Job
from verify.lab.stores.destination import StoredObject
from verify.lab.stores.object_containers import Entrance, ObjectContainer, ObjectContainerServer, ObjectContainerStore
from verify.lab.stores.servers import Command
from verify.lab.stores.serving import Serving

PACKAGE = "swift==2.38.3"  # looked up 2026-11-30
PROGRAM = Path(__file__).with_name("swift_servers.py")
ACCOUNT, PREFIX = "lab", "backups/"
# duplicity deletes, and asks for sizes, by a part of its client that knows version 1 of the authentication by these
# variables alone. Without them it removes nothing, and ends with exit code 0.
OF_VERSION_1 = ("ST_AUTH", "ST_USER", "ST_KEY")


def lacking_to_remove(job: Job) -> list[str]:
    """Given a job that backs up to Swift, return which variables it lacks for duplicity to remove anything there."""
    by_version_1 = (job.text_of("SWIFT_AUTHVERSION") or "1").startswith("1") and not job.text_of("SWIFT_PREAUTHTOKEN")
    return [name for name in OF_VERSION_1 if by_version_1 and not job.text_of(name)]


class SwiftStore(ObjectContainerStore):
    """A running Swift."""

    def entrance(self) -> Entrance:
        """Return the account's URL, with a token."""
        return self._entrance

    @cached_property
    def _entrance(self) -> Entrance:
        user, key = (each.reveal() for each in self.keys)
        answer = self._pool.request(
            "GET", f"{self.address}/auth/v1.0", headers={"X-Auth-User": f"{ACCOUNT}:{user}", "X-Auth-Key": key}
        )
        return Entrance(answer.headers["X-Storage-Url"], headers={"X-Auth-Token": answer.headers["X-Auth-Token"]})

    def destination(self, name: str) -> ObjectContainer:
        """Return a prefix of the container of that name."""
        user, auth = f"{ACCOUNT}:{self.keys[0].reveal()}", f"{self.address}/auth/v1.0"
        return ObjectContainer(
            url=f"swift://{name}/{PREFIX.rstrip('/')}",
            env={
                "SWIFT_AUTHURL": auth, "SWIFT_AUTHVERSION": "1", "SWIFT_USERNAME": user, "SWIFT_PASSWORD": self.keys[1],
                **dict(zip(OF_VERSION_1, (auth, user, self.keys[1]), strict=True)),
            },
            store=self, name=name, prefix=PREFIX,
        )  # fmt: skip

    def containers(self) -> list[str]:
        """Return the names of all containers."""
        return [each["name"] for each in self._pages("")]

    def listed(self, container: str) -> list[StoredObject]:
        """Return all objects of a container."""
        return [
            StoredObject(
                each["name"],
                each["bytes"],
                datetime.fromisoformat(each["last_modified"]).replace(tzinfo=UTC).timestamp(),
            )
            for each in self._pages(container)
        ]

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        marker = ""
        while page := json.loads(self.ask("GET", path, {"format": "json", "marker": marker})):
            yield from page
            marker = page[-1]["name"]


def _prepare(serving: Serving) -> Command:
    try:
        os.setxattr(serving.root, "user.tried", b"1")
    except OSError as error:
        raise CannotRunError(
            f"OpenStack Swift needs a file system with extended attributes, and {serving.root} has none "
            f"({error.strerror}): set TMPDIR to a folder of one"
        ) from error
    user, key = (each.reveal() for each in serving.keys)
    told = {"SWIFT_ACCOUNT": ACCOUNT, "SWIFT_USER": user, "SWIFT_KEY": key}
    argv = (serving.installed, "-P", "-W", "ignore", str(PROGRAM), serving.folder, serving.listen, str(serving.port))
    return Command(argv, told)


SWIFT = ObjectContainerServer(name="OpenStack Swift", package=PACKAGE, prepare=_prepare, opens=SwiftStore)
