"""What stands in for gpg on a machine that has none, so that the rest can be proven.

duplicity asks gpg for its version whenever it starts, also with --no-encryption, and ends with exit
code 31 where nothing answers. This answers that one question, and refuses all else.
"""

from verify.lab.hosts.host import Host

GPG = """#!/bin/sh
case " $* " in
*" --version "*) echo "gpg (GnuPG) 2.2.0-stand-in" ;;
*) echo "gpg: a stand-in of duplicity-verify, which encrypts nothing" >&2; exit 2 ;;
esac
"""


def stand_in_for_gpg(host: Host) -> None:
    """Given a host without gpg, put one on its commands' PATH that knows its version, and nothing else."""
    folder = host.scratch_path("stand-in")
    host.mkdir(folder)
    host.put(f"{folder}/gpg", GPG.encode(), 0o755)
    host.base_environment = {**host.base_environment, "PATH": f"{host.base_environment['PATH']}:{folder}"}
