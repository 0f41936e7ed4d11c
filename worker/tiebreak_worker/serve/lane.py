"""One checkpoint's requests: waiting, admitted, and decoded together."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from tiebreak_worker.serve.catalog import Checkpoint
from tiebreak_worker.serve.completion import Choice, Completion
from tiebreak_worker.serve.engine import Engine
from tiebreak_worker.serve.errors import ApiError
from tiebreak_worker.serve.noise import noise_key
from tiebreak_worker.serve.pool import CausalResident
from tiebreak_worker.serve.sampling import Drawn, draw
from tiebreak_worker.serve.slots import SlotCache

PREFILL_TOKENS = 4096
"""Prompt tokens, padding included, that are prefilled at once: bounds how long running rows wait for newcomers."""
PREFILL_PROMPTS = 16


@dataclass
class Row:
    """One choice being decoded; row r of the lane is row r of its cache. `last` is the token that goes in next."""

    completion: Completion
    choice: Choice
    last: int
    order: int


@dataclass
class Waiting:
    """Choices of one request that have no row yet; they share one prefill. `order` counts requests as they came."""

    completion: Completion
    choices: deque[Choice]
    order: int

    @property
    def gone(self) -> bool:
        return self.completion.gone


class Lane:
    """Requests are admitted in the order they came. Admitted means: their longest possible output fits into the
    memory that is set aside, so an admitted row is never thrown out for lack of memory. `blocked` is True while
    nothing runs here and the first request waits for memory that other lanes hold."""

    def __init__(self, checkpoint: Checkpoint, resident: CausalResident, max_rows: int) -> None:
        self.checkpoint = checkpoint
        self.resident = resident
        self.waiting: deque[Waiting] = deque()
        self.rows: list[Row] = []
        self.cache = SlotCache(resident.engine.device)
        self.blocked = False
        self._max_rows = max_rows

    @property
    def engine(self) -> Engine:
        return self.resident.engine

    @property
    def cache_bytes(self) -> int:
        return self.cache.reserved_tokens * self.engine.token_bytes

    def drop_gone(self) -> None:
        """Forget requests that have ended or were cancelled, and free their rows."""
        self.waiting = deque(entry for entry in self.waiting if not entry.gone)
        for index in reversed(range(len(self.rows))):
            if self.rows[index].completion.gone:
                self._leave(index)
        self._free_when_empty()

    def fail_rows(self, error: ApiError) -> None:
        """End every request that is under way here, also the part of it that still waits."""
        for row in self.rows:
            row.completion.fail(error)
        self.drop_gone()

    def admit(self, room: int) -> bool:
        """Prefill as many waiting choices as fit beside the running ones into `room` bytes of cache.

        Returns False when the first waiting request does not fit now.
        """
        taken: list[tuple[Waiting, list[Choice]]] = []
        rows, reach, longest = len(self.rows), self._reach(), 0
        while self.waiting and len(taken) < PREFILL_PROMPTS:
            entry = self.waiting[0]
            spec = entry.completion.spec
            longest = max(longest, len(spec.prompt))
            if taken and longest * (len(taken) + 1) > PREFILL_TOKENS:
                break
            reach = max(reach, spec.reach)
            fitting = min(room // (reach * self.engine.token_bytes), self._max_rows) - rows
            count = min(fitting, len(entry.choices))
            if count <= 0:
                break
            taken.append((entry, [entry.choices.popleft() for _ in range(count)]))
            rows += count
            if entry.choices:
                break
            self.waiting.popleft()
        if taken:
            self._reserve(rows, max(self._reach(), *(entry.completion.spec.reach for entry, _ in taken)), room)
            self._prefill(taken)
        return bool(taken) or not self.waiting

    def _reserve(self, rows: int, reach: int, room: int) -> None:
        """Allocate for twice the rows where there is room: newcomers then join without the cache being copied."""
        ample = min(1 << (rows - 1).bit_length(), self._max_rows)
        self.cache.reserve(ample if ample * reach * self.engine.token_bytes <= room else rows, reach)

    def _reach(self) -> int:
        return max((row.completion.spec.reach for row in self.rows), default=0)

    def _prefill(self, taken: list[tuple[Waiting, list[Choice]]]) -> None:
        self.resident.activate(self.checkpoint)
        prefilled = self.engine.prefill([entry.completion.spec.prompt for entry, _ in taken])
        newcomers = [(source, entry.completion, c) for source, (entry, cs) in enumerate(taken) for c in cs]
        logits = prefilled.logits[[source for source, _, _ in newcomers]]
        drawn = _draw(logits, [(completion, choice) for _, completion, choice in newcomers])
        for at, (source, completion, choice) in enumerate(newcomers):
            self.cache.join(prefilled.cache, source, prefilled.lengths[source], 1)
            self.rows.append(Row(completion, choice, drawn.tokens[at], taken[source][0].order))
        self._take(drawn, len(self.rows) - len(newcomers))

    def step(self) -> None:
        """One more token for every row."""
        self.resident.activate(self.checkpoint)
        logits = self.engine.step([row.last for row in self.rows], self.cache)
        self._take(_draw(logits, [(row.completion, row.choice) for row in self.rows]), 0)

    def _take(self, drawn: Drawn, first: int) -> None:
        """Hand the drawn tokens to the rows from `first` on; rows that ended leave, choices to be redrawn wait."""
        ended = []
        touched: dict[int, Row] = {}
        for at, token in enumerate(drawn.tokens):
            row = self.rows[first + at]
            row.last = token
            touched[id(row.completion)] = row
            logprob = drawn.logprobs[at] if drawn.logprobs and row.completion.spec.top_logprobs is not None else None
            if row.choice.push(token, logprob, drawn.top[at] if drawn.top else []):
                ended.append(first + at)
        for index in reversed(ended):
            self._leave(index)
        for row in touched.values():
            again = row.completion.settle()
            if again:
                self.waiting.appendleft(Waiting(row.completion, deque(again), row.order))
        self._free_when_empty()

    def _leave(self, index: int) -> None:
        self.cache.leave(index)
        self.rows[index] = self.rows[-1]
        self.rows.pop()

    def _free_when_empty(self) -> None:
        if not self.rows:
            self.cache.clear()


def _draw(logits, rows: list[tuple[Completion, Choice]]) -> Drawn:
    specs = [completion.spec for completion, _ in rows]
    wanted = [spec.top_logprobs for spec in specs if spec.top_logprobs is not None]
    return draw(
        logits,
        [spec.temperature for spec in specs],
        [spec.top_p for spec in specs],
        [noise_key(choice.seed, len(choice.tokens)) for _, choice in rows],
        max(wanted) if wanted else None,
    )
