"""Training: `run(config, hooks)` takes a configuration to a trained, saved and evaluated model."""

from tiebreak_worker.train.config import TrainConfig
from tiebreak_worker.train.hooks import Hooks, TrainResult

__all__ = ["Hooks", "TrainConfig", "TrainResult", "run"]


def run(config: TrainConfig, hooks: Hooks | None = None) -> TrainResult:
    """Train as configured; everything is written under `config.out`.

    Raises Stopped when the hooks asked for a stop (a checkpoint is there, the same call goes on from it), and
    WorkerError with what to change when the run cannot start or go on.
    """
    from tiebreak_worker.train.runner import run_training

    return run_training(config, hooks or Hooks())
