"""What a run says, first on disk, then sent: metrics and log survive an outage, a kill of the worker, and both."""

import json
import math
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiebreak_worker.files import write_json

METRICS_AT_ONCE = 200
LOG_BYTES_AT_ONCE = 64 * 1024


class Spool:
    """A run's `log.txt` and `metrics.jsonl`, and how they continue what the platform has.

    The platform counts bytes and metrics over all attempts of a job; the files here hold those of this worker since
    `base`. They go on across a restart of this worker, but not when another worker had the job in between.
    """

    def __init__(self, folder: Path, job: dict[str, Any]) -> None:
        self.log_path = folder / "log.txt"
        self.metrics_path = folder / "metrics.jsonl"
        self._lock = threading.Lock()
        state_path = folder / "spool.json"
        state = json.loads(state_path.read_text()) if state_path.exists() else {}
        if not self._continues(state, job):
            for path in (self.log_path, self.metrics_path):
                path.unlink(missing_ok=True)
            state = {"logBase": job["logBytes"], "seqBase": job["metricSeq"]}
        self._log_base, self._seq_base = state["logBase"], state["seqBase"]
        write_json(state_path, {**state, "fence": job["fence"]})
        for path in (self.log_path, self.metrics_path):
            cut_unfinished_line(path)
        self.log_sent = job["logBytes"]
        self.seq_sent = job["metricSeq"]

    def _continues(self, state: dict[str, Any], job: dict[str, Any]) -> bool:
        if state.get("fence") != job["fence"] - 1:
            return False
        log_size = self.log_path.stat().st_size if self.log_path.exists() else 0
        return 0 <= job["logBytes"] - state["logBase"] <= log_size and 0 <= job["metricSeq"] - state[
            "seqBase"
        ] <= count_lines(self.metrics_path)

    def log(self, text: str) -> None:
        """Add lines to the log. On a full disk they go to the worker's own output: a line is not worth the run."""
        if not text.endswith("\n"):
            text += "\n"
        try:
            with self._lock, self.log_path.open("ab") as stream:
                stream.write(text.encode())
        except OSError as error:
            print(f"not logged ({error.strerror}): {text}", end="", flush=True)

    def next_log(self) -> dict[str, Any] | None:
        """The piece of log that comes next, cut after a line, or None."""
        if not self.log_path.exists():
            return None
        with self.log_path.open("rb") as stream:
            stream.seek(self.log_sent - self._log_base)
            piece = stream.read(LOG_BYTES_AT_ONCE)
        end = piece.rfind(b"\n") + 1
        if not end and len(piece) < LOG_BYTES_AT_ONCE:
            return None
        # A line longer than a whole piece is cut between two characters.
        text = (piece[:end] if end else piece).decode(errors="ignore")
        return {"offset": self.log_sent, "text": text} if text else None

    def next_metrics(self) -> list[dict[str, Any]]:
        """The metrics that come next, at most METRICS_AT_ONCE."""
        if not self.metrics_path.exists():
            return []
        skip, found = self.seq_sent - self._seq_base, []
        with self.metrics_path.open("rb") as stream:
            for number, line in enumerate(stream):
                if number >= skip and line.endswith(b"\n"):
                    found.append({"seq": self._seq_base + number + 1, **json.loads(line)})
                if len(found) == METRICS_AT_ONCE:
                    break
        return found


class MetricsFile:
    """The other end of `metrics.jsonl`, in the process that trains."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, values: dict[str, Any]) -> None:
        """Append one line: the step, the time, and every number; what is not finite becomes null."""
        numbers = {
            name: (float(value) if math.isfinite(value) else None)
            for name, value in values.items()
            if isinstance(value, int | float) and not isinstance(value, bool) and name not in ("seq", "step")
        }
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"step": int(values.get("step", 0)), "at": at, "values": numbers}) + "\n"
        with self._path.open("ab") as stream:
            stream.write(line.encode())


def cut_unfinished_line(path: Path) -> None:
    """Drop what a kill left of a line that was being written."""
    if not path.exists():
        return
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        os.truncate(path, end)


def count_lines(path: Path) -> int:
    """Whole lines of a file; 0 when it is not there."""
    return path.read_bytes().count(b"\n") if path.exists() else 0
