"""Whether the device is ours to use: lent to a trainer or not, and what callers are told meanwhile."""

from __future__ import annotations

import threading
import time

from tiebreak_worker.serve.errors import ApiError, unavailable

SERVING = "serving"
"""Entered at the start and by `resume`."""
DRAINING = "draining"
"""Entered by `pause`: running requests may finish until the grace period ends, nothing new starts."""
PAUSED = "paused"
"""Entered from draining once nothing runs and all memory was given back; left by `resume`."""


class Gate:
    """The lending of the device. Any thread may pause and resume; the scheduler reports when memory is free."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.Event()
        self.state = SERVING
        self.reason: str | None = None
        self.queues = False
        self._retry_after = 30
        self._deadline = 0.0

    def pause(self, reason: str, *, queues: bool, grace: float, retry_after: int) -> None:
        """Begin to drain. `queues`: requests that come meanwhile wait for the device; otherwise they are refused."""
        with self._lock:
            self.reason, self.queues, self._retry_after = reason, queues, retry_after
            if self.state != PAUSED:
                self.state, self._deadline = DRAINING, time.monotonic() + grace
                self._free.clear()

    def resume(self) -> None:
        with self._lock:
            self.state, self.reason = SERVING, None
            self._free.set()

    def note_free(self) -> None:
        """The scheduler gave all memory back. Does nothing when `resume` came first."""
        with self._lock:
            if self.state == DRAINING:
                self.state = PAUSED
                self._free.set()

    def wait_free(self, timeout: float | None) -> bool:
        return self._free.wait(timeout)

    @property
    def overdue(self) -> bool:
        return self.state == DRAINING and time.monotonic() > self._deadline

    def check(self) -> None:
        """Raises ApiError 503 when a new request is to be refused."""
        with self._lock:
            if self.state != SERVING and not self.queues:
                raise self._error("This request is refused")

    def interrupted(self) -> ApiError:
        """For a request that was under way or waiting when the device was taken."""
        return self._error("This request was interrupted")

    def _error(self, what: str) -> ApiError:
        reason = (self.reason or "another job has it").rstrip(".")
        return unavailable(
            f"{what}, because the models were unloaded to lend the device: {reason}. "
            f"Try again in {self._retry_after} s.",
            code="device_lent",
            retry_after=self._retry_after,
        )
