"""Looking at a destination by duplicity's own backend for it, in duplicity's own interpreter: see `onsite.looking`.

No credential is translated, and what duplicity cannot reach is not reached here either.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from verify.archive.sets import Object
from verify.destinations.host_files import HostFiles, pieces_of
from verify.destinations.view import SLOWEST, Hashed, OptionsRefusedError, RefusedError, View
from verify.errors import CannotRunError, NotProvenError

LISTING = 300.0  # seconds that a destination has to be listed
AT_ONCE = 4  # connections, each of a process of its own
AT_A_TIME = 40  # files that one program fetches before it is heard again

QUERY = re.compile(r"(?<=\S)\?[\w%+.~-]+=[^\s\"')>]*")  # of a URL: long, and a token may be in it

Answer = dict[str, Any]

_OF_OPTIONS = re.compile(r"^(?:Command line error|\S*duplicity: error): .*", re.MULTILINE)  # as old releases print it

MISSING = "correct DST, or find out who removed it: a drill makes nothing there"


@dataclass(frozen=True)
class Saying:
    """What backends say about one cause: any of these expressions; `hint` is what to do about it.

    A destination that `refuses` is a finding. Where it does something else, nothing could be found out.
    """

    cause: tuple[str, ...]
    hint: str
    does: str = "refuses"

    def fits(self, said: str) -> bool:
        """Return whether it is in what was said."""
        return re.search("|".join(self.cause), said, re.IGNORECASE) is not None


NO_ANSWER = "does not answer"
NO_SUCH_PLACE = Saying(
    ("no such file", "not found", "does not exist", "failed to change directory", r"\b550\b"), MISSING
)
# The first one that fits is taken.
SAYINGS = (
    Saying(
        ("no such file or directory: '", "error opening file"),
        "see that this file is there, where duplicity runs, or correct the variable that names it",
        "cannot be entered",
    ),
    Saying((r"auth get failed.*\b404\b",), "correct SWIFT_AUTHURL: no such page is at that server"),
    NO_SUCH_PLACE,
    Saying(("invalid .*container name",), "correct DST: azure://container, of 3 to 63 small letters, digits, hyphens"),
    Saying(
        ("human attention", "interactively", "verification code"),
        "log in once by hand with duplicity, where the job runs: it asks a question",
    ),
    Saying(
        ("EOF when reading a line", "authenticity of host", "host key"),
        "check the server's key, and add it to known_hosts (ssh-keyscan shows it)",
    ),
    Saying(
        ("certificate",),
        "correct DST, or name the authority: --ssl-cacert-file=… in OPTIONS, or for the client of a vendor "
        "REQUESTS_CA_BUNDLE=…",
    ),
    Saying(
        (r"\b429 (client|when|too)", "too.?many.?requests", "rate.?limit"),
        "it is asked too often: wait some minutes, then run again",
        NO_ANSWER,
    ),
    Saying(
        ("cap.?exceeded", "quota"),
        "raise the limit in the account, or wait until it counts anew, then run again",
        NO_ANSWER,
    ),
    Saying(
        ("service.?unavailable", "internal.?server.?error", r"httperror 5\d\d", r"\b5\d\d server error"),
        "it is out of order: wait until it is not, then run again",
        NO_ANSWER,
    ),
    Saying(
        ("expired", "revoked"),
        "get a new token, or a new password or key, and write it into the job",
    ),
    Saying(("restricted to bucket",), "correct DST, or take a key that may enter its bucket"),
    Saying(
        (
            "authentication failed", r"login (failed|incorrect)", r"auth(orization)? failed", r"\b(401|403|530)\b",
            "unauthori[sz]ed", "permission denied", "access ?denied",
            "invalid.{0,20}(key|token|credential|password|grant)", "not accepted", "environment variable not set",
            "does not match the url", "connection string",
        ),
        "correct the user, password, key or token of the job",
    ),
    Saying(
        (
            "timed? ?out", "refused", "unreachable", "no route", "not known", "getaddrinfo", "unable to connect",
            r"connection (reset|closed|lost)", "name resolution", "max-retries exceeded", "broken pipe",
            "unable to find the server", "could not connect",
        ),
        "see that it runs and that it is reached from where duplicity runs, then run again",
        NO_ANSWER,
    ),
)  # fmt: skip


def _of_options(answer: Answer, said: str) -> str:
    """Return what duplicity says of a command line that it does not take, empty where it is something else."""
    if answer["class"] == "CommandLineError":  # its other lines are how to get help
        return next(iter(str(answer["refused"]).splitlines()), "")
    found = _OF_OPTIONS.search(said) if answer["class"] == "SystemExit" else None
    return found[0] if found else ""


class Looked(Protocol):
    """How the program that looks ended."""

    @property
    def returncode(self) -> int:
        """Its exit code."""

    @property
    def stdout(self) -> bytes:
        """The answers."""

    @property
    def stderr(self) -> bytes:
        """What duplicity and its backend print."""

    @property
    def timed_out(self) -> bool:
        """Whether it was killed because its time was up."""


# Given a request and the seconds that it has, runs the program that looks, where duplicity runs.
Looking = Callable[[Mapping[str, Any], float], Looked]


class BackendView(View):
    """The view of a destination that duplicity's own backend gives.

    `where` is the destination for a sentence, without secrets; `hidden` masks secrets in what a backend says; `files`
    are those of the host where `looking` runs, without which what is fetched comes as a whole; `hashes` says that the
    server may hash files itself.
    """

    seen_by = "duplicity's own backend"

    def __init__(
        self, looking: Looking, where: str, hidden: Callable[[str], str], files: HostFiles | None = None,
        *, hashes: bool = False,
    ) -> None:  # fmt: skip
        self._looking, self._where, self._hidden, self._files, self._hashes = looking, where, hidden, files, hashes
        self._sizes: Mapping[str, int] = {}
        self.downloaded = 0

    def objects(self) -> list[Object]:
        """Return the files there."""
        found = []
        for each in self._answers({"ask": "list"}, LISTING):
            modified = each["modified"] if each.get("modified") is not None else 0.0
            stamp = each.get("stamp") or f"{each['size']} {modified}"
            found.append(Object(each["name"], each["size"], str(stamp).strip('"'), modified))
        self._sizes = {each.name: each.size for each in found}
        return found

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        data = self.read_all([name])
        if name not in data:
            raise FileNotFoundError(name)
        return data[name]

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in pieces: the backend fetches it into a file of the host, which is read and removed."""
        if self._files is None:
            yield self.read(name)
            return
        (answer,) = self._fetched([name], {"kept": True})
        if "file" not in answer:
            self._must_be_gone(answer)
            raise FileNotFoundError(name)
        try:
            for piece in pieces_of(self._files, answer["file"]):
                self.downloaded += len(piece)
                yield piece
        finally:
            self._files.remove(answer["file"])

    def read_all(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of each file that is there."""
        found = {}
        for each in self._fetched(names, {}):
            if "data" in each:
                found[each["name"]] = data = base64.b64decode(each["data"])
                self.downloaded += len(data)
            else:
                self._must_be_gone(each)
        return found

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return a file's digest and size."""
        ((_, hashed),) = self.digests([(name, algorithm)], time.monotonic() + LISTING)
        if isinstance(hashed, Exception):
            raise hashed
        assert hashed is not None  # noqa: S101 - its time is not up
        return hashed

    def digests(self, wanted: Sequence[tuple[str, str]], deadline: float) -> Iterator[tuple[str, Hashed]]:
        """Yield each file's digest, as `View` says."""
        for algorithm in dict.fromkeys(algorithm for _, algorithm in wanted):
            names = [name for name, its in wanted if its == algorithm]
            for first in range(0, len(names), AT_A_TIME):
                part = names[first : first + AT_A_TIME]
                if time.monotonic() > deadline:
                    yield from ((name, None) for name in part)
                    continue
                for each in self._fetched(part, {"algorithm": algorithm}):
                    yield each["name"], self._judged(each)

    def told_digests(self, names: Sequence[str], algorithm: str, deadline: float) -> Mapping[str, str]:
        """Return digests that the server itself makes, as `View` says."""
        told: dict[str, str] = {}
        for first in range(0, len(names) if self._hashes else 0, AT_A_TIME):
            part = names[first : first + AT_A_TIME]
            try:
                request = {"ask": "hash", "names": list(part), "algorithm": algorithm}
                seconds = LISTING + sum(self._sizes.get(name, 0) for name in part) / SLOWEST
                answers = self._answers(request, min(seconds, max(0.0, deadline - time.monotonic())))
            except (CannotRunError, RefusedError):  # what cannot be told is downloaded, which says why not
                break
            told |= {each["name"]: each["digest"] for each in answers}
            if not answers or time.monotonic() > deadline:
                break
        return told

    def _judged(self, answer: Answer) -> Hashed:
        if "digest" in answer:
            self.downloaded += answer["size"]
            return answer["digest"], answer["size"]
        try:
            self._must_be_gone(answer)
        except RefusedError as refused:
            return refused
        return FileNotFoundError(answer["name"])

    def _fetched(self, names: Sequence[str], how: Answer) -> Iterator[Answer]:
        if names:
            seconds = LISTING + sum(self._sizes.get(name, 0) for name in names) / SLOWEST
            answers = self._answers({"ask": "fetch", "names": list(names), "at_once": AT_ONCE, **how}, seconds)
            if {each["name"] for each in answers} != set(names):
                raise CannotRunError(f"{self._where} was not read to the end: look at free memory, then run again")
            yield from answers

    def _must_be_gone(self, answer: Answer) -> None:
        """Raise `RefusedError` for a file that could not be fetched, and is listed: an exit code does not tell."""
        if answer["name"] in {each.name for each in self.objects()}:
            raise RefusedError(f"it cannot be fetched: {self._sentence(answer['refused'])}", "see the server's log")

    def _answers(self, request: Answer, seconds: float) -> list[Answer]:
        """Ask; return the answers. Raise what says why there are none."""
        done = self._looking(request, seconds)
        if done.timed_out:
            raise CannotRunError(
                f"{self._where} did not answer within {seconds:.0f} s: see that it is not stuck, then run again"
            )
        answers = [json.loads(line) for line in done.stdout.decode("utf-8", "surrogateescape").splitlines()]
        said = done.stderr.decode(errors="replace")
        for each in answers:
            if "missing" in each:
                raise RefusedError(f"{each['missing']} at {self._where}", MISSING)
            if "refused" in each and "name" not in each:
                raise self._why_not(each, said)
        if done.returncode:
            raise CannotRunError(f"{self._where} cannot be looked at: {self._sentence(said)}")
        return answers

    def _why_not(self, answer: Answer, said: str) -> Exception:
        refused = answer["refused"]
        if answer["class"] == "UnsupportedBackendScheme":
            return NotProvenError("duplicity has no backend for it")
        if answer["class"] == "NotImplementedError":
            return NotProvenError(refused)
        if wrong := _of_options(answer, said):
            got = f"duplicity refuses the job's options: {self._sentence(wrong)}"
            return OptionsRefusedError(got, "correct OPTIONS, as it says")
        # What it printed besides may hold more than the cause: it is asked where the error itself does not tell.
        fitting = ((text, each) for text in (refused, said) for each in SAYINGS if each.fits(text))
        text, saying = next(fitting, ("", None))
        if saying is None:
            return CannotRunError(f"{self._where} cannot be looked at by duplicity: {self._sentence(refused)}")
        got = self._sentence(text, saying)
        if saying.does == "refuses":
            return RefusedError(f"{self._where} refuses: {got}", saying.hint)
        return CannotRunError(f"{self._where} {saying.does} ({got}): {saying.hint}")

    def _sentence(self, said: str, saying: Saying | None = None) -> str:
        """Return the last line that says something, or `saying`: without secrets, of at most 300 characters."""
        lines = [QUERY.sub("?…", line.strip()) for line in self._hidden(said).splitlines() if line.strip()]
        telling = [line for line in lines if saying and saying.fits(line)] or lines
        return telling[-1][:300] if telling else "it does not say why"
