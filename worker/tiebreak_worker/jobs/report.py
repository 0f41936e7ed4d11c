"""The threads beside the work: one renews the lease, one sends metrics and log."""

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tiebreak_worker.jobs.client import LONGEST_PAUSE, Interrupted, Platform, Refused, StaleFence, TurnedAway
from tiebreak_worker.jobs.spool import Spool
from tiebreak_worker.jobs.stop import AnyOf

# While the worker itself is busy, what the process said last of its progress is old news.
OWN_PHASES = ("starting", "uploading", "uploading the checkpoint")


@dataclass(frozen=True)
class Pace:
    """How things are timed, in seconds; `checkpoint_every` is between uploads of checkpoints, 0 for none."""

    lease: float
    report: float
    checkpoint_every: float


class Reporter:
    """Renews from the moment it is entered, before anything is fetched. Sets `lost` when the job is another worker's.

    `cancelled` is set when an admin asked to stop; `turned_away` holds why no call will succeed any more.
    """

    def __init__(
        self,
        platform: Platform,
        job: dict[str, Any],
        spool: Spool,
        pace: Pace,
        serving: Callable[[], dict[str, Any] | None],
        lost: threading.Event,
    ) -> None:
        self.cancelled = threading.Event()
        self.turned_away: TurnedAway | None = None
        self._platform = platform
        self._job = job
        self._spool = spool
        self._pace = pace
        self._serving = serving
        self._lost = lost
        self._ended = threading.Event()
        self._phase, self._progress = "starting", 0.0
        self._sending = threading.Lock()
        loops = {"heartbeat": self._renew, "report": self._send}
        self._threads = [threading.Thread(target=self._loop, args=(work,), name=name) for name, work in loops.items()]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def say(self, phase: str, progress: float | None = None) -> None:
        """What the worker itself is doing, outside of the process that does the work."""
        self._phase = phase
        if progress is not None:
            self._progress = progress

    def flush(self) -> None:
        """Send everything that is on disk. Raises StaleFence."""
        with self._sending:
            while self._send_metrics() or self._send_log():
                pass

    def _loop(self, work: Callable[[], float]) -> None:
        try:
            while not self._ended.wait(work()):
                pass
        except StaleFence:
            self._lost.set()
        except TurnedAway as error:
            self.turned_away = error
            self._lost.set()
        except Interrupted:
            pass

    def _renew(self) -> float:
        """One heartbeat; returns the seconds to the next."""
        phase, progress = self._where()
        body = {"fence": self._job["fence"], "progress": progress, "phase": phase, "serving": self._serving()}
        answer = self._call("POST", "heartbeat", body)
        if answer["cancel"]:
            self.cancelled.set()
        return answer["leaseSeconds"] / 3

    def _where(self) -> tuple[str, float]:
        file = self._spool.log_path.with_name("progress.json")
        with contextlib.suppress(OSError, ValueError):
            told = json.loads(file.read_text())
            if self._phase not in OWN_PHASES:
                return told["phase"], told["progress"]
        return self._phase, self._progress

    def _send(self) -> float:
        with self._sending:
            while (self._send_metrics() or self._send_log()) and not self._ended.is_set():
                pass
        return self._pace.report

    def _send_metrics(self) -> bool:
        found = self._spool.next_metrics()
        if not found:
            return False
        try:
            answer = self._call("POST", "metrics", {"fence": self._job["fence"], "metrics": found})
            self._spool.seq_sent = answer["seq"]
        except Refused as error:
            if "expected" not in error.body:
                raise
            self._spool.seq_sent = error.body["expected"] - 1
        return True

    def _send_log(self) -> bool:
        piece = self._spool.next_log()
        if piece is None:
            return False
        try:
            self._spool.log_sent = self._call("PATCH", "logs", {"fence": self._job["fence"], **piece})["bytes"]
        except Refused as error:
            if "expected" not in error.body:
                raise
            self._spool.log_sent = error.body["expected"]
        return True

    def _call(self, method: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        give_up = AnyOf(self._ended, self._lost)
        path = f"/jobs/{self._job['id']}/{verb}"
        # A platform that is back gives its workers one lease to call.
        pause = min(LONGEST_PAUSE, self._pace.lease / 3)
        return self._platform.call(method, path, body, give_up=give_up, longest_pause=pause).json()
