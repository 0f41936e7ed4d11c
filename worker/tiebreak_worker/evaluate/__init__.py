"""Evaluation on held-out rows: `evaluate(settings, hooks)` gives the report as a dictionary, and writes JSON and
HTML.
"""

from tiebreak_worker.evaluate.settings import EvaluateSettings

__all__ = ["EvaluateSettings", "evaluate"]


def evaluate(settings: EvaluateSettings, hooks=None) -> dict:
    """Evaluate as told; see `tiebreak_worker.evaluate.runner`."""
    from tiebreak_worker.evaluate.runner import run_evaluation
    from tiebreak_worker.train.hooks import Hooks

    return run_evaluation(settings, hooks or Hooks())
