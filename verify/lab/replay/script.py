"""What a test did in a lab, as a shell script: trees and duplicity's commands, and nothing of ours."""

import os
import shlex
from collections.abc import Iterator

from verify.job.credentials import printable_text
from verify.lab.client.command_lines import BACKUPS, IMPATIENT
from verify.lab.replay.traced import Called, Filled, Lost, Traced
from verify.trees import Tree
from verify.trees.shell import FUNCTIONS, commands, quoted

PASSPHRASE = "duplicity-verify"  # noqa: S105 - of the script's own backups: the job's is nobody's business
LEFT_OUT = ("--s3-", "--log-file=", "--archive-dir=", *IMPATIENT)

HEAD = """\
#!/bin/sh
{about}
# Ends with 1 where the failure is met, with 0 where it is not, with 2 where it cannot tell.
# DUPLICITY='program and arguments' takes another duplicity.
duplicity() {{ env ${{DUPLICITY:-{command}}} "$@"; }}
duplicity --version || exit 2
work=$(mktemp -d "${{TMPDIR:-/tmp}}/duplicity-repro.XXXXXX") || exit 2
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
export PASSPHRASE={passphrase} LC_ALL=C.UTF-8
failed=0
failed() {{ echo "FAILED: $*"; failed=1; }}

own() {{ [ "$(id -u)" != 0 ] || chown -h "$@"; }}
{functions}
# inventory FOLDER: each path's kind and mode, owner, device, time in whole seconds, then links, then contents
inventory() {{
    (
        cd "$1" || exit
        find . ! -type s ! -type l -exec stat --printf '%f %u:%g %t,%T %Y %n\\0' {{}} + |
            sed -z 's/^\\([^ ]* [^ ]* [^ ]*\\) -[0-9]*/\\1 0/'  # before 1970 is 1970 to duplicity
        find . -type l -printf '%U:%G %p -> %l\\0'
        find . -type f -exec sha256sum --zero {{}} +
    ) | sort -z | tr '\\0' '\\n'
}}
# same ONE OTHER WHAT: says what differs
same() {{
    inventory "$1" >"$work/one" && inventory "$2" >"$work/other"
    diff -u "$work/one" "$work/other" || failed "$3"
}}
mkdir "$work/source"
"""
KEY = """\
mkdir -m 700 "$work/gnupg" && export GNUPGHOME="$work/gnupg"
echo "$PASSPHRASE" | gpg --batch --pinentry-mode loopback --passphrase-fd 0 --quick-generate-key repro future-default \
default never || exit 2
key=$(gpg --list-keys --with-colons repro | sed -n 's/^fpr:*\\([0-9A-F]*\\):/\\1/p' | head -n 1)
"""
VERIFIED = """\
inventory "$work/{then}" >"$work/one" && inventory "$work/source" >"$work/other"
if cmp -s "$work/one" "$work/other"; then really=0; else really=1; fi
[ "$said" = "$really" ] || failed "verify ended with exit code $said in place of $really"\
"""
LISTED = """\
dated='^[A-Z][a-z][a-z] [A-Z][a-z][a-z] [ 0-9]* [0-9:]* [0-9]* '
sed -n "/$dated/,\\$ {{ /^Duplicity backup complete/d; s/$dated//; p }}" "$work/listing" | sort >"$work/one"
(cd "$work/{then}" && find . ! -type s -printf '%P\\n' | sed 's/^$/./' | sort) >"$work/other"
diff -u "$work/other" "$work/one" || failed "the listing of {then} shows other paths"\
"""
TAIL = """\
exit $failed
"""


def script_of(lab: Traced, about: str) -> str:
    """Given a lab that has noted a test, and what is to be said first, return the script."""
    return "\n".join(_Script(lab).lines(about)) + "\n"


class _Script:
    """A script in the making."""

    def __init__(self, lab: Traced) -> None:
        self._lab = lab
        self._lies: Tree | None = None
        scratch = lab.site.host.scratch
        self._scratch = tuple({scratch, os.path.dirname(scratch)})  # noqa: PTH120 - a host's path
        self._words: dict[str, str] = {lab.source: '"$work/source"'}
        for number, chain in enumerate(lab.chains):
            self._words[chain.destination.url] = f'"file://$work/store{number or ""}"'

    def lines(self, about: str) -> Iterator[str]:
        command = shlex.join(self._lab.site.command)
        yield HEAD.format(
            about="\n".join(f"# {line}".rstrip() for line in about.splitlines()),
            command=command,
            passphrase=PASSPHRASE,
            functions=FUNCTIONS,
        )
        if any("GNUPGHOME" in chain.duplicity.env for chain in self._lab.chains):
            yield KEY
        for step in self._lab.steps:
            match step:
                case Filled(tree=tree):
                    yield from self._filled(tree)
                case Lost():
                    yield 'rm -rf "$work/archive"\n'
                case Called():
                    yield from self._called(step)
        yield TAIL

    def _filled(self, tree: Tree) -> Iterator[str]:
        if self._lies is None:
            yield 'cd "$work/source" || exit 2'
        yield from commands(tree, self._lies)
        yield ""
        self._lies = tree

    def _called(self, called: Called) -> Iterator[str]:
        verb = called.words[0]
        if verb in BACKUPS:
            yield from self._backed_up(called)
        elif verb == "restore":
            yield from self._restored(called)
        elif verb == "verify":
            yield f"{self._line(called)}\nsaid=$?"
            yield VERIFIED.format(then=f"T{called.point}")
        elif verb == "list-current-files":
            yield f'{self._line(called)} >"$work/listing" || failed "nothing was listed"'
            yield LISTED.format(then=f"T{called.point}")
        else:
            yield self._or(called, f"{verb} ended")
        yield ""

    def _backed_up(self, called: Called) -> Iterator[str]:
        if called.point is None:
            yield f"# here a backup was killed after one of its uploads: {' '.join(called.words[:2])}"
            return
        kept = f'"$work/T{called.point}"'
        yield f'cp -a "$work/source" {kept}'
        yield self._or(called, f"T{called.point} was not backed up")

    def _restored(self, called: Called) -> Iterator[str]:
        yield 'rm -rf "$work/restored"' + (' "$work/fresh"' if called.elsewhere else "")
        if called.refused:
            yield f'{self._line(called)} && failed "T{called.point} was not refused"'
            return
        yield self._or(called, f"T{called.point} was not restored")
        if called.expected is not None:
            inside = f"/{quoted(called.path)}" if called.path else ""
            yield f'same "$work/T{called.expected}"{inside} "$work/restored" "T{called.expected} did not come back"'

    def _or(self, called: Called, what: str) -> str:
        return f'{self._line(called)} ||\n    failed "{what} with exit code $?"'

    def _line(self, called: Called) -> str:
        archive = '--archive-dir="$work/fresh"' if called.elsewhere else '--archive-dir="$work/archive"'
        secrets = self._lab.job.secrets
        verb, *words = (printable_text(word, secrets) for word in called.words if not word.startswith(LEFT_OUT))
        return " ".join(["duplicity", verb, archive, *(self._word(word, called) for word in words)])

    def _word(self, word: str, called: Called) -> str:
        """Return a word of a command line with the script's own folders in place of the lab's."""
        flag, border, value = word.partition("=") if word.startswith("--") else ("", "", word)
        if flag == "--encrypt-key":
            return f'{flag}="$key"'
        if value in self._words:
            return f"{flag}{border}{self._words[value]}"
        if called.words[0] == "restore" and word == called.words[-1]:
            return '"$work/restored"'
        if value.startswith(self._scratch):
            return f'{flag}{border}"$work"'
        return f"{flag}{border}{quoted(os.fsencode(value))}" if value else word
