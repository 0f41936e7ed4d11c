"""What an evaluation is told."""

from dataclasses import dataclass
from typing import Any

KINDS = ("auto", "rm", "dpo", "sft")


@dataclass(frozen=True)
class EvaluateSettings:
    """Which model on which rows.

    `split` is `train`, `validation` or `test`, or `all` of them. `kind` says what to measure: rewards (`rm`), implicit
    rewards against `reference` (`dpo`), or the likelihood of responses (`sft`); `auto` goes by the model and by whether
    there is a reference. `held_out` is as in training, so that a single file is split in the same way. `validation` is
    how the loss went in the training that the report is of, if it is of one.
    """

    model: str
    data: str
    out: str
    split: str = "test"
    kind: str = "auto"
    reference: str | None = None
    beta: float = 0.1
    held_out: float = 0.1
    keep_out_bad_rows: bool = False
    precision: str = "float32"
    device: str = "auto"
    tokens_at_once: int = 8192
    validation: dict[str, Any] | None = None
