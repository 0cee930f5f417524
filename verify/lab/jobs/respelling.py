"""Looks for a spelling of OPTIONS that reaches duplicity unchanged, by recording what each attempt gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from verify.job import Job
from verify.job.options import WrittenOption, parsed
from verify.job.received import Meant, arrived, is_idle, stretches
from verify.job.shellwords import split
from verify.job.spelling import Piece, pieces_of, same_meaning, written
from verify.lab.jobs.call_recorder import CallRecorder, EntryRun, Recording
from verify.lab.jobs.image_shell import LINES

Texts = Mapping[str, str]  # by variable
Pieces = Mapping[str, tuple[Piece, ...]]


@dataclass(frozen=True)
class Meaning:
    """The meaning of a job's options inside its image, for the duplicity there."""

    noting: CallRecorder
    job: Job
    release: Version

    def options(self, texts: Texts, variables: Texts) -> list[WrittenOption]:
        """Given OPTIONS, OPTIONS_EXTRA and additional variables, return the options that they mean."""
        known = {**self.noting.variables, **variables}
        words = (split(self.noting.resolved(texts[name]), known).words for name in LINES)
        return [option for line in words for option in parsed(line)]

    def call(self, options: Sequence[WrittenOption], arguments: Sequence[str]) -> list[Meant]:
        """Given options and arguments, return what duplicity should be called with."""
        own = [Meant(each.words, self.is_idle(each)) for each in options]
        return own + [Meant((argument,)) for argument in arguments]

    def is_idle(self, option: WrittenOption) -> bool:
        """Return whether duplicity does the same without an option."""
        return is_idle(option.name, self.release, self.job.destination)


def spelling_that_arrives(meaning: Meaning, run: EntryRun, recording: Recording) -> Texts | None:
    """Given a run and its recording, return the variables to write so that all options reach duplicity.

    None if no spelling does.
    """
    texts: Texts = {name: meaning.job.text_of(name) for name in LINES}
    pieces = _pieces(meaning.noting, texts)
    options = meaning.options(texts, {})
    while pieces is not None:
        pieces = _next(pieces, _there(meaning.call(options, run.calls[0]), recording), meaning)
        if pieces is None:
            break
        texts, variables = _texts(pieces)
        options = meaning.options(texts, variables)
        if not same_meaning([piece.option for line in pieces.values() for piece in line], options):
            break
        recording = meaning.noting.run(run, {**texts, **variables})
        if recording.calls and not any(stretches(meaning.call(options, run.calls[0]), recording.calls[0].words)):
            return {**variables, **texts}
    return None


def _pieces(noting: CallRecorder, texts: Texts) -> Pieces | None:
    found = {}
    for name, text in texts.items():
        try:
            pieces = pieces_of(text, noting.resolved(text), noting.variables)
        except ValueError:
            return None
        if pieces is None:
            return None
        found[name] = pieces
    return found


def _there(meant: Sequence[Meant], recording: Recording) -> list[bool]:
    """Return for each intended option whether the first call has it, and nothing that came of it besides.

    A glob may match what is named as itself, and other paths come behind that.
    """
    received = recording.calls[0].words if recording.calls else ()
    places = arrived(meant, received)
    begins = {len(received), *(place.start for place in places if place)}
    return [place is not None and place.stop in begins for place in places]


def _next(pieces: Pieces, there: Sequence[bool], meaning: Meaning) -> Pieces | None:
    """Given pieces and which of them reached duplicity, return those to try next; None if nothing is left to try.

    Options without effect that do not arrive are dropped first: often one of them makes others disappear.
    """
    state = list(there)
    placed = {name: [(piece, state.pop(0)) for piece in line] for name, line in pieces.items()}
    kept = {
        name: tuple(piece for piece, has_arrived in line if has_arrived or not meaning.is_idle(piece.option))
        for name, line in placed.items()
    }
    if kept != pieces:
        return kept
    respelt = {
        name: tuple(piece if has_arrived else piece.respelt or piece for piece, has_arrived in line)
        for name, line in placed.items()
    }
    return respelt if respelt != pieces else None


def _texts(pieces: Pieces) -> tuple[Texts, Texts]:
    """Return the text of each line, and the variables that they need besides."""
    lines = {name: written(line) for name, line in pieces.items()}
    variables = {name: value for _, needed in lines.values() for name, value in needed.items()}
    return {name: text for name, (text, _) in lines.items()}, variables
