"""The learning rate of each step, and the optimizer."""

import math

import torch

from tiebreak_worker.train.config import TrainConfig

LEAST_WARMUP = 5
FEW_STEPS = 100


def rate_at(step: int, total: int, config: TrainConfig) -> float:
    """Learning rate of step `step` (from 0) of `total`: a linear rise, then a fall to `final_rate` of the highest.

    Llama 2 warms up for 3 % of the steps and at least 5 (arXiv 2307.09288, section 3.2.2); of very few steps, 5
    would be too large a share, so runs under 100 steps warm up by the share alone.
    """
    warmup = math.ceil(config.warmup * total)
    if total >= FEW_STEPS and warmup:
        warmup = max(LEAST_WARMUP, warmup)
    if step < warmup:
        return config.learning_rate * (step + 1) / warmup
    if config.schedule == "constant":
        return config.learning_rate
    done = (step - warmup) / max(1, total - warmup)
    fall = 0.5 * (1 + math.cos(math.pi * done)) if config.schedule == "cosine" else 1 - done
    return config.learning_rate * (config.final_rate + (1 - config.final_rate) * fall)


def make_optimizer(module: torch.nn.Module, config: TrainConfig) -> torch.optim.AdamW:
    """AdamW over what is trainable; only matrices decay, since norms and biases have no scale to lose."""
    trainable = [parameter for parameter in module.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trainable if p.dim() >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in trainable if p.dim() < 2], "weight_decay": 0.0},
    ]
    fused = all(parameter.is_cuda for parameter in trainable)
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=config.learning_rate, fused=fused)
