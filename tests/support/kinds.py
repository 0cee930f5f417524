"""Real servers of each kind of destination, on this machine: a folder of ours, behind a protocol."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.servers import free_port

READY_WITHIN = 20.0  # seconds
HERE = "127.0.0.1"
USER, PASSWORD = "backup", "p4sswordofours"


@dataclass
class Served:
    """A server, and what a job says to reach it. `root` is the folder that it serves, `port` where it listens."""

    kind: str
    root: Path
    dst: Callable[[str], str]  # of a folder's name
    port: int = 0
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""

    def place(self, name: str) -> Path:
        """Return the folder that a job's destination is, as it lies here."""
        return self.root / name


def needed(*programs: str) -> str:
    """Return why this machine cannot serve a kind; empty where it has all that takes."""
    missing = [each for each in programs if shutil.which(each) is None and not Path("/usr/sbin", each).exists()]
    return f"{missing[0]} is not installed: ci/prepare-host does" if missing else ""


@contextlib.contextmanager
def _running(run: LabelledRun, folder: Path, port: int, argv: list[str], here: str = HERE) -> Iterator[None]:
    """Have a server run, and listen at a port; it ends as by a power failure."""
    environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin", "HOME": str(folder)}
    child = run.start_child(argv, environment, folder / "server.log")
    try:
        deadline = time.monotonic() + READY_WITHIN
        while not _listens(here, port):
            if time.monotonic() > deadline or child.poll() is not None:
                raise TimeoutError(f"{argv[0]} does not listen: {(folder / 'server.log').read_text(errors='replace')}")
            time.sleep(0.05)
        yield
    finally:
        child.kill()
        child.wait()


def _listens(here: str, port: int) -> bool:
    try:
        socket.create_connection((here, port), 1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def openssh(run: LabelledRun, folder: Path, here: str = HERE) -> Iterator[dict[str, Served]]:
    """Give OpenSSH's server at an address of this machine, as each kind that goes through it."""
    root, port = folder / "served", free_port()
    root.mkdir(parents=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    public = (folder / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[{here}]:{port} {public[0]} {public[1]}\n")
    shutil.copy(folder / "user.pub", folder / "authorized")
    (folder / "sshd.conf").write_text(
        f"Port {port}\nListenAddress {here}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        f"Subsystem sftp internal-sftp\nMaxStartups 100\n"
    )
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # which it demands; Debian's service makes it, too
    options = (f"--ssh-options=-oUserKnownHostsFile={folder}/known_hosts -oIdentityFile={folder}/user",)
    at = f"{os.environ.get('USER', 'root')}@{here}:{port}"

    def served(kind: str) -> Served:
        own = root / kind
        own.mkdir()
        scheme = "rsync" if kind == "rsync+ssh" else kind
        return Served(kind, own, lambda name: f"{scheme}://{at}/{own}/{name}", port, options)

    kinds = {kind: served(kind) for kind in ("sftp", "scp", "pexpect+sftp", "pexpect+scp", "rsync+ssh")}
    with _running(run, folder, port, ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd.conf")], here):
        yield kinds


@contextlib.contextmanager
def rsyncd(run: LabelledRun, folder: Path, here: str = HERE) -> Iterator[Served]:
    """Give rsync's own daemon at an address of this machine, with a user and a password."""
    root, port = folder / "served", free_port()
    root.mkdir(parents=True)
    (folder / "secrets").touch(mode=0o600)
    (folder / "secrets").write_text(f"{USER}:{PASSWORD}\n")
    (folder / "rsyncd.conf").write_text(
        f"use chroot = no\npid file = {folder}/rsyncd.pid\nuid = {os.geteuid()}\ngid = {os.getegid()}\n"
        f"[backups]\npath = {root}\nread only = no\nauth users = {USER}\nsecrets file = {folder}/secrets\n"
    )
    argv = ["rsync", "--daemon", "--no-detach", f"--config={folder}/rsyncd.conf", f"--address={here}"]
    with _running(run, folder, port, [*argv, f"--port={port}"], here):
        at = f"rsync://{USER}:{PASSWORD}@{here}:{port}::/backups"
        yield Served("rsync", root, lambda name: f"{at}/{name}", port, secret=PASSWORD)


@contextlib.contextmanager
def ftpd(run: LabelledRun, folder: Path) -> Iterator[dict[str, Served]]:
    """Give pyftpdlib's server, as both kinds that go to one."""
    root, port = folder / "served", free_port()
    root.mkdir(parents=True)
    argv = [sys.executable, "-m", "pyftpdlib", "-i", "127.0.0.1", "-p", str(port), "-w", "-d", str(root)]
    variables = {"FTP_PASSWORD": PASSWORD}

    def served(kind: str) -> Served:
        (root / kind).mkdir()
        return Served(
            kind, root / kind, lambda name: f"{kind}://{USER}@127.0.0.1:{port}/{kind}/{name}", port,
            variables=variables, secret=PASSWORD,
        )  # fmt: skip

    kinds = {scheme: served(scheme) for scheme in ("ftp", "ncftp+ftp")}
    with _running(run, folder, port, [*argv, "-u", USER, "-P", PASSWORD]):
        yield kinds


@contextlib.contextmanager
def webdav(run: LabelledRun, folder: Path) -> Iterator[Served]:
    """Give rclone's WebDAV server."""
    root, port = folder / "served", free_port()
    root.mkdir(parents=True)
    argv = ["rclone", "serve", "webdav", str(root), "--addr", f"127.0.0.1:{port}", "--user", USER, "--pass", PASSWORD]
    at, variables = f"webdav://{USER}@127.0.0.1:{port}", {"FTP_PASSWORD": PASSWORD}
    with _running(run, folder, port, [*argv, "--config", str(folder / "none"), "--dir-cache-time", "0s"]):
        yield Served("webdav", root, lambda name: f"{at}/{name}", port, variables=variables, secret=PASSWORD)


@contextlib.contextmanager
def rclone(_run: LabelledRun, folder: Path) -> Iterator[Served]:
    """Give a remote of rclone's: another name for a folder."""
    root = folder / "served"
    root.mkdir(parents=True)
    variables = {"RCLONE_CONFIG_LAB_TYPE": "alias", "RCLONE_CONFIG_LAB_REMOTE": str(root)}
    yield Served("rclone", root, lambda name: f"rclone://lab:/{name}", variables=variables)
