"""Requests that come together start together, and are then computed in step for as long as they run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sized
from contextlib import contextmanager

SETTLE = 0.002
"""Seconds without a newcomer after which an idle scheduler starts."""
LONGEST = 0.05
"""Seconds after which it starts in any case."""


class Entrance:
    """Counts the requests that are being read and not yet queued."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Around the reading of a request, up to its place in the queue or its refusal."""
        with self._lock:
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def settle(self, changed: threading.Condition, queue: Sized) -> None:
        """Wait, with the queue's condition held, until nobody is being read and nobody came for a moment."""
        begin = quiet_since = time.monotonic()
        length = len(queue)
        while (now := time.monotonic()) < begin + LONGEST and (self._inside or now < quiet_since + SETTLE):
            changed.wait(SETTLE)
            if len(queue) != length:
                length, quiet_since = len(queue), time.monotonic()
