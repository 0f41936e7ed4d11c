"""DPO and its relatives, as functions of the log-ratios of policy to reference.

Names follow TRL 1.13, against which each is tested. `aot` and `aot_unpaired` are left out on purpose: they sort over
the batch, so their value would change with how a batch is cut into micro-batches and spread over devices.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

DISCOPOP_TAU = 0.05


@dataclass(frozen=True)
class Ratios:
    """What a loss may look at, each of shape (P,): log-ratios of both responses, their counted tokens, and the
    offset.
    """

    better: Tensor
    worse: Tensor
    better_tokens: Tensor
    worse_tokens: Tensor
    offset: Tensor
    beta: float
    smoothing: float

    @property
    def gap(self) -> Tensor:
        """beta * (better - worse) - offset. The offset asks more of strong preferences: ODPO (arXiv 2402.10571), eq.
        6.
        """
        return self.beta * (self.better - self.worse) - self.offset

    @property
    def gap_per_token(self) -> Tensor:
        """Difference of the log-ratios per token, without beta."""
        return self.better / self.better_tokens.clamp(min=1) - self.worse / self.worse_tokens.clamp(min=1)


def _sigmoid(r: Ratios) -> Tensor:
    """DPO (arXiv 2305.18290, eq. 7); smoothing is the chance that the label is flipped (conservative DPO)."""
    return -(1 - r.smoothing) * logsigmoid(r.gap) - r.smoothing * logsigmoid(-r.gap)


def _hinge(r: Ratios) -> Tensor:
    """SLiC (arXiv 2305.10425) on normalised likelihoods."""
    return torch.relu(1 - r.gap)


def _ipo(r: Ratios) -> Tensor:
    """IPO (arXiv 2310.12036, eq. 17) on means per token, as its authors do."""
    return (r.gap_per_token - 1 / (2 * r.beta)) ** 2


def _sigmoid_norm(r: Ratios) -> Tensor:
    """DPO on means per token (Tulu 3, arXiv 2411.15124, eq. 6)."""
    return -logsigmoid(r.beta * r.gap_per_token - r.offset)


def _robust(r: Ratios) -> Tensor:
    """Robust DPO (arXiv 2403.00409): unbiased when labels are flipped with chance `smoothing`, which must be under
    0.5.
    """
    clean, flipped = -logsigmoid(r.gap), -logsigmoid(-r.gap)
    return ((1 - r.smoothing) * clean - r.smoothing * flipped) / (1 - 2 * r.smoothing)


def _exo_pair(r: Ratios) -> Tensor:
    """EXO (arXiv 2402.00856, eq. 16); needs smoothing above 0."""
    win, lose = torch.sigmoid(r.gap), torch.sigmoid(-r.gap)
    log_win, log_lose = logsigmoid(r.gap), logsigmoid(-r.gap)
    return win * (log_win - math.log1p(-r.smoothing)) + lose * (log_lose - math.log(r.smoothing))


def _nca_pair(r: Ratios) -> Tensor:
    """NCA (arXiv 2402.05369) for two responses."""
    better, worse = r.beta * r.better, r.beta * r.worse
    return -logsigmoid(better) - 0.5 * logsigmoid(-better) - 0.5 * logsigmoid(-worse)


def _bco_pair(r: Ratios) -> Tensor:
    """BCO (arXiv 2404.04656) on pairs, without its reward shift."""
    return -logsigmoid(r.beta * r.better) - logsigmoid(-r.beta * r.worse)


def _sppo_hard(r: Ratios) -> Tensor:
    """SPPO (arXiv 2405.00675, eq. 4.7) with the winner's probability taken as 1."""
    return (r.better - 0.5 / r.beta) ** 2 + (r.worse + 0.5 / r.beta) ** 2


def _apo_zero(r: Ratios) -> Tensor:
    """APO-zero (arXiv 2408.06266, eq. 7): for chosen responses better than the model's own."""
    return 1 - torch.sigmoid(r.beta * r.better) + torch.sigmoid(r.beta * r.worse)


def _apo_down(r: Ratios) -> Tensor:
    """APO-down (arXiv 2408.06266, eq. 8): for chosen responses worse than the model's own."""
    return torch.sigmoid(r.beta * r.better) + 1 - torch.sigmoid(r.beta * (r.better - r.worse))


def _discopop(r: Ratios) -> Tensor:
    """DiscoPOP (arXiv 2406.08414, eq. 5): logistic and exponential loss, mixed by the gap itself."""
    mix = torch.sigmoid(r.gap / DISCOPOP_TAU)
    return -logsigmoid(r.gap) * (1 - mix) + torch.exp(-r.gap) * mix


LOSSES: dict[str, Callable[[Ratios], Tensor]] = {
    "sigmoid": _sigmoid,
    "hinge": _hinge,
    "ipo": _ipo,
    "sigmoid_norm": _sigmoid_norm,
    "robust": _robust,
    "exo_pair": _exo_pair,
    "nca_pair": _nca_pair,
    "bco_pair": _bco_pair,
    "sppo_hard": _sppo_hard,
    "apo_zero": _apo_zero,
    "apo_down": _apo_down,
    "discopop": _discopop,
}
