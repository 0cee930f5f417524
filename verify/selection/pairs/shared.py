"""The options that pairs of one pack share, because nothing holds them to a folder.

They name nothing that is likely to be in the path of a source, where they would match all that is in it.
"""

from verify.selection.pairs.edges import MOMENT, SHARED_MARKER
from verify.selection.pairs.pairs import FOLDER, Pair, Shared, Written
from verify.trees import Tree, file, folder

SHARED = (
    Shared("own-rules-only"),
    Shared("everything-else-out", (Written("--exclude", "**"),)),
    Shared(
        "two-stars-first",
        (Written("--exclude", "**/b"), Written("--include", "**.py"), Written("--exclude", "ignorecase:**/RUN*")),
    ),
    Shared(
        "two-stars-in-any-case",
        (
            Written("--filter-ignorecase"),
            Written("--include", "**/A/**"),
            Written("--filter-strictcase"),
            Written("--exclude", "**.p?"),
        ),
    ),
    Shared(
        "expressions",
        (
            Written("--exclude-regexp", r"\.py$|/ab?$"),
            Written("--filter-regexp"),
            Written("--include", "/[Rr]untime(/|$)"),
            Written("--filter-globbing"),
            Written("--exclude-regexp", "(?i:/A$)"),
        ),
    ),
    Shared("files-of-a-time", (Written("--exclude-older-than", str(MOMENT)),)),
    Shared(
        "files-of-a-date", (Written("--exclude-older-than", "2020-09-13T14:26:41+02:00"), Written("--include", "**/a"))
    ),
    Shared(
        "devices-and-markers",
        (
            Written("--exclude-if-present", SHARED_MARKER),
            Written("--include", "**/a"),
            Written("--exclude-device-files"),
        ),
    ),
    Shared(
        "lists-that-end-lines-with-NUL",
        (Written("--exclude-filelist", lines=("**/runtime", "- **/b*")),),
        null_separator=True,
    ),
    Shared("files-from-a-list", (Written("--exclude", "**/b"),), files_from=True),
    Shared("files-from-a-list-that-ends-lines-with-NUL", null_separator=True, files_from=True),
)


def edge_of(shared: Shared) -> Pair:
    """Given shared options, return the pair that is always tried: a folder is excluded, and namesakes stay."""
    kept = (b"data/runtime2", b"data/Runtime", b"runtime/f", b"data/runtim", b"elsewhere/data/runtime")
    nodes = {path: file((1, 1)) for path in (*kept, b"data/runtime/f")}
    above = {path[:at]: folder() for path in nodes for at, byte in enumerate(path) if byte == ord("/")}
    rules = ((Written("--exclude", f"{FOLDER}/data/runtime"),), *((),) * len(shared.options))
    return Pair(rules, Tree({**above, **nodes}), ("data/runtime/f", *map(bytes.decode, kept)))
