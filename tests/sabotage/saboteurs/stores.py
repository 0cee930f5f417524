"""Saboteurs of a store: each answers some of duplicity's S3 requests otherwise than a store may."""

from __future__ import annotations

import gzip
import re
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from calls import BACKUPS
from hooks import served
from proxy import Answer, Request
from victims import flipped

if TYPE_CHECKING:
    from collections.abc import Callable

FULL, NEXT = "duplicity-full.", "duplicity-inc."
VOLUME, MANIFEST, SIGNATURE = ".vol", ".manifest", ".sigtar"
GONE = Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
DENIED = Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
BUSY = Answer(503, b"<Error><Code>SlowDown</Code></Error>")


def _done(request: Request, answer: Answer | None = None) -> Answer:
    request.hit()
    return answer or Answer()


def _damaged(request: Request, change: Callable[[bytes], bytes]) -> Answer:
    answer = request.forward()
    return _done(request, answer.but(change(answer.body))) if answer.status in (200, 206) else answer


def _swapped(request: Request, *words: str) -> Answer | None:
    other = request.other(*words)
    return _damaged(request, lambda data: other) if other else None


# What is written.


@served("command-succeeds", early="own_options")
def lose_a_volume(request: Request) -> Answer | None:
    """The store says that it has a volume, and has dropped it."""
    return _done(request) if request.puts(FULL, VOLUME) else None


@served("command-succeeds")
def lose_a_volume_of_an_incremental(request: Request) -> Answer | None:
    """The store says that it has an incremental's volume, and has dropped it."""
    return _done(request) if request.puts(NEXT, VOLUME) else None


@served("command-succeeds")
def lose_a_manifest(request: Request) -> Answer | None:
    """The store says that it has a manifest, and has dropped it."""
    return _done(request) if request.puts(MANIFEST) else None


@served("command-succeeds")
def lose_a_signature(request: Request) -> Answer | None:
    """The store says that it has a signature, and has dropped it."""
    return _done(request) if request.puts(SIGNATURE) else None


@served("command-succeeds")
def refuse_every_write(request: Request) -> Answer | None:
    """The store is read only, as with a key that may not write."""
    return _done(request, DENIED) if request.puts() else None


@served("command-succeeds")
def be_out_of_service(request: Request) -> Answer | None:
    """The store says 503 to everything."""
    return _done(request, BUSY)


@served("retention")
def keep_what_is_deleted(request: Request) -> Answer | None:
    """The store says that it deleted an object, and still has it."""
    return _done(request, Answer(204)) if request.method == "DELETE" else None


@served("own-backend")
def keep_the_volumes_that_are_deleted(request: Request) -> Answer | None:
    """The store says that it deleted a volume, and still has it; what is small goes."""
    return _done(request, Answer(204)) if request.method == "DELETE" and VOLUME in request.name else None


@served("own-backend")
def keep_what_cleanup_deletes(request: Request) -> Answer | None:
    """The store says that it deleted what `cleanup` tells it to, and still has it."""
    return _done(request, Answer(204)) if request.method == "DELETE" and request.call.verb == "cleanup" else None


@served("retention")
def refuse_to_delete(request: Request) -> Answer | None:
    """The store's objects are locked: none can be deleted."""
    return _done(request, DENIED) if request.method == "DELETE" else None


@served("retention")
def delete_too_much(request: Request) -> Answer | None:
    """The store deletes more than the object that it is told to."""
    mark = request.call.kept("deleted")
    if request.method == "DELETE":
        mark.touch()
    return _done(request, GONE) if mark.exists() and request.gets(VOLUME) else None


# What is read, by who has nothing but the store: a backup reads manifests and signatures too, and would notice itself.


def _reads(request: Request, *words: str) -> bool:
    return request.gets(*words) and request.call.verb not in BACKUPS


@served("new-machine")
def flip_a_bit_in_a_volume(request: Request) -> Answer | None:
    """A bit of a volume is inverted when it is read."""
    return _damaged(request, flipped) if request.gets(VOLUME) else None


@served("new-machine")
def flip_a_bit_in_a_manifest(request: Request) -> Answer | None:
    """A bit of a manifest is inverted when it is read."""
    return _damaged(request, flipped) if _reads(request, MANIFEST) else None


@served("new-machine")
def cut_a_volume(request: Request) -> Answer | None:
    """A volume ends at its middle when it is read."""
    return _damaged(request, lambda data: data[: len(data) // 2]) if request.gets(VOLUME) else None


@served("new-machine")
def cut_a_manifest(request: Request) -> Answer | None:
    """A manifest ends at its middle when it is read."""
    return _damaged(request, lambda data: data[: len(data) // 2]) if _reads(request, MANIFEST) else None


@served("new-machine")
def cut_a_volume_to_nothing(request: Request) -> Answer | None:
    """A volume is empty when it is read."""
    return _damaged(request, lambda data: b"") if request.gets(VOLUME) else None


@served("new-machine")
def append_to_a_volume(request: Request) -> Answer | None:
    """There is garbage behind a volume when it is read."""
    return _damaged(request, lambda data: data + b"garbage") if request.gets(VOLUME) else None


@served("new-machine")
def repeat_a_volume(request: Request) -> Answer | None:
    """A volume is there twice over: what a retry sent was added to what had arrived."""
    return _damaged(request, lambda data: data * 2) if request.gets(VOLUME) else None


@served("new-machine")
def compress_on_the_way(request: Request) -> Answer | None:
    """A proxy compresses what is read, and does not say so."""
    return _damaged(request, gzip.compress) if request.gets(VOLUME) else None


@served("new-machine")
def swap_two_volumes(request: Request) -> Answer | None:
    """A volume of the full is read as one of the incremental."""
    return _swapped(request, FULL, VOLUME) if request.gets(NEXT, VOLUME) else None


@served("new-machine")
def mix_volumes_up(request: Request) -> Answer | None:
    """Volumes lie in another order: each is read as another one of its chain."""
    return _swapped(request, VOLUME) if request.gets(VOLUME) else None


@served("new-machine")
def swap_two_manifests(request: Request) -> Answer | None:
    """The manifest of an incremental is read as the full's."""
    return _swapped(request, NEXT, MANIFEST) if _reads(request, FULL, MANIFEST) else None


@served("new-machine")
def swap_two_signatures(request: Request) -> Answer | None:
    """The signature of an incremental is read as the full's."""
    return _swapped(request, "new-signatures", SIGNATURE) if _reads(request, "full-signatures", SIGNATURE) else None


@served("new-machine")
def serve_an_older_manifest(request: Request) -> Answer | None:
    """The manifest of the incremental before is read as the newest one's: a stale copy."""
    return _swapped(request, NEXT, MANIFEST) if _reads(request, NEXT, MANIFEST) else None


@served("new-machine")
def forget_a_volume(request: Request) -> Answer | None:
    """A volume was there when it was written, and is not when it is read."""
    return _done(request, GONE) if request.gets(VOLUME) else None


@served("new-machine")
def close_the_line(request: Request) -> Answer | None:
    """The connection ends in the middle of every volume that is read."""
    return _done(request, replace(request.forward(), cut=True)) if request.gets(VOLUME) else None


# What is listed for who reads.


@served("new-machine")
def list_no_manifest(request: Request) -> Answer | None:
    """Listings do not show manifests."""
    return _hidden(request, lambda name: MANIFEST in name)


@served("point-in-time")
def list_the_newest_later(request: Request) -> Answer | None:
    """What was written last is not listed yet: eventual consistency."""
    if not request.lists:
        return None
    newest = max((re.findall(r"\d{8}T\d{6}Z", name)[-1] for name in request.forward().names), default="")
    return _hidden(request, lambda name: bool(newest) and newest in name and NEXT in name)


@served("new-machine")
def list_one_page(request: Request) -> Answer | None:
    """A listing ends after four objects, and says that it is complete."""
    if not request.lists:
        return None
    shown = request.forward().names[:4]
    return _hidden(request, lambda name: name not in shown)


@served("new-machine")
def list_nothing(request: Request) -> Answer | None:
    """Listings are empty."""
    return _hidden(request, lambda name: True)


def _hidden(request: Request, hidden: Callable[[str], bool]) -> Answer | None:
    if not request.lists or request.call.verb in BACKUPS:
        return None
    answer = request.forward()
    shown = answer.without(hidden)
    return _done(request, shown) if shown.body != answer.body else answer


# When it happens.


@served("command-succeeds")
def die_at_a_manifest(request: Request) -> Answer | None:
    """The backup is killed when it has written its first volume."""
    if request.puts(MANIFEST) and request.call.once():
        request.call.child.send_signal(signal.SIGKILL)
        return _done(request, Answer(500))
    return None


@served("command-succeeds")
def end_at_a_volume(request: Request) -> Answer | None:
    """The backup is asked to end before it has written its first volume."""
    if request.puts(VOLUME) and request.call.once():
        request.call.child.send_signal(signal.SIGTERM)
        return _done(request, Answer(500))
    return None
