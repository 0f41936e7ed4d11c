"""Losses against numbers worked out by hand, and log-probabilities against the full softmax."""

import math

import pytest
import torch

from tiebreak_worker.data.names import LOSSES as NAMES
from tiebreak_worker.data.names import LOSSES_WITH_OFFSET
from tiebreak_worker.losses.logprob import sum_by_owner, token_logprobs
from tiebreak_worker.losses.preference import LOSSES, Ratios
from tiebreak_worker.losses.reward import bradley_terry


def _log_sigmoid(x: float) -> float:
    return -math.log(1 + math.exp(-x))


def test_bradley_terry_by_hand():
    better, worse = torch.tensor([2.0, 0.5]), torch.tensor([1.0, 1.5])
    margin, weight = torch.tensor([0.0, 1.0]), torch.tensor([1.0, 3.0])
    loss = bradley_terry(better, worse, margin, weight, 0.01)
    # -log sigmoid(1) + 0.01 * 3^2 = 0.313262 + 0.09, and 3 * -log sigmoid(-2) + 0.01 * 2^2 = 3 * 2.126928 + 0.04
    assert loss.tolist() == pytest.approx([0.403262, 6.420784], abs=1e-5)


def _ratios(better: float, worse: float, **changes) -> Ratios:
    base = {"better_tokens": 4.0, "worse_tokens": 2.0, "offset": 0.0} | {
        k: v for k, v in changes.items() if k in ("better_tokens", "worse_tokens", "offset")
    }
    tensors = {name: torch.tensor([value]) for name, value in base.items()}
    return Ratios(
        torch.tensor([better]),
        torch.tensor([worse]),
        **tensors,
        beta=changes.get("beta", 0.1),
        smoothing=changes.get("smoothing", 0.0),
    )


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        # gap = 0.1 * (3 - (-1)) = 0.4
        ("sigmoid", {}, -_log_sigmoid(0.4)),
        ("sigmoid", {"smoothing": 0.2}, -0.8 * _log_sigmoid(0.4) - 0.2 * _log_sigmoid(-0.4)),
        ("sigmoid", {"offset": 0.5}, -_log_sigmoid(-0.1)),
        ("hinge", {}, 0.6),
        # per token: 3 / 4 + 1 / 2 = 1.25; 1 / (2 * 0.1) = 5
        ("ipo", {}, (1.25 - 5) ** 2),
        ("sigmoid_norm", {}, -_log_sigmoid(0.125)),
        ("robust", {"smoothing": 0.1}, (-0.9 * _log_sigmoid(0.4) + 0.1 * _log_sigmoid(-0.4)) / 0.8),
        ("sppo_hard", {}, (3 - 5) ** 2 + (-1 + 5) ** 2),
        ("bco_pair", {}, -_log_sigmoid(0.3) - _log_sigmoid(0.1)),
    ],
)
def test_preference_losses_by_hand(name, changes, expected):
    assert LOSSES[name](_ratios(3.0, -1.0, **changes)).item() == pytest.approx(expected, abs=1e-5)


def test_the_settings_name_exactly_the_losses_that_are_there():
    assert sorted(NAMES) == sorted(LOSSES)
    for name in NAMES:
        base, shifted = (LOSSES[name](_ratios(3.0, -1.0, smoothing=0.1, offset=o)).item() for o in (0.0, 0.3))
        assert (base != shifted) == (name in LOSSES_WITH_OFFSET), name


@pytest.mark.parametrize(("scale", "cap", "with_bias"), [(1.0, 0.0, False), (0.5, 0.0, True), (1.0, 3.0, True)])
def test_chunked_log_probabilities_equal_the_full_softmax_with_gradients(scale, cap, with_bias):
    torch.manual_seed(0)
    hidden = torch.randn(11, 6, dtype=torch.float32, requires_grad=True)
    weight = torch.randn(17, 6, requires_grad=True)
    bias = torch.randn(17, requires_grad=True) if with_bias else None
    targets = torch.randint(0, 17, (11,))
    inputs = [tensor for tensor in (hidden, weight, bias) if tensor is not None]
    logits = torch.nn.functional.linear(hidden, weight, bias) * scale
    logits = cap * torch.tanh(logits / cap) if cap else logits
    plain = torch.log_softmax(logits, -1).gather(1, targets[:, None]).squeeze(1)
    ours = token_logprobs(hidden, weight, bias, targets, chunk=4, scale=scale, cap=cap)
    upstream = torch.randn(11)
    torch.testing.assert_close(ours, plain, atol=1e-5, rtol=0)
    for a, b in zip(
        torch.autograd.grad(ours, inputs, upstream), torch.autograd.grad(plain, inputs, upstream), strict=True
    ):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_sums_by_owner_leave_masked_tokens_out():
    values, owner = torch.tensor([1.0, 2.0, 4.0, 8.0]), torch.tensor([1, 0, 1, 1])
    assert sum_by_owner(values, owner, 2).tolist() == [2.0, 13.0]
    assert sum_by_owner(values, owner, 2, torch.tensor([True, True, False, True])).tolist() == [2.0, 9.0]
