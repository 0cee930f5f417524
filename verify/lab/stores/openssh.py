"""OpenSSH's server, for every kind of destination that goes through it."""

from functools import partial

from verify.lab.stores.served_folder import FolderServer, Reached
from verify.lab.stores.servers import Command
from verify.lab.stores.serving import Serving

LIMITS = ""  # lines of its configuration: what users may do
SSHD = "/usr/sbin/sshd"  # it wants to be started by its full path


def _prepare(serving: Serving) -> Command:
    host, folder = serving.host, serving.folder
    for name in ("host", "user"):
        host.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"])
    if host.euid == 0:
        host.mkdir("/run/sshd")  # which it demands; Debian's service makes it, too
    config = f"""\
Port {serving.port}
ListenAddress {serving.listen}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
Subsystem sftp internal-sftp
MaxStartups 100
{LIMITS}"""
    host.put(f"{folder}/sshd.conf", config.encode())
    return Command((SSHD, "-D", "-e", "-f", f"{folder}/sshd.conf"), {})


def _reach(scheme: str, serving: Serving) -> Reached:
    """Have the client know the server's key, and hold the user's."""
    kept = serving.client.scratch_path("ssh")
    serving.client.mkdir(kept, 0o700)
    key = serving.host.get(f"{serving.folder}/host.pub").split()
    known = b"[%s]:%d %s %s\n" % (serving.address.encode(), serving.port, key[0], key[1])
    serving.client.put(f"{kept}/known_hosts", known)
    serving.client.put(f"{kept}/user", serving.host.get(f"{serving.folder}/user"))
    user = serving.host.run(["id", "-un"]).stdout.decode().strip()
    at = f"{scheme}://{user}@{serving.address}:{serving.port}/{serving.root}"
    # Two options, for the image's shells would take quotes around a space away.
    options = (f"--ssh-options=-oUserKnownHostsFile={kept}/known_hosts", f"--ssh-options=-oIdentityFile={kept}/user")
    return Reached(lambda name: f"{at}/{name}", options)


def _through(scheme: str, *programs: str, makes_folders: bool = True) -> FolderServer:
    needed = {"sshd": "openssh-server", "ssh-keygen": "openssh-client", **dict.fromkeys(programs, "openssh-client")}
    return FolderServer(
        name="OpenSSH", programs=needed, says=("ssh", "-V"), prepare=_prepare, reach=partial(_reach, scheme),
        makes_folders=makes_folders,
    )  # fmt: skip


SFTP = _through("sftp")
SCP = _through("scp", "scp")
PARAMIKO_SFTP = _through("paramiko+sftp")
PARAMIKO_SCP = _through("paramiko+scp", "scp")
PEXPECT_SFTP = _through("pexpect+sftp", "sftp")
PEXPECT_SCP = _through("pexpect+scp", "scp", "sftp")
RSYNC_OVER_SSH = _through("rsync", "ssh", makes_folders=False)
