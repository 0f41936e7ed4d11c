"""One request being answered: its choices, how they end, and what may be sent of them when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tiebreak_worker.serve.errors import ApiError
from tiebreak_worker.serve.noise import derive_seed
from tiebreak_worker.serve.templates import Words
from tiebreak_worker.serve.text import StopFilter, TextStream

MAX_ATTEMPTS = 8
"""How often a choice is drawn in all when it keeps coming out equal to an earlier choice of the same request."""


@dataclass(frozen=True)
class Spec:
    """What to generate. `prompt` is token ids; `top_logprobs` None means no log-probabilities."""

    model: str
    prompt: tuple[int, ...]
    n: int
    seed: int
    temperature: float
    top_p: float
    max_tokens: int
    stop: tuple[str, ...] = ()
    top_logprobs: int | None = None
    stream: bool = False

    @property
    def reach(self) -> int:
        """Tokens that one row holds at most."""
        return len(self.prompt) + self.max_tokens


@dataclass(frozen=True)
class TokenRecord:
    """A token of the response with its log-probability; `start` is where its text begins in the response."""

    token: int
    logprob: float
    top: list[tuple[int, float]]
    start: int


@dataclass(frozen=True)
class Delta:
    """News of one choice: text (maybe empty) that is final, its token records, and at the end why it ended."""

    index: int
    text: str
    records: list[TokenRecord]
    finish: str | None


class Choice:
    """One of a request's n responses.

    `finish` is None while it is generated; "stop" once the model ended its turn or a stop string appeared, "length"
    at the token limit. `cleared` turns True once the text can no longer equal another choice's (or the attempts are
    used up, then `duplicate_of` names the equal choice); only cleared choices are sent.
    """

    def __init__(self, index: int, spec: Spec, words: Words) -> None:
        self.index = index
        self.attempts = 0
        self.cleared = False
        self.duplicate_of: int | None = None
        self._spec = spec
        self._words = words
        self._sent_text = self._sent_records = 0
        self._sent_end = False
        self.restart()

    def restart(self) -> None:
        """Begin the next attempt, with a seed of its own."""
        self.seed = derive_seed(self._spec.seed, self.index, self.attempts)
        self.attempts += 1
        self.tokens: list[int] = []
        self.records: list[TokenRecord] = []
        self.text = ""
        self.finish: str | None = None
        self._stream = TextStream(self._words.tokenizer)
        self._filter = StopFilter(self._spec.stop)
        self._decoded = 0

    def push(self, token: int, logprob: float | None, top: list[tuple[int, float]]) -> bool:
        """Take the next token; True when it was the last."""
        self.tokens.append(token)
        if token in self._words.ends:
            return self._end("stop")
        if logprob is not None:
            self.records.append(TokenRecord(token, logprob, top[: self._spec.top_logprobs], self._decoded))
        self._release(self._stream.push(token))
        if self._filter.stopped:
            self.records = [record for record in self.records if record.start < len(self.text)]
            self.finish = "stop"
            return True
        return len(self.tokens) >= self._spec.max_tokens and self._end("length")

    def _release(self, text: str) -> None:
        self._decoded += len(text)
        self.text += self._filter.push(text)

    def _end(self, reason: str) -> bool:
        self._release(self._stream.flush())
        if self._filter.stopped:
            reason = "stop"
        self.text += self._filter.flush()
        self.finish = reason
        return True

    def news(self) -> Delta | None:
        """What can be sent now and was not yet."""
        ended = self.finish is not None
        if not self.cleared or self._sent_end or not (ended or len(self.text) > self._sent_text):
            return None
        text, self._sent_text = self.text[self._sent_text :], len(self.text)
        # A token goes out with its text: one whose text is held back waits, as a stop string may still cut it off.
        ready = [r for r in self.records[self._sent_records :] if ended or r.start < len(self.text)]
        self._sent_records += len(ready)
        self._sent_end = ended
        return Delta(self.index, text, ready, self.finish)


@dataclass(frozen=True)
class Sink:
    """Where a completion reports; all are called on the scheduler's thread and must not block. `delta` hears of
    streamed requests only."""

    delta: Callable[[Delta], None]
    done: Callable[[Completion], None]
    failed: Callable[[ApiError], None]


@dataclass
class Completion:
    """A request's state between submission and its end.

    Ends exactly once: `done` when every choice is finished and cleared, or `failed`; after `cancel` it ends silently.
    """

    spec: Spec
    words: Words
    checkpoint: str
    sink: Sink
    ended: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.choices = [Choice(index, self.spec, self.words) for index in range(self.spec.n)]
        self._distinct = self.spec.temperature > 0 and self.spec.n > 1
        self.choices[0].cleared = True
        if not self._distinct:
            for choice in self.choices:
                choice.cleared = True

    @property
    def gone(self) -> bool:
        """Nobody waits for more of it."""
        return self.ended or self.cancelled.is_set()

    def settle(self) -> list[Choice]:
        """Clear what can be cleared, send what can be sent. Returns choices that must be drawn once more."""
        again = []
        if self._distinct:
            for choice in self.choices:
                if not choice.cleared and self._clear(choice):
                    again.append(choice)
        for choice in self.choices:
            news = choice.news()
            if news is not None and self.spec.stream:
                self.sink.delta(news)
        if not self.ended and all(choice.cleared and choice.finish for choice in self.choices):
            self.ended = True
            self._note_equal_greedy()
            self.sink.done(self)
        return again

    def fail(self, error: ApiError) -> None:
        if not self.ended:
            self.ended = True
            self.sink.failed(error)

    def _clear(self, choice: Choice) -> bool:
        """Decide on one held choice; True when it came out equal to another and was restarted.

        It is compared with the choices that are already cleared (their text may be on the wire) and with those of a
        lower index (they are decided first), so no two choices wait for each other.
        """
        rivals = [c for c in self.choices if c is not choice and (c.cleared or c.index < choice.index)]
        open_question = False
        for rival in rivals:
            relation = _relation(choice, rival)
            if relation == "equal":
                if choice.attempts < MAX_ATTEMPTS:
                    choice.restart()
                    return True
                choice.cleared, choice.duplicate_of = True, rival.index
                return False
            open_question |= relation == "open"
        choice.cleared = not open_question
        return False

    def _note_equal_greedy(self) -> None:
        """At temperature 0 all choices are equal by request; the response says so all the same."""
        if not self._distinct:
            for choice in self.choices[1:]:
                choice.duplicate_of = next(
                    (c.index for c in self.choices[: choice.index] if c.text == choice.text), None
                )


def _relation(one: Choice, other: Choice) -> str:
    """`differ` when the final texts cannot be equal, `equal` when they are, `open` while either may happen."""
    if one.finish and other.finish:
        return "equal" if one.text == other.text else "differ"
    shorter, longer = sorted((one, other), key=lambda choice: len(choice.text))
    if not longer.text.startswith(shorter.text):
        return "differ"
    return "differ" if shorter.finish and len(shorter.text) < len(longer.text) else "open"
