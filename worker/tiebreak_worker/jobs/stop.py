"""How a worker is asked to stop: first gently, then in a hurry."""

import threading
import time

POLL = 0.1


class AnyOf(threading.Event):
    """Set as soon as one of the others is; for those who wait on a single event."""

    def __init__(self, *events: threading.Event) -> None:
        super().__init__()
        self._events = events

    def is_set(self) -> bool:
        """Whether one of them is set."""
        return any(event.is_set() for event in self._events)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the first of them, at most `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self.is_set() and (until is None or time.monotonic() < until):
            time.sleep(POLL)
        return self.is_set()


class Stop:
    """`asked`: finish the step, leave a checkpoint, hand the job back. `hurry`: that took too long, or was asked twice;
    end now, what is on the disk is enough to go on from.
    """

    def __init__(self, seconds: float = 30.0) -> None:
        self.asked = threading.Event()
        self.hurry = threading.Event()
        self._seconds = seconds

    def ask(self) -> None:
        """Ask once to stop, twice to hurry."""
        if self.asked.is_set():
            self.hurry.set()
            return
        self.asked.set()
        timer = threading.Timer(self._seconds, self.hurry.set)
        timer.daemon = True
        timer.start()
