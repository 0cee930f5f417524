"""rsync's own daemon, with a user and a password."""

from verify.lab.stores.served_folder import FolderServer, Reached
from verify.lab.stores.servers import Command
from verify.lab.stores.serving import Serving


def _prepare(serving: Serving) -> Command:
    user, password = (key.reveal() for key in serving.keys)
    host, folder = serving.host, serving.folder
    host.put(f"{folder}/secrets", f"{user}:{password}\n".encode())
    config = f"""\
use chroot = no
pid file = {folder}/rsyncd.pid
uid = {host.euid}
gid = {host.run(["id", "-g"]).stdout.decode().strip()}
[backups]
path = {serving.root}
read only = no
auth users = {user}
secrets file = {folder}/secrets
"""
    host.put(f"{folder}/rsyncd.conf", config.encode())
    listen = (f"--config={folder}/rsyncd.conf", f"--address={serving.listen}", f"--port={serving.port}")
    return Command(("rsync", "--daemon", "--no-detach", *listen), {})


def _reach(serving: Serving) -> Reached:
    at = f"rsync://{serving.keys[0].reveal()}@{serving.address}:{serving.port}::/backups"
    return Reached(lambda name: f"{at}/{name}", env={"RSYNC_PASSWORD": serving.keys[1]})


RSYNC = FolderServer(
    name="rsync", programs={"rsync": "rsync"}, says=("rsync", "--version"), prepare=_prepare, reach=_reach
)
