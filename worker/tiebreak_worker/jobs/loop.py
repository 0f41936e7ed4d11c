"""The worker's life: claim, run, claim again, until it is asked to stop."""

import contextlib
import fcntl
import json
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiebreak_worker import __version__
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.files import write_json
from tiebreak_worker.jobs.attempt import Attempt
from tiebreak_worker.jobs.client import Interrupted, Platform, wait
from tiebreak_worker.jobs.places import Places
from tiebreak_worker.jobs.report import Pace
from tiebreak_worker.jobs.serving import NoServing, sync_models
from tiebreak_worker.jobs.stop import Stop
from tiebreak_worker.jobs.work import WORK

WAIT_SECONDS = 20


@dataclass(frozen=True)
class Options:
    """`once`: end after one job. `checkpoint_minutes`: between uploads of checkpoints, 0 for none but the last.
    `model_bytes`: how much of the platform's models to keep here for serving.
    """

    once: bool = False
    checkpoint_minutes: float = 15
    model_bytes: int = 100 * 2**30


class Worker:
    """Takes one job at a time from one platform."""

    def __init__(
        self, platform: Platform, places: Places, hardware: dict[str, Any], serving: NoServing, stop: Stop, name: str
    ) -> None:
        self._platform = platform
        self._places = places
        self._serving = serving
        self._stop = stop
        self._claim = {
            "worker": {"name": name, "version": __version__, "hardware": hardware},
            "types": sorted(WORK),
            "waitSeconds": WAIT_SECONDS,
        }

    def run(self, options: Options) -> None:
        """Work until stopped, or until one job ended when `options.once`. Raises TurnedAway."""
        while not self._stop.asked.is_set():
            try:
                answer = self._next()
            except Interrupted:
                return
            if answer["job"] is not None:
                self._do(answer, options)
                if options.once:
                    return
            with contextlib.suppress(Interrupted, WorkerError):
                sync_models(self._platform, self._places, self._serving, self._stop.asked, options.model_bytes)

    def _next(self) -> dict[str, Any]:
        begin = time.monotonic()
        body = {**self._claim, "serving": self._serving.report()}
        answer = self._platform.call("POST", "/claim", body, give_up=self._stop.asked, timeout=WAIT_SECONDS + 30)
        found = answer.json()
        if found["job"] is None and time.monotonic() - begin < 1:
            wait(1, self._stop.asked)
        return found

    def _do(self, answer: dict[str, Any], options: Options) -> None:
        job = answer["job"]
        say(f"job {job['number']} ({job['type']}, {job['name']}), attempt {job['attempt']} of {job['maxAttempts']}")
        pace = Pace(answer["leaseSeconds"], answer["reportSeconds"], options.checkpoint_minutes * 60)
        try:
            outcome = Attempt(self._platform, job, self._places, pace, self._stop, self._serving).run()
        except OSError as error:
            # Without room even for a run's folder nothing can be done; the lease runs out, and another worker takes it.
            outcome = f"given up: {error}"
            self._stop.asked.wait(answer["leaseSeconds"])
        say(f"job {job['number']}: {outcome}")


def say(line: str) -> None:
    """One line for whoever watches the worker itself."""
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[str]:
    """Hold the work folder, and give its name, the same at every start.

    Raises WorkerError when another worker has it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WorkerError(
                f"Another worker runs in {root}. Stop it, or give this one its own --work-dir.", phase="worker"
            ) from error
        file = root / "worker.json"
        if not file.exists():
            write_json(file, {"name": f"{socket.gethostname()}-{secrets.token_hex(2)}"})
        yield json.loads(file.read_text())["name"]
