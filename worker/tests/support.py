"""What several tests need: rows, releases on disk, and hooks that remember."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tiebreak_worker.data.names import STRENGTHS
from tiebreak_worker.train.config import TrainConfig, from_dict
from tiebreak_worker.train.hooks import Hooks

WORDS = (
    *("lima", "peru", "spider", "water", "letter", "hedge", "number", "unit"),
    *("garden", "weather", "list", "place", "minute", "pasta", "salt", "answer"),
)


def row(number: int, *, edited: bool = False, **changes: Any) -> dict[str, Any]:
    """A canonical row, different for each number; the chosen response is the one that says yes."""
    word, other = WORDS[number % len(WORDS)], WORDS[(number * 7 + 3) % len(WORDS)]
    record = {
        "id": f"row-{number}",
        "prompt": [{"role": "user", "content": f"Question {number}: what is {word} to a {other}?"}],
        "chosen": [{"role": "assistant", "content": f"Yes. The {word} is {other}, number {number}."}],
        "rejected": [{"role": "assistant", "content": f"No, I cannot help with {word} {'and so on ' * (number % 4)}"}],
        "strength": STRENGTHS[number % 4],
        "pool": "ab"[number % 2],
        "round": 1,
    }
    if edited:
        record["edited"] = [{"role": "assistant", "content": f"Yes. The {word} is {other}; see number {number}."}]
    return record | changes


def write_rows(path: Path, records: list[dict[str, Any]]) -> Path:
    """Write records as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def write_release(folder: Path, **splits: list[dict[str, Any]]) -> Path:
    """Write a release folder with its manifest."""
    files = []
    for split, records in splits.items():
        path = write_rows(folder / f"{split}.jsonl", records)
        files.append({"path": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": len(records)})
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    return folder


def config(method: str, data: Path, model: Path, out: Path, **settings: Any) -> TrainConfig:
    """A configuration for a short run on a CPU: all strengths, nothing held out unless the release says so."""
    short = {"strengths": ("all",), "held_out": 0.0, "device": "cpu", "learning_rate": 1e-3, "batch_size": 8}
    paths = {"method": method, "data": str(data), "model": str(model), "out": str(out)}
    return from_dict(paths | short | settings)


class Recorder(Hooks):
    """Remembers everything, and asks for a stop after `stop_after` steps if given."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.metrics: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.stop_after = stop_after

    def on_metrics(self, metrics: dict[str, Any]) -> None:
        self.metrics.append(metrics)

    def on_log(self, line: str) -> None:
        self.lines.append(line)

    def should_stop(self) -> bool:
        step = self.metrics[-1]["step"] if self.metrics else 0
        return self.stop_after is not None and step >= self.stop_after

    def values(self, name: str) -> list[float]:
        """One metric over the steps."""
        return [metrics[name] for metrics in self.metrics if name in metrics]
