"""Requests to reward models, scored one batch at a time so that decoding goes on in between."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from tiebreak_worker.models.scoring import BATCH_TOKENS, batches, score_rows
from tiebreak_worker.serve.catalog import Checkpoint
from tiebreak_worker.serve.errors import ApiError
from tiebreak_worker.serve.pool import MemoryBusy, Pool


@dataclass
class ScoreJob:
    """Conversations to score, as token ids. Ends once: `done` with the raw logits in order, or `failed`; both are
    called on the scheduler's thread. After `cancelled` is set it ends silently."""

    checkpoint: Checkpoint
    rows: list[tuple[int, ...]]
    done: Callable[[list[float]], None]
    failed: Callable[[ApiError], None]
    cancelled: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.scores = [0.0] * len(self.rows)
        self.groups = deque(batches(self.rows, BATCH_TOKENS))


class ScoreQueue:
    """Scoring requests in the order they came. `blocked` is True while the first one's model does not fit beside
    models that are generating."""

    def __init__(self, pool: Pool) -> None:
        self.jobs: deque[ScoreJob] = deque()
        self.blocked = False
        self._pool = pool

    def drop_cancelled(self) -> None:
        self.jobs = deque(job for job in self.jobs if not job.cancelled.is_set())

    def run_batch(self, busy: Collection[str]) -> None:
        """Score one batch of the first request. `busy` are the models that must stay in memory."""
        self.blocked = False
        if not self.jobs:
            return
        job = self.jobs[0]
        try:
            reward = self._pool.reward(job.checkpoint, busy)
        except MemoryBusy:
            self.blocked = True
            return
        except ApiError as error:
            self.jobs.popleft()
            job.failed(error)
            return
        group = job.groups.popleft()
        scores = score_rows(reward.model, reward.pad_id, [job.rows[i] for i in group])
        for index, score in zip(group, scores, strict=True):
            job.scores[index] = score
        if not job.groups:
            self.jobs.popleft()
            job.done(job.scores)

    def fail_all(self, error: ApiError) -> None:
        while self.jobs:
            self.jobs.popleft().failed(error)
