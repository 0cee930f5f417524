"""The body of a test as Hypothesis meets it: what is known is told, what is not is tried."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hypothesis.database import ExampleDatabase

from verify.lab.client.variants import PLAIN, Variant
from verify.lab.packs.drawing import Example, Key, key_of
from verify.lab.packs.lookahead import Copy, foreseen
from verify.lab.packs.running import HistoryVerdict

if TYPE_CHECKING:
    from types import TracebackType

Try = Callable[[Sequence[Example]], Sequence[HistoryVerdict | None]]


class Judge:
    """Called with an example, raises what its body raises, from memory or after trying it.

    Until `first` is met, only that example fails: of all failures of a pack, it is the one to shrink.
    """

    def __init__(self, attempt: Try, ahead: int, first: Example | None = None, variant: Variant = PLAIN) -> None:
        self.variant = variant
        self.known: dict[Key, BaseException | None] = {}
        self.copy: Copy | None = None  # in a copied process
        self.last: tuple[Example, BaseException] | None = None  # the last failure that was raised
        self._attempt = attempt
        self._ahead = ahead
        self._first = first and key_of(first)
        self._tracebacks: dict[Key, TracebackType | None] = {}

    def learn(self, examples: Sequence[Example], verdicts: Sequence[HistoryVerdict | None]) -> None:
        """Given examples and their verdicts, remember them."""
        for example, verdict in zip(examples, verdicts, strict=True):
            if verdict is not None:
                self._remember(key_of(example), verdict.error)

    def __call__(self, example: Example) -> None:
        """Raise what the example's body raises."""
        key = key_of(example)
        if key not in self.known:
            self._try(key, example)
        error = self.known[key]
        if error is None or self._first not in (None, key):
            return
        self._first = None
        self.last = example, error
        raise error.with_traceback(self._tracebacks[key])  # else each raise would add to it

    def _try(self, key: Key, example: Example) -> None:
        """Try an example, and with it what may come next; in a copied process, only guess."""
        if self.copy is not None:
            self._guess(key, fails=self.copy.tell(example))
            return
        more = foreseen(self._ahead) if self._ahead else []
        if isinstance(more, Copy):
            self.copy = more
            self._guess(key, fails=more.guess())
            return
        examples = {key_of(each): each for each in (example, *more)}
        unknown = [each for other, each in examples.items() if other not in self.known]
        self.learn(unknown, self._attempt(unknown))
        if key not in self.known:  # another one made duplicity fail for all of them
            self._ahead = 0
            self.learn([example], self._attempt([example]))

    def _guess(self, key: Key, *, fails: bool) -> None:
        self._remember(key, self.last[1] if fails and self.last else None)

    def _remember(self, key: Key, error: BaseException | None) -> None:
        self.known[key] = error
        self._tracebacks[key] = error.__traceback__ if error else None

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Run Hypothesis inside of this: a copied process does not get out of it."""
        try:
            yield
        finally:
            if self.copy is not None:
                self.copy.end()


class Guarded(ExampleDatabase):
    """A database that a copied process only reads."""

    def __init__(self, database: ExampleDatabase, judge: Judge) -> None:
        super().__init__()
        self._database = database
        self._judge = judge

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """Return the examples of a key."""
        return self._database.fetch(key)

    def save(self, key: bytes, value: bytes) -> None:
        """Keep an example."""
        if self._judge.copy is None:
            self._database.save(key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget an example."""
        if self._judge.copy is None:
            self._database.delete(key, value)
