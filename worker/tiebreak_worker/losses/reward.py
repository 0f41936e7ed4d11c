"""The reward model's loss."""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def bradley_terry(better: Tensor, worse: Tensor, margin: Tensor, weight: Tensor, centring: float) -> Tensor:
    """Loss of each pair, all of shape (P,): -weight * log sigmoid(better - worse - margin) + centring * (better +
    worse)^2.

    Margin: Llama 2 (arXiv 2307.09288, eq. 2). Weight by strength, "scaled" Bradley-Terry: HelpSteer2-Preference (arXiv
    2410.01257, section 3). Centring pulls the mean reward to zero: Eisenstein et al. (arXiv 2312.09244), eq. 2.
    """
    loss = -weight * logsigmoid(better - worse - margin)
    if centring:
        loss = loss + centring * torch.square(better + worse)
    return loss
