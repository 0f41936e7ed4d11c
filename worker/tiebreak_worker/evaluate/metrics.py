"""Numbers of an evaluation, from the scores of single pairs. No averages of batches: every pair counts once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tiebreak_worker.data.names import STRENGTHS

Z95 = 1.959963984540054
BINS = 10
BARS = 24
# With fewer pairs the interval of an accuracy is more than 30 points wide: it could be a coin or a good model.
FEW = 30


@dataclass(frozen=True)
class Judged:
    """One chosen-rejected pair with the model's scores, and what the release says about it. Lengths are in tokens."""

    id: str
    chosen: float
    rejected: float
    chosen_tokens: int
    rejected_tokens: int
    strength: str | None = None
    pool: str | None = None
    votes: int | None = None
    agreement: float | None = None
    chosen_side: str | None = None
    imported: bool = False

    @property
    def gap(self) -> float:
        """How much higher the chosen response scores."""
        return self.chosen - self.rejected

    @property
    def right(self) -> float:
        """1 when the model agrees with the vote, 0 when not, a half when it gives both the same score."""
        return 0.5 if self.gap == 0 else float(self.gap > 0)


def wilson(successes: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % score interval for a share; good for few pairs and for shares near 0 or 1 (Wilson 1927)."""
    if count == 0:
        return (0.0, 1.0)
    share = successes / count
    denominator = 1 + Z95**2 / count
    centre = (share + Z95**2 / (2 * count)) / denominator
    half = Z95 / denominator * math.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    return (max(0.0, centre - half), min(1.0, centre + half))


def share(successes: float, count: int) -> dict[str, Any]:
    """A share with its count and interval; None where there is nothing to count."""
    low, high = wilson(successes, count)
    return {"count": count, "value": successes / count if count else None, "low": low, "high": high}


def accuracy(pairs: Sequence[Judged]) -> dict[str, Any]:
    """Share of pairs in which the model agrees with the vote."""
    return share(sum(pair.right for pair in pairs), len(pairs))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def grouped(pairs: Sequence[Judged], key: Callable[[Judged], str | None], order: Sequence[str] = ()) -> list[dict]:
    """Accuracy and mean gap per group, in the given order and then by name; pairs without the key are their own
    group.
    """
    groups: dict[str, list[Judged]] = {}
    for pair in pairs:
        groups.setdefault(key(pair) or "not given", []).append(pair)
    names = [name for name in order if name in groups] + sorted(name for name in groups if name not in order)
    return [
        {"name": name, "accuracy": accuracy(groups[name]), "mean_gap": _mean([p.gap for p in groups[name]])}
        for name in names
    ]


def calibration(pairs: Sequence[Judged]) -> dict[str, Any]:
    """Expected calibration error and the reliability curve.

    Under Bradley-Terry the model gives the response that it prefers a chance of sigmoid(|gap|), from 0.5 to 1. In
    each of ten bins of that chance, the share of pairs in which it was right should equal it (Guo et al., arXiv
    1706.04599).
    """
    bins: list[list[tuple[float, float]]] = [[] for _ in range(BINS)]
    for pair in pairs:
        chance = 1 / (1 + math.exp(-min(abs(pair.gap), 700)))
        bins[min(BINS - 1, int((chance - 0.5) * 2 * BINS))].append((chance, pair.right))
    curve, error = [], 0.0
    for number, entries in enumerate(bins):
        confidence, right = _mean([c for c, _ in entries]), _mean([r for _, r in entries])
        curve.append(
            {
                "from": 0.5 + number / (2 * BINS),
                "to": 0.5 + (number + 1) / (2 * BINS),
                "count": len(entries),
                "confidence": confidence,
                "accuracy": right,
            }
        )
        if entries:
            error += len(entries) / len(pairs) * abs(right - confidence)
    return {"expected_calibration_error": error if pairs else None, "curve": curve}


def histogram(values: Sequence[float]) -> list[dict[str, float]]:
    """Counts in equal bars from the lowest to the highest value; a bar edge falls on zero, so that signs stay apart."""
    if not values:
        return []
    reach = max(1e-9, *map(abs, values))
    width = 2 * reach / BARS
    counts = [0] * BARS
    for value in values:
        counts[min(BARS - 1, int((value + reach) / width))] += 1
    return [{"from": i * width - reach, "to": (i + 1) * width - reach, "count": n} for i, n in enumerate(counts)]


def perplexity(nll: float) -> float:
    """Of a mean negative log-likelihood in nats per token; infinite when that is beyond what a float holds."""
    return math.exp(nll) if nll < 700 else math.inf


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation; None when one of the two does not vary."""
    count = len(first)
    if count < 2:
        return None
    mean_a, mean_b = sum(first) / count, sum(second) / count
    a, b = [x - mean_a for x in first], [y - mean_b for y in second]
    scale = math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / scale if scale else None


def length_bias(pairs: Sequence[Judged]) -> dict[str, Any]:
    """Whether the model takes length for quality, beside whether people did.

    A model without the bias prefers the longer response about as often as the votes do, and is as accurate where the
    shorter one was chosen as where the longer one was.
    """
    uneven = [pair for pair in pairs if pair.chosen_tokens != pair.rejected_tokens]
    longer = [pair for pair in uneven if pair.chosen_tokens > pair.rejected_tokens]
    shorter = [pair for pair in uneven if pair.chosen_tokens < pair.rejected_tokens]
    model_longer = sum(pair.right for pair in longer) + sum(1 - pair.right for pair in shorter)
    return {
        "votes_prefer_longer": share(len(longer), len(uneven)),
        "model_prefers_longer": share(model_longer, len(uneven)),
        "accuracy_chosen_longer": accuracy(longer),
        "accuracy_chosen_shorter": accuracy(shorter),
        "correlation_gap_length": correlation(
            [pair.gap for pair in uneven], [float(pair.chosen_tokens - pair.rejected_tokens) for pair in uneven]
        ),
    }


def position_bias(pairs: Sequence[Judged]) -> dict[str, Any] | None:
    """How often annotators chose the left side, and the model's accuracy for either; None without sides in the
    release. Imported votes do not count: where their responses were shown, and to whom, is not known here.
    """
    known = [pair for pair in pairs if pair.chosen_side and not pair.imported]
    if not known:
        return None
    left = [pair for pair in known if pair.chosen_side == "left"]
    right = [pair for pair in known if pair.chosen_side == "right"]
    return {
        "votes_left": share(len(left), len(known)),
        "accuracy_chosen_left": accuracy(left),
        "accuracy_chosen_right": accuracy(right),
    }


def agreement_ceiling(pairs: Sequence[Judged]) -> dict[str, Any] | None:
    """How often one annotator agrees with the majority, on comparisons with several votes, and the model on the same
    ones.

    No model can agree with single votes more often than that. None when no comparison has several votes.
    """
    several = [pair for pair in pairs if (pair.votes or 1) > 1 and pair.agreement is not None]
    if not several:
        return None
    return {
        "count": len(several),
        "ceiling": _mean([pair.agreement or 0.0 for pair in several]),
        "accuracy": accuracy(several),
    }


def pair_report(pairs: Sequence[Judged]) -> dict[str, Any]:
    """Everything that scores of chosen and rejected responses say."""
    return {
        "accuracy": accuracy(pairs),
        "mean_gap": _mean([pair.gap for pair in pairs]),
        "mean_chosen": _mean([pair.chosen for pair in pairs]),
        "mean_rejected": _mean([pair.rejected for pair in pairs]),
        "per_strength": grouped(pairs, lambda pair: pair.strength, STRENGTHS),
        "per_pool": grouped(pairs, lambda pair: pair.pool),
        "calibration": calibration(pairs),
        "gap_histogram": histogram([pair.gap for pair in pairs]),
        "length_bias": length_bias(pairs),
        "position_bias": position_bias(pairs),
        "agreement_ceiling": agreement_ceiling(pairs),
    }
