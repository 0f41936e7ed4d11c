"""How the work of a job tells the worker how it goes: through files in the run's folder."""

import json
import threading
import time
from pathlib import Path
from typing import Any

from tiebreak_worker.jobs.spool import MetricsFile
from tiebreak_worker.train.hooks import Hooks

PROGRESS_EVERY = 0.5


class JobHooks(Hooks):
    """Writes metrics and progress where the worker picks them up; the log is what this process prints."""

    def __init__(self, run: Path) -> None:
        self._metrics = MetricsFile(run / "metrics.jsonl")
        self._progress = run / "progress.json"
        self._told = 0.0
        self.last: dict[str, Any] = {}
        self.stop = threading.Event()

    def on_metrics(self, metrics: dict[str, Any]) -> None:
        """Queue the numbers, and remember the newest of each."""
        self.last.update(metrics)
        self._metrics.add(metrics)

    def on_log(self, line: str) -> None:
        """Print one line."""
        print(line, flush=True)

    def on_progress(self, phase: str, done: int, total: int) -> None:
        """Leave word of how far the phase has come, not more often than anybody looks."""
        now = time.monotonic()
        if now - self._told >= PROGRESS_EVERY or done >= total:
            self._told = now
            part = self._progress.with_suffix(".part")
            part.write_text(json.dumps({"phase": phase, "progress": min(1.0, done / total) if total else 0.0}))
            part.replace(self._progress)

    def should_stop(self) -> bool:
        """True once the worker asked."""
        return self.stop.is_set()
