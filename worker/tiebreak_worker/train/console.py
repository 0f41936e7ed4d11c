"""Hooks for the command line: progress bars and lines on the terminal, metrics in a file, stop on a signal."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from tqdm import tqdm

from tiebreak_worker.train.hooks import Hooks

SHOWN = ("loss", "accuracy", "margin", "learning_rate", "eval_loss", "eval_accuracy")


class ConsoleHooks(Hooks):
    """Shows a run on stderr, and appends its metrics to `metrics.jsonl` in the output folder."""

    def __init__(self, out: str) -> None:
        self.path = Path(out) / "metrics.jsonl"
        self.bar: tqdm | None = None
        self.phase = ""
        self.stopping = False
        self.last_seq: int | None = None

    def __enter__(self) -> "ConsoleHooks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()

    def on_metrics(self, metrics: dict[str, Any]) -> None:
        """Append the metrics; after a resume, what came after the checkpoint is dropped first, since it comes again."""
        if self.last_seq is None:
            self._drop_from(metrics["seq"])
        self.last_seq = metrics["seq"]
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(metrics) + "\n")
        if self.bar is not None:
            self.bar.set_postfix({name: f"{metrics[name]:.4g}" for name in SHOWN if name in metrics})

    def _drop_from(self, seq: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            lines = [line for line in self.path.read_text().splitlines() if line.endswith("}")]
            kept = [line for line in lines if json.loads(line)["seq"] < seq]
            self.path.write_text("".join(f"{line}\n" for line in kept))

    def on_log(self, line: str) -> None:
        """Print above the progress bar."""
        tqdm.write(line, file=sys.stderr)

    def on_progress(self, phase: str, done: int, total: int) -> None:
        """Move the bar of the phase, making a new one when the phase changes."""
        if phase != self.phase or self.bar is None:
            if self.bar is not None:
                self.bar.close()
            self.phase, self.bar = phase, tqdm(total=total, desc=phase, file=sys.stderr, dynamic_ncols=True)
        self.bar.total = total
        self.bar.update(done - self.bar.n)

    def should_stop(self) -> bool:
        """True once a signal came."""
        return self.stopping


@contextmanager
def stop_on_signals(hooks: ConsoleHooks) -> Iterator[None]:
    """Turn the first SIGTERM or SIGINT into a graceful stop; a second SIGINT ends the process at once."""

    def ask(number: int, _frame: object) -> None:
        hooks.stopping = True
        hooks.on_log(f"{signal.Signals(number).name}: stopping after this step, with a checkpoint")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
