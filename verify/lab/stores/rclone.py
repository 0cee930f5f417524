"""rclone, as a server of WebDAV, and as a remote that is another name for a folder."""

from verify.lab.stores.certificates import certificate_for
from verify.lab.stores.served_folder import FolderServer, Reached
from verify.lab.stores.servers import Command
from verify.lab.stores.serving import Serving

_PROGRAM = {"rclone": "rclone"}
_VERSION = ("rclone", "version")
# What tests change in the folder is seen at once; rclone then reads the folder anew for each file that it lists.
CACHING = "--dir-cache-time=0s"


def _serve_webdav(serving: Serving) -> Command:
    user, password = (key.reveal() for key in serving.keys)
    told = ("--addr", f"{serving.listen}:{serving.port}", "--config", f"{serving.folder}/none", CACHING)
    return Command(("rclone", "serve", "webdav", serving.root, *told), {"RCLONE_USER": user, "RCLONE_PASS": password})


def _reach_webdav(serving: Serving) -> Reached:
    at = f"webdav://{serving.keys[0].reveal()}@{serving.address}:{serving.port}"
    return Reached(lambda name: f"{at}/{name}", env={"FTP_PASSWORD": serving.keys[1]})


def _serve_webdavs(serving: Serving) -> Command:
    plain, tls = _serve_webdav(serving), certificate_for(serving)
    return Command((*plain.argv, "--cert", tls.certificate, "--key", tls.key), plain.env)


def _reach_webdavs(serving: Serving) -> Reached:
    at = f"webdavs://{serving.keys[0].reveal()}@{serving.address}:{serving.port}"
    trusted = f"--ssl-cacert-file={certificate_for(serving).certificate}"
    return Reached(lambda name: f"{at}/{name}", (trusted,), env={"FTP_PASSWORD": serving.keys[1]})


def _reach_remote(serving: Serving) -> Reached:
    remote = {"RCLONE_CONFIG_LAB_TYPE": "alias", "RCLONE_CONFIG_LAB_REMOTE": serving.root}
    return Reached(lambda name: f"rclone://lab:/{name}", env=remote)


WEBDAV = FolderServer(
    name="rclone's WebDAV server", programs=_PROGRAM, says=_VERSION, prepare=_serve_webdav, reach=_reach_webdav
)
WEBDAVS = FolderServer(
    name="rclone's WebDAV server", programs={**_PROGRAM, "openssl": "openssl"}, says=_VERSION,
    prepare=_serve_webdavs, reach=_reach_webdavs,
)  # fmt: skip
REMOTE = FolderServer(
    name="a folder behind rclone", programs=_PROGRAM, says=_VERSION, prepare=None, reach=_reach_remote
)
