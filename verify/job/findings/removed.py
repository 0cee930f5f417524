"""Options that duplicity once had and refuses now: one finding for all of them, with its own sentence."""

import re
from collections.abc import Iterator, Sequence

from packaging.version import Version

from verify.checks import Finding
from verify.job.credentials import printable_text
from verify.job.job import Job
from verify.job.options import parsed

SINCE = Version("2")
# Without these a backup is the same; True: with a value. Refused since 2.0.0.
IDLE = {
    "--gio": False,
    "--old-filenames": False,
    "--s3-european-buckets": False,
    "--s3-multipart-max-timeout": True,
    "--s3-use-multiprocessing": False,
    "--s3-use-new-style": False,
    "--short-filenames": False,
}
# These go by another name; lists from standard input have to be files.
RENAMED = {
    "--exclude-globbing-filelist": "--exclude-filelist",
    "--include-globbing-filelist": "--include-filelist",
    "--exclude-filelist-stdin": "--exclude-filelist /a/list",
    "--include-filelist-stdin": "--include-filelist /a/list",
    "--do-not-restore-ownership": "--no-restore-ownership",
}
CHANGED = "--do-not-restore-ownership"
# What tecnativa/duplicity takes away since v4.0.0, in its order, each with the word behind it.
TAKEN_AWAY = (
    "--s3-european-buckets",
    "--s3-use-new-style",
    "--s3-use-multiprocessing",
    "--s3-multipart-max-timeout",
    "--exclude-filelist-stdin",
    "--exclude-globbing-filelist",
    "--gio",
    "--include-filelist-stdin",
    "--include-globbing-filelist",
    "--old-filenames",
    "--short-filenames",
)


def removed_options(job: Job, release: Version) -> Iterator[Finding]:
    """Given a job and a release, yield one finding if the release refuses options that older ones took."""
    names = [each.name for each in parsed(job.options) if each.name in IDLE or each.name in RENAMED]
    if release < SINCE or not names:
        return
    names = list(dict.fromkeys(names))
    yield Finding(
        "command-succeeds",
        expected=f"options that duplicity {release} has",
        got="; ".join([*(sentence_of(name).removesuffix(".") for name in names), *_what_the_image_does(job, names)]),
        hint=_hint(job, names),
    )


def sentence_of(name: str) -> str:
    """Given a removed option, return duplicity's own sentence about it."""
    return f"Option '{name} was changed in 2.0.0." if name == CHANGED else f"Option '{name}' was removed in 2.0.0."


def left_by_image(words: Sequence[str]) -> list[str]:
    """Given the words of OPTIONS, return those that the image's `dup` leaves of them."""
    left = list(words)
    for gone in TAKEN_AWAY:
        rest, left = left, []
        while rest:
            word = rest.pop(0)
            name, equals, _ = word.partition("=")
            if name != gone:
                left.append(word)
            elif not equals:
                rest[:1] = []
    # A word without a dash counts as a value only behind what is now before it.
    return [word for before, word in zip(["", *left], left, strict=False) if "-" in (word[:1], before[:1])]


def _what_the_image_does(job: Job, names: Sequence[str]) -> Iterator[str]:
    """Yield what the image makes of it: it runs the job, and more than these options is gone."""
    taken = [name for name in names if name in TAKEN_AWAY]
    if not taken:
        return
    there = list(parsed(left_by_image(job.options)))
    lost = [o for o in parsed(job.options) if o not in there and o.name not in IDLE and o.name not in RENAMED]
    with_it = " ".join(word for option in lost for word in option.words)
    lists = [each for each in taken if "filelist" in each]
    says = f"the image's `dup` (v4.0.0 and newer) takes {' and '.join(taken)} away before duplicity sees it"
    also = f", and with it {printable_text(with_it, job.secrets)}, without a word" if with_it else ""
    yield says + also + ("; what the lists say is then lost" if lists else "")


def _hint(job: Job, names: Sequence[str]) -> str:
    """Return OPTIONS without what is gone, and with what goes by another name; its other words as they are written."""
    text = job.options_text
    for name in names:
        if name in RENAMED:
            text = re.sub(rf"(?<!\S){name}(?![\w-])", RENAMED[name], text)
        else:
            value = r"(?:=\S+|\s+[^-\s]\S*)?" if IDLE[name] else ""
            text = re.sub(rf"(?<!\S){name}{value}(?!\S)\s*", "", text)
    if text == job.options_text:
        return f"leave out {', '.join(names)}"
    return f"write {job.line('OPTIONS', text.strip())}"
