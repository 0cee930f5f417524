"""The names of duplicity's options: those of 0.8.18 to 3.2.1, and which of them stand alone.

`tests/component/lab_provision/test_option_names.py` holds them to duplicity's own parsers.
"""

# They take no value: the next word is another one.
FLAGS = frozenset(
    f"--{name}"
    for name in (
        """
        allow-source-mismatch asynchronous-upload b2-hide-files check-remote compare-data compression copy-links
        do-not-restore-ownership dry-run encryption exclude-device-files exclude-filelist-stdin
        exclude-other-filesystems files-changed filter-globbing filter-ignorecase filter-literal filter-regexp
        filter-strictcase force ftp-passive ftp-regular gio help ignore-errors imap-full-address
        include-filelist-stdin jsonstat log-timestamp mf-purge no-check-remote no-compression no-encryption
        no-files-changed no-print-statistics no-restore-ownership null-separator numeric-owner old-filenames
        print-statistics progress restore-ownership s3-european-buckets s3-unencrypted-connection
        s3-use-deep-archive s3-use-glacier s3-use-glacier-ir s3-use-ia s3-use-multiprocessing s3-use-new-style
        s3-use-onezone-ia s3-use-rrs s3-use-server-side-encryption s3-use-server-side-kms-encryption
        short-filenames skip-if-no-change ssh-askpass ssl-no-check-certificate use-agent use-gpgsm version
        """.split()  # noqa: SIM905 - a table of names, not of lines
    )
)
# The next word is their value.
VALUED = frozenset(
    f"--{name}"
    for name in (
        """
        archive-dir azure-blob-tier azure-max-block-size azure-max-connections azure-max-single-put-size
        backend-retry-delay cf-backend concurrency config-dir copy-blocksize current-time encrypt-key
        encrypt-secret-keyring encrypt-sign-key exclude exclude-filelist exclude-globbing-filelist
        exclude-if-present exclude-older-than exclude-regexp fail-on-volume file-changed file-prefix
        file-prefix-archive file-prefix-jsonstat file-prefix-manifest file-prefix-signature file-to-restore
        files-from full-if-n-inc full-if-older-than gpg-binary gpg-options hidden-encrypt-key idr-fakeroot
        imap-mailbox include include-filelist include-globbing-filelist include-regexp log-fd log-file
        max-blocksize metadata-sync-mode mp-segment-size name num-retries par2-options par2-redundancy
        par2-volumes path-to-restore progress-rate rename restore-time rsync-options s3-endpoint-url
        s3-kms-grant s3-kms-key-id s3-multipart-chunk-size s3-multipart-max-procs s3-multipart-max-timeout
        s3-region-name scp-command sftp-command show-changes-in-set sign-key skip-volume ssh-options
        ssl-cacert-file ssl-cacert-path swift-storage-policy tempdir time time-separator timeout verbosity
        volsize webdav-headers
        """.split()  # noqa: SIM905 - a table of names, not of lines
    )
)
# The next two words are its values.
TWO_VALUED = frozenset({"--rename"})
# Short ones, whose value may stand in the same word: -v5.
SHORT = frozenset({"-r", "-t", "-v"})
_NAMES = sorted(FLAGS | VALUED)
_ALIASES = {"--time": "--restore-time", "-t": "--restore-time", "-r": "--path-to-restore", "-v": "--verbosity"}


def full_name(name: str) -> str:
    """Given an option's name as it is written, return its whole one: duplicity takes what begins like one only."""
    if name in FLAGS or name in VALUED:
        return _ALIASES.get(name, name)
    begun = [each for each in _NAMES if each.startswith(name)] if name.startswith("--") else []
    return begun[0] if len(begun) == 1 else _ALIASES.get(name, name)
