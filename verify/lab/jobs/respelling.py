"""Looking for a spelling of OPTIONS that arrives, by recording each that is tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from verify.job import Job
from verify.job.options import Option, parsed
from verify.job.received import Meant, arrived, is_idle, stretches
from verify.job.shellwords import split
from verify.job.spelling import Piece, pieces_of, same_meaning, written
from verify.lab.jobs.call_recorder import CallRecorder, EntryRun, Recording

LINES = ("OPTIONS", "OPTIONS_EXTRA")  # in the order in which the image joins them

Texts = Mapping[str, str]  # by variable
Pieces = Mapping[str, tuple[Piece, ...]]


@dataclass(frozen=True)
class Meaning:
    """What the options of a job mean inside its image, to the release of duplicity in there."""

    noting: CallRecorder
    job: Job
    release: Version

    def options(self, texts: Texts, variables: Texts) -> list[Option]:
        """Given OPTIONS and OPTIONS_EXTRA and variables beyond the job's, return the options that they mean."""
        known = {**self.noting.variables, **variables}
        words = (split(self.noting.resolved(texts[name]), known).words for name in LINES)
        return [option for line in words for option in parsed(line)]

    def call(self, options: Sequence[Option], arguments: Sequence[str]) -> list[Meant]:
        """Given options and arguments, return what duplicity should be called with."""
        own = [Meant(each.words, self.is_idle(each)) for each in options]
        return own + [Meant((argument,)) for argument in arguments]

    def is_idle(self, option: Option) -> bool:
        """Return whether duplicity does the same without an option."""
        return is_idle(option.name, self.release, self.job.destination)


def spelling_that_arrives(meaning: Meaning, run: EntryRun, recording: Recording) -> Texts | None:
    """Given a run and what was recorded of it, return the variables to write so that all arrives.

    None where no spelling that is tried does.
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
    """Return for each option that is meant whether the first call has it."""
    received = recording.calls[0].words if recording.calls else ()
    return [place is not None for place in arrived(meant, received)]


def _next(pieces: Pieces, there: Sequence[bool], meaning: Meaning) -> Pieces | None:
    """Given pieces and which of them arrived, return those to try next; None where nothing is left to try.

    Idle options that don't arrive go first: often it is one of them that takes others with it.
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
