"""The one thread that computes: admits requests between steps, decodes, scores, and lends the device."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque

import torch

from tiebreak_worker.serve import device as devices
from tiebreak_worker.serve.catalog import Checkpoint
from tiebreak_worker.serve.completion import Completion
from tiebreak_worker.serve.entrance import Entrance
from tiebreak_worker.serve.errors import ApiError, bad_request, unavailable
from tiebreak_worker.serve.gate import DRAINING, SERVING, Gate
from tiebreak_worker.serve.lane import Lane, Waiting
from tiebreak_worker.serve.pool import GIB, MemoryBusy, Pool
from tiebreak_worker.serve.scoring import ScoreJob, ScoreQueue

TURN = 8
"""Steps that one checkpoint's requests run before another checkpoint's do."""
WORKSPACE = 0.1
"""Share of the memory that is kept free of weights and caches, for activations."""

log = logging.getLogger(__name__)


class Scheduler(threading.Thread):
    """Owns the pool, the lanes and the queues; other threads only `submit`, `wake`, `close` and read counters.

    A request goes from `_arrivals` to `_unplaced` (its model is to be loaded) to its lane, or to the score queue.
    `_unplaced` is first come, first served by model: what waits for a model is let in with the first of it, so that
    models which do not fit together are not swapped for every request.
    """

    def __init__(self, pool: Pool, gate: Gate, *, max_rows: int, max_waiting: int) -> None:
        super().__init__(name="scheduler", daemon=True)
        self.pool = pool
        self.gate = gate
        self.lanes: dict[str, Lane] = {}
        self.generated = 0
        self.entrance = Entrance()
        self._max_rows = max_rows
        self._max_waiting = max_waiting
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._arrivals: deque[tuple[Checkpoint, Waiting] | ScoreJob] = deque()
        self._unplaced: deque[tuple[Checkpoint, Waiting]] = deque()
        self._scores = ScoreQueue(pool)
        self._closing = False
        self._knocked = False

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn, scoring included."""
        lanes = list(self.lanes.values())
        return (
            len(self._arrivals)
            + len(self._unplaced)
            + len(self._scores.jobs)
            + sum(len(lane.waiting) for lane in lanes)
        )

    @property
    def running(self) -> int:
        """Responses that are being generated now."""
        return sum(len(lane.rows) for lane in list(self.lanes.values()))

    def submit(self, checkpoint: Checkpoint, work: Completion | ScoreJob) -> None:
        """Queue a request. Raises ApiError 503 when the device is lent or the queue is full."""
        self.gate.check()
        with self._wake:
            if self._closing:
                raise _stopping()
            if self.waiting >= self._max_waiting:
                raise unavailable(
                    f"{self._max_waiting} requests are waiting already, so this one is refused. Try again shortly.",
                    code="queue_full",
                    retry_after=5,
                )
            if isinstance(work, Completion):
                self._arrivals.append((checkpoint, Waiting(work, deque(work.choices), next(self._order))))
            else:
                self._arrivals.append(work)
        self.wake()

    def wake(self) -> None:
        """Have the thread look at what changed before its next step."""
        with self._wake:
            self._knocked = True
            self._wake.notify_all()

    def close(self) -> None:
        """Stop after the current step; everything unfinished is told that the server stops."""
        with self._wake:
            self._closing = True
        self.wake()
        self.join()

    def run(self) -> None:
        while not self._closing:
            with self._wake:
                if not self._knocked and not self._can_work():
                    self._wake.wait()
                if not self.lanes and self._arrivals:
                    self.entrance.settle(self._wake, self._arrivals)
                self._knocked = False
            self._sort_arrivals()
            try:
                self._turn()
            except torch.OutOfMemoryError:
                self._fail_all(_out_of_memory(self.pool.device))
                devices.give_back(self.pool.device)
            except Exception:
                log.exception("a turn of the scheduler failed; its requests are told")
                self._fail_all(ApiError(500, "The server failed on this request; its log says why.", code="internal"))
        self._sort_arrivals()
        self._fail_all(_stopping())
        self.pool.release()

    def _can_work(self) -> bool:
        if self.gate.state != SERVING:
            return self.gate.state == DRAINING
        return bool(self._unplaced or self._scores.jobs or self.lanes)

    def _sort_arrivals(self) -> None:
        with self._wake:
            arrivals, self._arrivals = self._arrivals, deque()
        for arrival in arrivals:
            if isinstance(arrival, ScoreJob):
                self._scores.jobs.append(arrival)
            else:
                self._unplaced.append(arrival)

    def _turn(self) -> None:
        self._drop_gone()
        if self.gate.state != SERVING and self._lend():
            return
        serving = self.gate.state == SERVING
        if serving and not self._scores.blocked:
            self._place()
        for lane in list(self.lanes.values()):
            idle = not lane.rows
            if serving and lane.waiting and not self._yields(lane):
                self._admit(lane)
                # Nobody waits for a next token yet, so all that fits is let in before the first step.
                while idle and lane.waiting and lane.admit(self._room(lane)):
                    pass
            self._decode(lane)
            self._note_caches()
        if serving:
            self._scores.run_batch(self._busy())

    def _place(self) -> None:
        """Give every new request a lane, loading its model; behind one whose model does not fit now, all wait."""
        while self._unplaced:
            checkpoint, entry = self._unplaced[0]
            try:
                if checkpoint.hash not in self.lanes:
                    resident = self.pool.causal(checkpoint, self._busy())
                    self.lanes[checkpoint.hash] = Lane(checkpoint, resident, self._max_rows)
            except MemoryBusy:
                return
            except ApiError as error:
                entry.completion.fail(error)
                self._unplaced.popleft()
                continue
            alike = [other for other in self._unplaced if other[0].hash == checkpoint.hash]
            self.lanes[checkpoint.hash].waiting.extend(entry for _, entry in alike)
            self._unplaced = deque(other for other in self._unplaced if other[0].hash != checkpoint.hash)

    def _yields(self, lane: Lane) -> bool:
        """True while an older request of another lane waits for memory that this lane's newcomers would take."""
        order = lane.waiting[0].order
        return any(other.blocked and other.waiting and other.waiting[0].order < order for other in self.lanes.values())

    def _admit(self, lane: Lane) -> None:
        """Let waiting requests in. Where memory is short, drop idle models first, then refuse what can never fit."""
        lane.blocked = False
        while not lane.admit(self._room(lane)) and not lane.rows:
            if self.pool.evict_idle(self._busy()):
                continue
            if any(other.rows for other in self.lanes.values()):
                lane.blocked = True
                return
            if self._send_back(lane):
                continue
            entry = lane.waiting.popleft()
            entry.completion.fail(_never_fits(entry.completion, lane.engine.token_bytes, max(self._room(lane), 0)))

    def _send_back(self, lane: Lane) -> bool:
        """Have the other lanes, none of which has begun, wait for their models, so that these can make room."""
        others = [other for other in self.lanes.values() if other is not lane]
        for other in reversed(others):
            self._unplace(other)
            del self.lanes[other.checkpoint.hash]
        return bool(others)

    def _unplace(self, lane: Lane) -> None:
        self._unplaced.extendleft((lane.checkpoint, entry) for entry in reversed(lane.waiting))
        lane.waiting.clear()

    def _room(self, lane: Lane) -> int:
        """Bytes that this lane's cache may take: what neither weights, other caches nor activations need."""
        others = sum(other.cache_bytes for other in self.lanes.values() if other is not lane)
        return int(self.pool.budget * (1 - WORKSPACE)) - self.pool.weight_bytes - others

    def _decode(self, lane: Lane) -> None:
        for _ in range(TURN):
            if not lane.rows:
                return
            self.generated += len(lane.rows)
            lane.step()
            if self._knocked:
                return

    def _busy(self) -> set[str]:
        return {lane.resident.key for lane in self.lanes.values()}

    def _lend(self) -> bool:
        """Free the device once nothing runs or the grace period is over; True when nothing is left to compute."""
        error = self.gate.interrupted()
        if not self.gate.queues:
            self._fail_waiting(error)
        if any(lane.rows for lane in self.lanes.values()) and not self.gate.overdue:
            return False
        for lane in self.lanes.values():
            lane.fail_rows(error)
            # Whoever waits without having started keeps its place, and gets a lane when the device is back.
            self._unplace(lane)
        self._forget_lanes()
        self.pool.release()
        self.gate.note_free()
        return True

    def _drop_gone(self) -> None:
        self._unplaced = deque(item for item in self._unplaced if not item[1].gone)
        self._scores.drop_cancelled()
        for key, lane in list(self.lanes.items()):
            lane.drop_gone()
            if not lane.waiting and not lane.rows:
                del self.lanes[key]
        self._note_caches()

    def _fail_waiting(self, error: ApiError) -> None:
        """End every request that nothing is being computed for."""
        running = {id(row.completion) for lane in self.lanes.values() for row in lane.rows}
        entries = [entry for _, entry in self._unplaced] + [e for lane in self.lanes.values() for e in lane.waiting]
        for entry in entries:
            if id(entry.completion) not in running:
                entry.completion.fail(error)
        self._scores.fail_all(error)
        self._drop_gone()

    def _fail_all(self, error: ApiError) -> None:
        for lane in self.lanes.values():
            lane.fail_rows(error)
        self._fail_waiting(error)
        self._forget_lanes()

    def _forget_lanes(self) -> None:
        self.lanes.clear()
        self._note_caches()

    def _note_caches(self) -> None:
        self.pool.cache_bytes = sum(lane.cache_bytes for lane in self.lanes.values())


def _never_fits(completion: Completion, token_bytes: int, room: int) -> ApiError:
    spec = completion.spec
    return bad_request(
        f"{len(spec.prompt)} prompt tokens and up to {spec.max_tokens} generated ones need "
        f"{spec.reach * token_bytes / GIB:.3f} GiB of cache, and {room / GIB:.3f} GiB are left beside the model. Lower "
        f"max_tokens to {max(room // token_bytes - len(spec.prompt), 0)}, or start the server with a larger --memory.",
        param="max_tokens",
        code="does_not_fit",
    )


def _stopping() -> ApiError:
    return unavailable("The server is stopping.", code="stopping", retry_after=10)


def _out_of_memory(device: torch.device) -> ApiError:
    return unavailable(
        f"The memory of {device} ran out during this request: something else uses it too. Try again, lower max_tokens "
        "or n, or start the server with a smaller --memory.",
        code="out_of_memory",
        retry_after=10,
    )
