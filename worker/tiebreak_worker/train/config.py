"""What a training run is told, with defaults and units said once: the command line and the jobs both read them here."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from tiebreak_worker.data.names import LOSSES, LOSSES_WITH_OFFSET, MARGINS, OVER_LONG, PAIRS, STRENGTHS
from tiebreak_worker.errors import WorkerError

METHODS = ("rm", "sft", "dpo")


def option(default: Any, about: str, *, choices: tuple = (), methods: tuple = METHODS, many: bool = False) -> Any:
    """A field with its help text, the values it may take, and the methods it is for; `many` means comma-separated."""
    metadata = {"about": about, "choices": choices, "methods": methods, "many": many}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class TrainConfig:
    """One training run. Defaults are those of the method's recipe (`recipe`), mostly Llama 3's."""

    method: str
    data: str
    model: str
    out: str

    # Data
    strengths: tuple[str, ...] = option(
        STRENGTHS[:2], "strengths that take part, or all", choices=(*STRENGTHS, "all"), many=True
    )
    include_null_strength: bool = option(False, "let rows without a strength through the strength filter")
    pairs: tuple[str, ...] = option(
        PAIRS, "ordered pairs that a row gives", choices=PAIRS, methods=("rm", "dpo"), many=True
    )
    responses: str = option(
        "best",
        "train on the best response of a row (edited, else chosen), or on both",
        choices=("best", "both"),
        methods=("sft",),
    )
    held_out: float = option(0.1, "share of prompts held out for evaluation when --data is one file (0 to 1)")
    bad_rows: str = option("fail", "what to do with lines that are no rows", choices=("fail", "keep-out"))
    max_tokens: int = option(0, "longest prompt with one response (tokens); 0 is the model's context")
    over_long: str = option("keep-out", "what to do with longer rows", choices=OVER_LONG)
    chat_template: str | None = option(None, "file with a Jinja chat template to use in place of the model's")
    pad_token: str | None = option(None, "padding token to use; added to the vocabulary when it is not there")
    group_by_prompt: bool = option(True, "keep comparisons of one prompt in one step, so that they share it")

    # Loss
    margins: str = option("none", "margin or weight by strength", choices=MARGINS, methods=("rm",))
    centring: float = option(0.0, "weight of (sum of the pair's rewards)^2; TRL suggests 0.01", methods=("rm",))
    loss: str = option("sigmoid", "preference loss", choices=LOSSES, methods=("dpo",))
    beta: float = option(0.1, "strength of the pull towards the reference", methods=("dpo",))
    label_smoothing: float = option(0.0, "chance that a label is wrong (0 to 0.5)", methods=("dpo",))
    offset: float = option(0.0, "weight of the strength-aware offset (ODPO), 0 is off", methods=("dpo",))
    offset_table: str = option(
        "llama2-small", "offset by strength, before its weight", choices=MARGINS[1:], methods=("dpo",)
    )
    mask_format: bool = option(True, "leave header and end-of-turn tokens out of the preference term", methods=("dpo",))
    nll_weight: float = option(0.2, "weight of the negative log-likelihood of the best response", methods=("dpo",))
    reference: str | None = option(None, "reference model; by default the model as it starts", methods=("dpo",))
    reference_cache: str | None = option(
        None, "folder of cached reference log-probabilities; by default in --out", methods=("dpo",)
    )

    # Optimisation
    epochs: float = option(1.0, "passes over the data")
    max_steps: int = option(0, "stop after this many steps; 0 is no limit")
    batch_size: int = option(64, "comparisons per step, over all devices")
    learning_rate: float = option(1e-5, "highest learning rate")
    schedule: str = option("cosine", "how the learning rate falls", choices=("cosine", "linear", "constant"))
    warmup: float = option(
        0.03, "share of the steps in which the learning rate rises (at least 5 steps if there are 100)"
    )
    final_rate: float = option(0.1, "learning rate at the end, as a share of the highest")
    weight_decay: float = option(0.0, "weight decay of matrices")
    clip: float = option(1.0, "largest norm of the gradient; 0 is no limit")
    seed: int = option(0, "seed of everything random")

    # Model and memory
    lora_rank: int = option(0, "rank of the LoRA adapter; 0 trains all weights")
    lora_alpha: int = option(32, "scale of the LoRA adapter")
    lora_dropout: float = option(0.0, "dropout inside the LoRA adapter (0 to 1)")
    precision: str = option(
        "auto",
        "weights and arithmetic; mixed keeps float32 weights, bfloat16 suits LoRA; auto: mixed on a GPU, else float32",
        choices=("auto", "float32", "mixed", "bfloat16"),
    )
    device: str = option("auto", "device to train on", choices=("auto", "cpu", "cuda"))
    share_prompt: str = option(
        "auto",
        "compute a prompt once for all its responses; auto does so where the architecture allows it",
        choices=("auto", "on", "off"),
    )
    micro_batch_tokens: int = option(0, "tokens per forward pass and device; 0 is 16384 on a GPU, 4096 on a CPU")
    gradient_checkpointing: bool = option(False, "save memory by computing activations twice")

    # Running
    eval_every: int = option(0, "steps between evaluations on the validation split; 0 is once per epoch")
    checkpoint_every: int = option(100, "steps between checkpoints")
    keep_checkpoints: int = option(2, "checkpoints to keep")
    load_best_at_end: bool = option(False, "save the weights of the lowest validation loss in place of the last ones")
    resume: bool = option(True, "go on from the last checkpoint in --out, if there is one")
    evaluate: bool = option(True, "write an evaluation report at the end, when there are held-out rows")

    def __post_init__(self) -> None:
        """Check what the types cannot say; raises WorkerError naming the option."""
        for item in dataclasses.fields(self):
            choices = item.metadata.get("choices")
            value = getattr(self, item.name)
            for part in value if item.metadata.get("many") else (value,):
                if choices and part not in choices:
                    raise _wrong(item.name, f"is {part!r}; choose from {', '.join(choices)}")
        limits = {"batch_size": (1, None), "epochs": (0, None), "learning_rate": (0, None), "held_out": (0, 0.9)}
        limits |= {"label_smoothing": (0, 0.499), "checkpoint_every": (1, None), "keep_checkpoints": (1, None)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value < low or (high is not None and value > high):
                raise _wrong(name, f"is {value}; it must be at least {low}" + (f" and at most {high}" if high else ""))
        if self.loss == "exo_pair" and self.label_smoothing == 0:
            raise _wrong("label_smoothing", "is 0; the exo_pair loss needs it above 0, 0.001 for example")
        if self.offset and self.loss not in LOSSES_WITH_OFFSET:
            raise _wrong("offset", f"is {self.offset}; the {self.loss} loss has no gap to offset, set it to 0")

    @property
    def strength_filter(self) -> tuple[str, ...]:
        """The strengths that take part; empty for all."""
        return () if "all" in self.strengths else self.strengths

    def deciding(self) -> dict[str, Any]:
        """The settings that decide the weights: a checkpoint of a run with others must not be taken up by this one."""
        running = {"out", "eval_every", "checkpoint_every", "keep_checkpoints", "resume", "evaluate", "device"}
        running |= {"micro_batch_tokens", "gradient_checkpointing", "reference_cache", "share_prompt", "data", "model"}
        running |= {"load_best_at_end"}  # The weights of every step are the same; it chooses among them.
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in running}

    def to_json(self) -> str:
        """The configuration as JSON, readable by `from_dict`."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"


def _wrong(name: str, reason: str) -> WorkerError:
    return WorkerError(f"The setting {name} (--{name.replace('_', '-')}) {reason}.", phase="config")


def recipe(method: str) -> dict[str, Any]:
    """The defaults that differ by method. Supervised fine-tuning has no use for how far apart two responses were."""
    return {"strengths": ("all",)} if method == "sft" else {}


def from_dict(values: dict[str, Any]) -> TrainConfig:
    """Make a configuration from parsed JSON, with the method's recipe for what is not given.

    Raises WorkerError for a setting that does not exist or does not belong to the method.
    """
    known = {item.name: item for item in dataclasses.fields(TrainConfig)}
    method = values.get("method")
    missing = [name for name in ("method", "data", "model", "out") if not values.get(name)]
    if missing:
        raise WorkerError(f"The training configuration lacks {', '.join(missing)}.", phase="config")
    if method not in METHODS:
        raise _wrong("method", f"is {method!r}; choose from {', '.join(METHODS)}")
    # JSON has lists where settings are tuples.
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    for name, value in values.items():
        if name not in known:
            raise _wrong(name, "does not exist")
        if method not in known[name].metadata.get("methods", METHODS) and value != known[name].default:
            raise _wrong(name, f"is not a setting of {method}")
    return TrainConfig(**(recipe(method) | values))
