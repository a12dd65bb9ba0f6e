"""How two processes that load one file tell each other where they are.

They take its chunks in turn, by number. What rules give depends on what was given before, so chunks are judged one
after the other; reading who the customers are and writing the sales does not, and is done while the one before is
judged. A line says a word and a number: `half` (of that chunk only what depends on the one before is still to do),
`done` (it is committed), `failed` (it is taken back, and who says so does nothing more). The second process says when
it is `ready`; the worker, where it is to `begin`, and to `stop`.
"""

from threading import Condition, Thread
from typing import IO

# A chunk takes well under a second. Who waits longer may be waited for by what the chunk before it waits for, through
# locks, which the server cannot see: it lets go of everything.
LONGEST_WAIT_SECONDS = 15.0
_WORDS = frozenset({"ready", "begin", "half", "done", "failed", "stop"})


class Overtaken(Exception):
    """The chunk before did not go through, or nobody says so: what was done behind it is taken back."""


class Line:
    """The line to the other process. What it says is heard by a thread."""

    def __init__(self, hears: IO[str], says: IO[str]) -> None:
        self._hears, self._says = hears, says
        self._heard = Condition()
        self._latest = {"half": -1, "done": -1}
        self._words: dict[str, tuple[int, ...]] = {}
        self._is_over = False
        Thread(target=self._listen, daemon=True).start()

    @property
    def is_over(self) -> bool:
        """Whether the other process does nothing more."""
        return self._is_over

    def say(self, word: str, *numbers: int) -> None:
        """Tell the other process; one that is gone hears nothing."""
        try:
            self._says.write(" ".join([word, *map(str, numbers)]) + "\n")
            self._says.flush()
        except (OSError, ValueError):
            self._is_over = True

    def has_said(self, word: str) -> tuple[int, ...] | None:
        """The numbers of a word that the other process has said."""
        return self._words.get(word)

    def wait_for(self, word: str) -> tuple[int, ...]:
        """The numbers of a word, once it is said. Raises Overtaken when it never is."""
        with self._heard:
            self._heard.wait_for(lambda: word in self._words or self._is_over)
        if word not in self._words:
            raise Overtaken
        return self._words[word]

    def wait_until(self, state: str, number: int) -> None:
        """Until the other process is so far with a chunk: `half` or `done`. Raises Overtaken."""
        with self._heard:
            self._heard.wait_for(lambda: self._is_at(state, number) or self._is_over, LONGEST_WAIT_SECONDS)
        if not self._is_at(state, number):
            raise Overtaken

    def _is_at(self, state: str, number: int) -> bool:
        return max(self._latest[state], self._latest["done"]) >= number

    def _listen(self) -> None:
        for line in self._hears:
            word, *numbers = line.split() or [""]
            if word not in _WORDS:
                continue  # something that was logged
            with self._heard:
                self._words[word] = tuple(map(int, numbers))
                if word in self._latest:
                    self._latest[word] = int(numbers[0])
                self._heard.notify_all()
            if word in ("failed", "stop"):
                break
        with self._heard:
            self._is_over = True
            self._heard.notify_all()


class Turn:
    """A chunk's place behind the one before it; that one is the other process's if this one `waits`."""

    def __init__(self, line: Line, number: int, *, waits: bool = True) -> None:
        self._line, self._number, self._waits = line, number, waits
        self._is_half_done = False

    def begin(self) -> None:
        """Wait until the chunk before is half done: two at that would wait for each other's rows. Raises Overtaken."""
        if self._waits:
            self._line.wait_until("half", self._number - 1)

    def wait(self) -> None:
        """Say that it is half done, and wait until the chunk before is committed; once. Raises Overtaken."""
        if self._is_half_done:
            return
        self._line.say("half", self._number)
        if self._waits:
            self._line.wait_until("done", self._number - 1)
        self._is_half_done = True
