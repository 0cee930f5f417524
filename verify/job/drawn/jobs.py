"""Sound jobs: what an honest duplicity takes as it is written, so that a run of the suite has nothing to find.

Both readings of the env file agree, each option is one that duplicity 3.2.1 accepts, and something starts the job
on each day. What is drawn are the spellings, and the options that change what a backup does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from verify.job.drawn.sound_stacks import sound_stacks

WARMING_UP = 20  # examples: Hypothesis's first ones are the simplest that there are

_SOURCES = ("/mnt/backup/src", "/var/data", "/srv/my-data", "/home/größe", "/mnt/backup/src/app.d", "/data")
_ENDS = ("", "", "", "/", "//", "/.")
_DESTINATIONS: Mapping[str, tuple[str, ...]] = {
    "s3:///{bucket}/{path}": ("--s3-endpoint-url=https://s3.firm.example", "--s3-region-name eu-1", "--s3-use-ia"),
    "s3://{bucket}/{path}": ("--s3-unencrypted-connection", "--s3-use-server-side-encryption"),
    "boto3+s3://{bucket}/{path}/": ("--s3-multipart-chunk-size 20",),
    "sftp://me@backup.firm.example:2222/{path}": ("--ssh-options=-oPort=2222",),
    "scp://me:p%40ss@backup.firm.example//{path}": (),
    "rsync://me@backup.firm.example::module/{path}": ("--rsync-options=--bwlimit=100",),
    "ftp://me@ftp.firm.example/{path}": ("--ftp-regular",),
    "webdavs://me:secret@dav.firm.example/{path}": ("--ssl-no-check-certificate",),
    "b2://id:key@{bucket}/{path}": ("--b2-hide-files",),
    "azure://{bucket}": (),
    "rclone://remote:{bucket}/{path}": (),
    "file:///mnt/backup/dst/{path}": (),
    "par2+file:///mnt/backup/dst": ("--par2-redundancy 5",),
}
# Options that a job of any destination may have; of a tuple one is drawn.
_OPTIONS: tuple[tuple[str, ...], ...] = (
    ("--allow-source-mismatch",),
    (
        "--full-if-older-than 1W",
        "--full-if-older-than=1M",
        "--full-if-older-than 3D",
        "--full-if-older-than 1D",
        "--full-if-older-than 12h",
    ),
    ("--full-if-n-inc 2", "--full-if-n-inc=7"),
    ("--volsize 1", "--volsize=200", "--volsize 25"),
    ("--name nightly", "--name=a.b"),
    ("--file-prefix backup-", "--file-prefix=a_"),
    ("--file-prefix-manifest m- --file-prefix-archive a- --file-prefix-signature s-", "--file-prefix-archive=full."),
    ("--gpg-options=--compress-algo=bzip2", "--gpg-options=--s2k-count=65536"),
    ("--no-compression",),
    ("--concurrency 2", "--concurrency=1", "--asynchronous-upload"),
    ("--num-retries 3", "--num-retries=1"),
    ("--backend-retry-delay 1",),
    ("--timeout 60",),
    ("--verbosity notice", "--verbosity=8", "-v 4", "-v2", "--verbosity=0"),
    ("--progress", "--progress --progress-rate 5"),
    ("--metadata-sync-mode full", "--metadata-sync-mode=partial"),
    ("--archive-dir /archive", "--archive-dir=/root/.cache/duplicity/x/"),
    ("--tempdir /var/tmp",),
    ("--log-file /var/log/duplicity.log",),
    ("--max-blocksize 4096",),
    ("--no-print-statistics", "--print-statistics", "--jsonstat"),
    ("--numeric-owner",),
    ("--skip-if-no-change",),
    ("--no-restore-ownership",),
    ("--copy-links",),
    ("--ignore-errors",),
    ("--exclude {src}/cache", "--exclude={src}/a/b --exclude {src}/c", "--include {src}/keep --exclude {src}/**"),
    ("--exclude-if-present .nobackup", "--exclude-device-files", "--exclude-other-filesystems"),
    ("--exclude-older-than 2000-01-01",),
    ("--filter-literal --exclude {src}/[x]",),
)
_DAYS = (
    "JOB_300_WHAT=backup\nJOB_300_WHEN=daily weekly",
    "JOB_300_WHEN=daily weekly",
    "JOB_300_WHAT=backup\nJOB_300_WHEN=hourly",
    "JOB_300_WHEN=daily\nCRONTAB_DAILY=30 3 * * *",
    "JOB_100_WHAT=backup --full-if-older-than 6D\nJOB_100_WHEN=weekly\nJOB_300_WHAT=backup\nJOB_300_WHEN=daily",
    "JOB_300_WHEN=nightly\nCRONTAB_NIGHTLY=0 4 * * *",
    "JOB_200_WHEN=never\nJOB_300_WHAT=backup\nJOB_300_WHEN=15min",
    (
        "JOB_300_WHAT=backup --full-if-older-than 1M\nJOB_300_WHEN=daily\n"
        "JOB_500_WHAT=dup remove-all-but-n-full 2 --force $DST\nJOB_500_WHEN=weekly"
    ),
)
_PASSPHRASES = ("correct-horse", "with blank", "ünïcode", "0", "-dash", "a=b:c@d/e", "x" * 200, "%41\\n", "*?[]!")


@dataclass(frozen=True)
class SoundJob:
    """A job that duplicity takes, as its files say it; `source` and `options` are what stands in them.

    `stack_text` names the env file, `duplicity.env`; it is empty for a job that is started by docker run.
    """

    env_text: str
    source: str
    options: str
    encrypted: bool
    stack_text: str = ""

    def __str__(self) -> str:
        lines = [*self.env_text.splitlines(), *self.stack_text.splitlines()]
        return " · ".join(line for line in lines if "PASSPHRASE" not in line)


@st.composite
def sound_jobs(draw: st.DrawFn) -> SoundJob:
    """Draw a job that has nothing to find."""
    plain = draw(st.sampled_from(_SOURCES))
    url = draw(st.sampled_from([*_DESTINATIONS]))
    chosen = draw(st.lists(st.sampled_from(_OPTIONS), max_size=6, unique=True))
    options = [draw(st.sampled_from(each)) for each in chosen]
    options += draw(st.lists(st.sampled_from(_DESTINATIONS[url]), max_size=1)) if _DESTINATIONS[url] else []
    encrypted = draw(st.integers(0, 3)) > 0
    if not encrypted:
        options.append("--no-encryption")
    text = " ".join(draw(st.permutations(options))).replace("{src}", plain)
    source = plain + draw(st.sampled_from(_ENDS))
    lines = [
        f"SRC={source}",
        f"DST={url.format(bucket='jack-and-jill', path='host/daily')}",
        f"OPTIONS={text}",
        *([f"PASSPHRASE={draw(st.sampled_from(_PASSPHRASES))}"] if encrypted else []),
        *draw(st.sampled_from(_DAYS)).split("\n"),
    ]
    if draw(st.booleans()):
        return SoundJob("\n".join(lines) + "\n", source, text, encrypted)
    env = dict(line.split("=", 1) for line in lines)
    env_text, stack_text = draw(sound_stacks(env, _mounts(plain, env["DST"])))
    return SoundJob(env_text, source, text, encrypted, stack_text)


def _mounts(source: str, url: str) -> dict[str, str]:
    """Return where a job's volumes come from, by their targets in its container."""
    of_url = {"/mnt/backup/dst": "/mnt/disk"} if "file:///mnt/backup/dst" in url else {}
    return {f"{source}:ro": "/srv/of-the-host", "/root": "archive", "/archive": "./archive", **of_url}


def job_of_seed(number: int) -> SoundJob:
    """Given a seed, return the job that is drawn with it: always the same."""
    drawn: list[SoundJob] = []

    @seed(number)
    @settings(
        max_examples=WARMING_UP, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(sound_jobs())
    def draw(job: SoundJob) -> None:
        drawn.append(job)

    draw()
    return drawn[-1]
