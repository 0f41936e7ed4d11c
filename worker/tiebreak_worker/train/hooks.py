"""How a caller watches a run and stops it: the command line, the jobs and the tests each bring their own."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Hooks:
    """Does nothing; override what you need. All methods are called on the main process only, except `should_stop`."""

    def on_metrics(self, metrics: dict[str, Any]) -> None:
        """Numbers of one step or evaluation. `seq` rises by one per call, over resumed runs too; `step` may repeat."""

    def on_log(self, line: str) -> None:
        """One line for a person to read."""

    def on_progress(self, phase: str, done: int, total: int) -> None:
        """How far the phase (`tokenise`, `reference`, `train`, `evaluate`) has come."""

    def should_stop(self) -> bool:
        """Asked after every step. True makes the run write a checkpoint and raise Stopped."""
        return False


@dataclass
class TrainResult:
    """What a finished run leaves: where the model is, the last metrics, and the evaluation's numbers if there was
    one.
    """

    model: Path
    steps: int
    metrics: dict[str, Any]
    evaluation: dict[str, Any] | None = None
    data: dict[str, Any] = field(default_factory=dict)
