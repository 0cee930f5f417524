"""duplicity's options with values: each that the help of a release from 0.8.18 to 3.2.1 names, in every spelling."""

from collections.abc import Mapping

from hypothesis import strategies as st

from verify.job.option_names import FLAGS, SHORT, TWO_VALUED, VALUED

PATHS = ("/mnt/data/x", "/mnt/data/sub/x", "a b", "/mnt/größe", "x")
PATTERNS = (
    "/mnt/data/cache",
    "**/*.tmp",
    "**",
    "/mnt/data/*",
    "ignorecase:/mnt/DATA",
    "-x",
    "/mnt/my data",
    "[ab]",
    "",
)
KEYS = ("ABCDEF01", "0123456789ABCDEF0123456789ABCDEF01234567")
AGES = ("1M", "7D", "1W2D", "30", "2024-01-31", "2024-01-31T10:00:00+01:00", "now", "1m", "12h", "1w")
SMALL = ("0", "1", "2", "25", "200", "-1", "x")
TEXTS = ("abc", "a b", "-x", "-o StrictHostKeyChecking=no", "--a=b", "--a --b", "")

_OF_MOST: Mapping[str, tuple[str, ...]] = {
    "archive-dir tempdir gpg-binary config-dir file-changed ssl-cacert-file ssl-cacert-path log-file idr-fakeroot "
    "encrypt-secret-keyring include-filelist exclude-filelist include-globbing-filelist exclude-globbing-filelist "
    "files-from exclude-if-present file-to-restore path-to-restore": PATHS,
    "include exclude include-regexp exclude-regexp": PATTERNS,
    "encrypt-key encrypt-sign-key hidden-encrypt-key sign-key": KEYS,
    "full-if-older-than exclude-older-than time restore-time": AGES,
    "volsize num-retries timeout progress-rate max-blocksize copy-blocksize backend-retry-delay par2-redundancy "
    "par2-volumes mp-segment-size s3-multipart-chunk-size s3-multipart-max-procs s3-multipart-max-timeout "
    "azure-max-block-size azure-max-single-put-size azure-max-connections concurrency full-if-n-inc fail-on-volume "
    "skip-volume show-changes-in-set current-time log-fd": SMALL,
    "metadata-sync-mode": ("full", "partial", "none"),
    "verbosity": ("4", "notice", "debug", "9", "x"),
    "time-separator": ("_", "-"),
}
VALUES = {f"--{name}": values for names, values in _OF_MOST.items() for name in names.split()}
_SHORT = {"-v": VALUES["--verbosity"], "-t": AGES, "-r": PATHS}
_ALONE = sorted(FLAGS - {"--help", "--version"})
_VALUED = {name: VALUES.get(name, TEXTS) for name in sorted(VALUED)} | _SHORT


@st.composite
def option_words(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw the words of some options: with `=` or without, at times abbreviated, with values that look like options."""
    return tuple(word for group in draw(st.lists(_written(), max_size=5)) for word in group)


@st.composite
def _written(draw: st.DrawFn) -> tuple[str, ...]:
    name = draw(st.sampled_from((*_VALUED, *_ALONE)))
    spelt = name[: -draw(st.integers(1, 4))] if draw(st.integers(0, 11)) == 11 and len(name) > 9 else name  # noqa: PLR2004 - a few
    if name not in _VALUED:
        return (spelt,)
    value = draw(st.sampled_from(_VALUED[name]))
    if name in TWO_VALUED:
        return (spelt, value, draw(st.sampled_from(_VALUED[name])))
    if name in SHORT and draw(st.booleans()):
        return (f"{name}{value}",)
    return (f"{spelt}={value}",) if name.startswith("--") and draw(st.booleans()) else (spelt, value)
