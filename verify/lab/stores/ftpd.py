"""An FTP server: pyftpdlib's, in the clear or by TLS."""

from functools import partial

from verify.lab.stores.certificates import certificate_for
from verify.lab.stores.served_folder import FolderServer, Reached
from verify.lab.stores.servers import Command
from verify.lab.stores.serving import Serving

PACKAGE = "pyftpdlib==2.2.0"  # looked up 2026-11-30
WITH_TLS = "pyftpdlib[ssl]==2.2.0"
# The server takes its user from its environment: what stands in argv, everybody on the machine can read.
PROGRAM = """\
import os
from pyftpdlib import handlers
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.servers import FTPServer
users = DummyAuthorizer()
users.add_user(os.environ["FTP_USER"], os.environ["FTP_PASSWORD"], os.environ["FTP_ROOT"], perm="elradfmwMT")
Handler = handlers.FTPHandler
if os.environ.get("FTP_TLS"):
    from OpenSSL import SSL
    class Handler(handlers.TLS_FTPHandler):
        certfile = os.environ["FTP_TLS"]
        # lftp leaves TLS 1.3's tickets unread; by closing, it has the kernel throw away what it has sent.
        ssl_options = handlers.TLS_FTPHandler.ssl_options | SSL.OP_NO_TLSv1_3
        if os.environ["FTP_TLS_FROM"] == "the start":
            def handle(self):
                self.secure_connection(self.ssl_context)
                super().handle()
        else:
            tls_control_required = tls_data_required = True
Handler.authorizer = users
FTPServer((os.environ["FTP_LISTEN"], int(os.environ["FTP_PORT"])), Handler).serve_forever()
"""
IMPLICIT, EXPLICIT = "the start", "AUTH"


def _prepare(tls: str, serving: Serving) -> Command:
    user, password = (key.reveal() for key in serving.keys)
    told = {"FTP_USER": user, "FTP_PASSWORD": password, "FTP_ROOT": serving.root, "FTP_LISTEN": serving.listen}
    if tls:
        told |= {"FTP_TLS": certificate_for(serving).with_key, "FTP_TLS_FROM": tls}
    return Command((serving.installed, "-c", PROGRAM), {**told, "FTP_PORT": str(serving.port)})


def _reach(scheme: str, tls: str, serving: Serving) -> Reached:
    at = f"{scheme}://{serving.keys[0].reveal()}@{serving.address}:{serving.port}"
    options = (f"--ssl-cacert-file={certificate_for(serving).certificate}",) if tls else ()
    return Reached(lambda name: f"{at}/{name}", options, env={"FTP_PASSWORD": serving.keys[1]})


def _for(scheme: str, tls: str = "", makes_folders: bool = True) -> FolderServer:
    needed = {"openssl": "openssl"} if tls else {}
    return FolderServer(
        name="pyftpdlib", programs=needed, package=WITH_TLS if tls else PACKAGE,
        says=("python3", "-c", "import pyftpdlib; print(pyftpdlib.__ver__)"),
        prepare=partial(_prepare, tls), reach=partial(_reach, scheme, tls), makes_folders=makes_folders,
    )  # fmt: skip


FTP = _for("ftp")
LFTP_FTP = _for("lftp+ftp")
FTPS = _for("ftps", IMPLICIT)
LFTP_FTPS = _for("lftp+ftps", IMPLICIT)
FTPES = _for("ftpes", EXPLICIT)
NCFTP = _for("ncftp+ftp", makes_folders=False)
