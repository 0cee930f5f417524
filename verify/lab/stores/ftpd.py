"""An FTP server: pyftpdlib's."""

from functools import partial

from verify.lab.stores.served_folder import FolderServer, Reached, Serving
from verify.lab.stores.servers import Command

PACKAGE = "pyftpdlib==2.2.0"  # looked up 2026-11-30
# The server takes its user from its environment: what stands in argv, everybody on the machine can read.
PROGRAM = """\
import os
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
users = DummyAuthorizer()
users.add_user(os.environ["FTP_USER"], os.environ["FTP_PASSWORD"], os.environ["FTP_ROOT"], perm="elradfmwMT")
FTPHandler.authorizer = users
FTPServer((os.environ["FTP_LISTEN"], int(os.environ["FTP_PORT"])), FTPHandler).serve_forever()
"""


def _prepare(serving: Serving) -> Command:
    user, password = (key.reveal() for key in serving.keys)
    told = {"FTP_USER": user, "FTP_PASSWORD": password, "FTP_ROOT": serving.root, "FTP_LISTEN": serving.listen}
    return Command((serving.python, "-c", PROGRAM), {**told, "FTP_PORT": str(serving.port)})


def _reach(scheme: str, serving: Serving) -> Reached:
    at = f"{scheme}://{serving.keys[0].reveal()}@{serving.address}:{serving.port}"
    return Reached(lambda name: f"{at}/{name}", env={"FTP_PASSWORD": serving.keys[1]})


def _for(scheme: str, makes_folders: bool = True) -> FolderServer:
    return FolderServer(
        name="pyftpdlib", package=PACKAGE, says=("python3", "-c", "import pyftpdlib; print(pyftpdlib.__ver__)"),
        prepare=_prepare, reach=partial(_reach, scheme), makes_folders=makes_folders,
    )  # fmt: skip


FTP = _for("ftp")
NCFTP = _for("ncftp+ftp", makes_folders=False)
