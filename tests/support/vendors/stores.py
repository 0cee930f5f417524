"""Each kind of destination that a vendor has, as a store of a lab: emulated, so that what is tried is a contract."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from vendors.backblaze import Backblaze
from vendors.dropbox import Dropbox
from vendors.google_drive import LOGIN, GoogleDrive
from vendors.onedrive import OneDrive
from vendors.proxy import proxy_to
from vendors.vendor import Vendor
from verify.lab.stores.destination import Destination, StoredObject
from verify.lab.stores.store import Store
from verify.secret import Secret

OURS, WRONG = "K000/a+secret+of+ours", "certainly-wrong"
SERVICE = "backup@project.iam.gserviceaccount.com"
ROOT = "id000001"  # of My Drive: the first folder there

Env = Mapping[str, str | Secret]


@dataclass(frozen=True)
class Login:
    """What a customer enters with: a secret, or for a service of Google's a key; files of it go to `folder`."""

    folder: Path
    secret: str
    key: rsa.RSAPrivateKey

    def file(self, name: str, said: object) -> str:
        self.folder.mkdir(exist_ok=True)
        path = self.folder / name
        path.write_text(json.dumps(said))
        return str(path)


def _dropbox(login: Login) -> Env:
    return {"DPBX_ACCESS_TOKEN": Secret(login.secret)}


def _onedrive(login: Login) -> Env:
    return {"OAUTH2_CLIENT_ID": "client", "OAUTH2_REFRESH_TOKEN": Secret(login.secret)}


def _google_drive(login: Login) -> Env:
    pem = login.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    token = f"https://{LOGIN}/token"
    said = {"type": "service_account", "client_email": SERVICE, "private_key": pem, "token_uri": token}
    return {"GOOGLE_SERVICE_JSON_FILE": login.file("service.json", said)}


def _google_docs(login: Login) -> Env:
    client = {"client_id": "client", "client_secret": "of-the-client", "token_uri": f"https://{LOGIN}/token"}
    app = {"installed": {**client, "auth_uri": "https://accounts.google.com", "redirect_uris": ["http://localhost"]}}
    nothing = ("user_agent", "revoke_uri", "id_token", "id_token_jwt", "token_response", "token_info_uri")
    credentials: dict[str, object] = {
        **dict.fromkeys(nothing), **client, "refresh_token": login.secret, "scopes": [], "invalid": False,
        "access_token": "long-expired", "token_expiry": "2026-01-01T00:00:00Z",
        "_class": "OAuth2Credentials", "_module": "oauth2client.client",
    }  # fmt: skip
    return {
        "GOOGLE_SECRETS_FILE": login.file("client.json", app),
        "GOOGLE_CREDENTIALS_FILE": login.file("credentials.json", credentials),
    }


@dataclass(frozen=True)
class Kind:
    """How a vendor's storage is made, how a job says where in it a destination lies, and how it enters."""

    vendor: Callable[[Login], Vendor]
    url: Callable[[str, Login], str]
    env: Callable[[Login], Env] = lambda _: {}


def _of_google(login: Login) -> GoogleDrive:
    return GoogleDrive(login.secret, login.key.public_key())


KINDS: Mapping[str, Kind] = {
    "b2": Kind(
        lambda login: Backblaze(f"keyid:{login.secret}"),
        lambda path, login: f"b2://keyid:{quote(login.secret, safe='')}@{path}",
    ),
    "dpbx": Kind(lambda login: Dropbox(login.secret), lambda path, _: f"dpbx:///{path}", _dropbox),
    "gdrive": Kind(_of_google, lambda path, _: f"gdrive://{SERVICE}/{path}?myDriveFolderID={ROOT}", _google_drive),
    "gdocs": Kind(_of_google, lambda path, _: f"gdocs://somebody@example.com/{path}", _google_docs),
    "onedrive": Kind(lambda login: OneDrive(login.secret), lambda path, _: f"onedrive://{path}", _onedrive),
}


@dataclass(frozen=True, kw_only=True)
class VendorFolder(Destination):
    """A folder of a vendor's; of Backblaze's, all of a bucket's files whose names begin alike."""

    vendor: Vendor = field(repr=False)
    path: str
    another: Callable[[], "VendorFolder"] = field(repr=False)

    def objects(self) -> list[StoredObject]:
        there = ((path.rpartition("/"), file) for path, file in sorted(self.vendor.files.items()))
        return [StoredObject(name, len(file.data), file.modified) for (at, _, name), file in there if at == self.path]

    def read(self, name: str) -> bytes:
        return self.vendor.files[f"{self.path}/{name}"].data

    def put(self, name: str, data: bytes) -> None:
        path = f"{self.path}/{name}"
        self.vendor.make_folder(path.rpartition("/")[0])
        self.vendor.store(path, data)

    def remove(self, name: str) -> None:
        del self.vendor.files[f"{self.path}/{name}"]

    def copied(self) -> "VendorFolder":
        copy = self.another()
        for each in self.objects():
            copy.put(each.name, self.read(each.name))
        return copy


class VendorStore(Store):
    """A kind of a vendor's, which lies in this process and is reached through a proxy."""

    how_real = "contract"

    def __init__(self, kind: str, folder: Path) -> None:
        folder.mkdir()
        self._stack = contextlib.ExitStack()
        self._kind = KINDS[kind]
        self._login = self._new_login(folder / "login", OURS)
        self._stranger = self._new_login(folder / "stranger", WRONG)
        self.vendor = self._kind.vendor(self._login)
        super().__init__(kind, type(self.vendor).__name__, "emulated")
        self._proxy = self._stack.enter_context(proxy_to([self.vendor], folder))
        self.port = self._proxy.port

    @staticmethod
    def _new_login(folder: Path, secret: str) -> Login:
        return Login(folder, secret, rsa.generate_private_key(65537, 2048))

    def destination(self, name: str) -> VendorFolder:
        """Return the folder of that name, which is not made."""
        return self._entered(name, self._login)

    def with_wrong_login(self, name: str) -> VendorFolder:
        """Return the same as somebody would enter it whose key, token or signature is not the customer's."""
        return self._entered(name, self._stranger)

    def _entered(self, name: str, login: Login) -> VendorFolder:
        path = f"bucket-{name}/chain" if self.kind == "b2" else name
        return VendorFolder(
            url=self._kind.url(path, login), env={**self._kind.env(login), **self._proxy.variables},
            vendor=self.vendor, path=path, another=self.new_destination,
        )  # fmt: skip

    def new_destination(self) -> VendorFolder:
        """Return a folder that nothing else uses."""
        return self.destination(self.new_name())

    def everything(self) -> list[str]:
        """Return a line for each file and each folder, with its id: what is made anew has another one."""
        files = [f"{path} {file.id} {file.hashed('sha1')}" for path, file in self.vendor.files.items()]
        return sorted([*files, *(f"{path}/ {its_id}" for path, its_id in self.vendor.folders.items())])

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        self._stack.close()
