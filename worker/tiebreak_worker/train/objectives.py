"""What each method optimises: from the module's output to a loss and to sums that become metrics.

Losses are divided by counts over the whole step, known before its first micro-batch. So a step's gradient does not
depend on how it is cut into micro-batches, nor on the number of devices.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from tiebreak_worker.data.layout import Batch
from tiebreak_worker.data.tokenise import Item
from tiebreak_worker.losses.logprob import sum_by_owner
from tiebreak_worker.losses.preference import LOSSES, Ratios
from tiebreak_worker.losses.reward import bradley_terry
from tiebreak_worker.train.config import TrainConfig

Sums = dict[str, Tensor]


@dataclass(frozen=True)
class Totals:
    """Counts over a whole step: pairs, and tokens of the negative log-likelihood term."""

    pairs: int
    tokens: int

    @classmethod
    def of(cls, items: list[Item]) -> "Totals":
        """Count a step's items; the best response stands first in each."""
        return cls(sum(len(item.pairs) for item in items), sum(len(item.answers[0].ids) for item in items))


class Objective(Protocol):
    """A training objective. `loss` returns this micro-batch's share of the step's loss, and sums to add up."""

    def loss(self, batch: Batch, output: Tensor, totals: Totals) -> tuple[Tensor, Sums]:
        """Loss share (a scalar) and detached sums (scalars) of one micro-batch."""

    def metrics(self, sums: dict[str, float], totals: Totals) -> dict[str, float]:
        """Metrics of a step from the sums over all its micro-batches and devices."""


def _pair_sums(better: Tensor, worse: Tensor) -> Sums:
    # A tie counts half: a model that gives every response the same score has learned nothing, not everything.
    right = (better > worse).float() + 0.5 * (better == worse).float()
    return {
        "right": right.sum(),
        "gap": (better - worse).sum(),
        "better": better.sum(),
        "worse": worse.sum(),
    }


def _pair_metrics(sums: dict[str, float], totals: Totals) -> dict[str, float]:
    return {
        "accuracy": sums["right"] / totals.pairs,
        "margin": sums["gap"] / totals.pairs,
        "reward_better": sums["better"] / totals.pairs,
        "reward_worse": sums["worse"] / totals.pairs,
    }


@dataclass(frozen=True)
class RewardObjective:
    """Bradley-Terry on every ordered pair, averaged over the step's pairs."""

    centring: float

    def loss(self, batch: Batch, output: Tensor, totals: Totals) -> tuple[Tensor, Sums]:
        """`output` is the rewards, (A,)."""
        better, worse = output[batch.better], output[batch.worse]  # (P,)
        loss = bradley_terry(better, worse, batch.margin, batch.weight, self.centring).sum() / totals.pairs
        return loss, {"loss": loss.detach()} | _pair_sums(better.detach(), worse.detach())

    def metrics(self, sums: dict[str, float], totals: Totals) -> dict[str, float]:
        """Loss, share of pairs in the right order, mean gap, and mean rewards of winners and losers."""
        return {"loss": sums["loss"]} | _pair_metrics(sums, totals)


@dataclass(frozen=True)
class SftObjective:
    """Mean negative log-likelihood per response token; prompt tokens are not in the batch's targets at all."""

    def loss(self, batch: Batch, output: Tensor, totals: Totals) -> tuple[Tensor, Sums]:
        """`output` is the token log-probabilities, (N,). End-of-turn tokens count: the model must learn to stop."""
        loss = -(output * batch.best[batch.owner]).sum() / totals.tokens
        return loss, {"loss": loss.detach()}

    def metrics(self, sums: dict[str, float], totals: Totals) -> dict[str, float]:
        """Loss in nats per token, and the tokens that it is a mean of."""
        return {"loss": sums["loss"], "response_tokens": float(totals.tokens)}


@dataclass(frozen=True)
class DpoObjective:
    """A preference loss on the pairs, plus the negative log-likelihood of the best responses (Llama 3, section 4.1.4).

    The preference term leaves header and end-of-turn tokens out when `mask_format` is on, the likelihood term never
    does: it is there to keep the format that the preference term no longer sees.
    """

    name: str
    beta: float
    smoothing: float
    offset: float
    mask_format: bool
    nll_weight: float

    @classmethod
    def of(cls, config: TrainConfig) -> "DpoObjective":
        """Take the settings from a configuration."""
        return cls(
            config.loss, config.beta, config.label_smoothing, config.offset, config.mask_format, config.nll_weight
        )

    def mask(self, batch: Batch) -> Tensor | None:
        """The tokens of the preference term, (N,); None for all."""
        return batch.content if self.mask_format else None

    def sequence(self, batch: Batch, output: Tensor) -> Tensor:
        """Log-probability of each response, (A,), over the tokens of the preference term."""
        return sum_by_owner(output, batch.owner, len(batch.last), self.mask(batch))

    def loss(self, batch: Batch, output: Tensor, totals: Totals) -> tuple[Tensor, Sums]:
        """`output` is the token log-probabilities, (N,); the batch must carry the reference's sums."""
        ratio = self.sequence(batch, output) - batch.reference  # (A,)
        counted = sum_by_owner(torch.ones_like(output), batch.owner, len(batch.last), self.mask(batch))  # (A,)
        ratios = Ratios(
            better=ratio[batch.better],
            worse=ratio[batch.worse],
            better_tokens=counted[batch.better],
            worse_tokens=counted[batch.worse],
            offset=self.offset * batch.margin,
            beta=self.beta,
            smoothing=self.smoothing,
        )
        preference = LOSSES[self.name](ratios).sum() / totals.pairs
        nll = -(output * batch.best[batch.owner]).sum() / totals.tokens
        loss = preference + self.nll_weight * nll
        better, worse = self.beta * ratios.better.detach(), self.beta * ratios.worse.detach()
        parts = {"loss": loss.detach(), "preference_loss": preference.detach(), "nll": nll.detach()}
        return loss, parts | _pair_sums(better, worse)

    def metrics(self, sums: dict[str, float], totals: Totals) -> dict[str, float]:
        """Loss and its two parts, and accuracy and gap of the implicit rewards beta * log(policy / reference)."""
        parts = {name: sums[name] for name in ("loss", "preference_loss", "nll")}
        return parts | _pair_metrics(sums, totals)


def objective_for(config: TrainConfig) -> Objective:
    """The objective of the configured method."""
    if config.method == "rm":
        return RewardObjective(config.centring)
    return DpoObjective.of(config) if config.method == "dpo" else SftObjective()
