"""LoRA: which layers get it, and the head that must be trained and saved with it."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class LoraSettings:
    """Rank, scale (`alpha` / rank multiplies the update) and dropout (0 to 1) of the adapter."""

    rank: int
    alpha: int
    dropout: float


def head_names(model) -> list[str]:
    """Names of the top-level modules that are not the backbone: `score` or `classifier` in a sequence classifier."""
    return [
        name
        for name, child in model.named_children()
        if name != model.base_model_prefix and any(True for _ in child.parameters())
    ]


def add_lora(model, settings: LoraSettings, *, reward: bool):
    """Wrap the model so that only LoRA on the backbone's linear layers, and a reward model's head, are trained.

    The head is trained whole and listed in `modules_to_save`: without that an adapter is saved without it, and the
    reward after loading is that of a random head.
    """
    from peft import LoraConfig, TaskType, get_peft_model

    backbone = getattr(model, model.base_model_prefix)
    targets = sorted(
        {name.split(".")[-1] for name, module in backbone.named_modules() if isinstance(module, nn.Linear)}
    )
    config = LoraConfig(
        task_type=TaskType.SEQ_CLS if reward else TaskType.CAUSAL_LM,
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=targets,
        exclude_modules=head_names(model) if reward else None,
        modules_to_save=head_names(model) if reward else None,
    )
    return get_peft_model(model, config)
