"""Azurite, Microsoft's own emulator of Azure Blob Storage."""

import base64
import hashlib
import hmac
import shutil
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from xml.etree import ElementTree as ET

from verify.lab.stores.destination import StoredObject
from verify.lab.stores.object_containers import Entrance, ObjectContainer, ObjectContainerServer, ObjectContainerStore
from verify.lab.stores.servers import Command
from verify.lab.stores.serving import Serving
from verify.secret import Secret

PACKAGE = "azurite@3.35.0"  # looked up 2026-11-30; later ones want a node that Debian has not
# A signature that lets in to all of an account: https://learn.microsoft.com/rest/api/storageservices/create-account-sas
GRANTED = {
    "sp": "rwdlac",
    "ss": "b",
    "srt": "sco",
    "st": "",
    "se": "2099-01-01",
    "sip": "",
    "spr": "",
    "sv": "2019-12-12",
}


class AzuriteStore(ObjectContainerStore):
    """A running Azurite."""

    how_real = "vendor's emulator"

    of_containers = MappingProxyType({"restype": "container"})
    of_objects = MappingProxyType({"x-ms-blob-type": "BlockBlob"})

    def entrance(self) -> Entrance:
        """Return the account's URL, with a signature for a query."""
        account, key = (each.reveal() for each in self.keys)
        to_sign = "".join(f"{each}\n" for each in (account, *GRANTED.values()))
        signed = hmac.digest(base64.b64decode(key), to_sign.encode(), hashlib.sha256)
        given = {name: value for name, value in GRANTED.items() if value}
        return Entrance(f"{self.address}/{account}", {**given, "sig": base64.b64encode(signed).decode()})

    def destination(self, name: str) -> ObjectContainer:
        """Return the container of that name; it can be made if it has 3 to 63 small letters, digits, single hyphens."""
        account, key = (each.reveal() for each in self.keys)
        connection = {
            "DefaultEndpointsProtocol": "http",
            "AccountName": account,
            "AccountKey": key,
            "BlobEndpoint": f"{self.address}/{account}",
        }
        secret = Secret(";".join(f"{word}={value}" for word, value in connection.items()))
        return ObjectContainer(url=f"azure://{name}", env={"AZURE_CONNECTION_STRING": secret}, store=self, name=name)

    def containers(self) -> list[str]:
        """Return the names of all containers."""
        return [each.findtext("Name", "") for each in self._pages("", {"comp": "list"}, "Containers/Container")]

    def listed(self, container: str) -> list[StoredObject]:
        """Return all blobs of a container."""
        found = []
        for each in self._pages(container, {**self.of_containers, "comp": "list"}, "Blobs/Blob"):
            modified = parsedate_to_datetime(each.findtext("Properties/Last-Modified", ""))
            size = int(each.findtext("Properties/Content-Length", ""))
            found.append(StoredObject(each.findtext("Name", ""), size, modified.timestamp()))
        return found

    def _pages(self, path: str, query: dict[str, str], wanted: str) -> Iterator[ET.Element]:
        marker = ""
        while True:
            page = ET.fromstring(self.ask("GET", path, {**query, "marker": marker}))  # noqa: S314 - of our own server
            yield from page.iterfind(wanted)
            marker = page.findtext("NextMarker", "")
            if not marker:
                return


def _prepare(serving: Serving) -> Command:
    account, key = (each.reveal() for each in serving.keys)
    node = shutil.which("node") or "node"
    argv = (
        *(node, f"{serving.installed}/.bin/azurite-blob", "--silent", "--disableTelemetry", "--skipApiVersionCheck"),
        *("--blobHost", serving.listen, "--blobPort", str(serving.port), "--location", serving.root),
    )
    return Command(argv, {"AZURITE_ACCOUNTS": f"{account}:{key}"})


AZURITE = ObjectContainerServer(
    name="Azurite", programs={"node": "nodejs", "npm": "npm"}, npm_package=PACKAGE, prepare=_prepare, opens=AzuriteStore
)
