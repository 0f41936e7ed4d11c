"""Log-probabilities of given tokens without ever holding the logits of the whole batch.

A vocabulary of 128,000 makes the logits the largest tensor of a step by far. They are computed for the response
tokens only, a chunk at a time, and again in the backward pass: the cost is one more product per chunk, the gain is
that memory no longer grows with tokens times vocabulary.
"""

import torch
from torch import Tensor


def _logits(hidden: Tensor, weight: Tensor, bias: Tensor | None, scale: float, cap: float) -> Tensor:
    logits = torch.nn.functional.linear(hidden, weight, bias).float() * scale  # (chunk, V)
    return cap * torch.tanh(logits / cap) if cap else logits


class _TokenLogProb(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, weight, bias, targets, chunk, scale, cap):
        logprob = torch.empty(len(targets), dtype=torch.float32, device=hidden.device)
        normaliser = torch.empty_like(logprob)
        for begin in range(0, len(targets), chunk):
            part = slice(begin, begin + chunk)
            logits = _logits(hidden[part], weight, bias, scale, cap)
            normaliser[part] = torch.logsumexp(logits, dim=-1)
            logprob[part] = logits.gather(1, targets[part, None]).squeeze(1) - normaliser[part]
        ctx.save_for_backward(hidden, weight, bias, targets, normaliser)
        ctx.settings = (chunk, scale, cap)
        return logprob

    @staticmethod
    def backward(ctx, grad):
        hidden, weight, bias, targets, normaliser = ctx.saved_tensors
        chunk, scale, cap = ctx.settings
        wants_hidden, wants_weight, wants_bias = ctx.needs_input_grad[:3]
        grad_hidden = torch.empty_like(hidden) if wants_hidden else None
        # Chunks add up in float32, since many small bfloat16 additions would lose the last ones.
        grad_weight = torch.zeros(weight.shape, dtype=torch.float32, device=weight.device) if wants_weight else None
        grad_bias = torch.zeros(bias.shape, dtype=torch.float32, device=bias.device) if wants_bias else None
        for begin in range(0, len(targets), chunk):
            part = slice(begin, begin + chunk)
            logits = _logits(hidden[part], weight, bias, scale, cap)
            # d logprob / d logits = onehot(target) - softmax(logits)
            slope = (logits - normaliser[part, None]).exp_().neg_()  # (chunk, V)
            slope.scatter_add_(1, targets[part, None], torch.ones_like(slope[:, :1]))
            if cap:
                slope *= 1 - (logits / cap) ** 2
            slope *= grad[part, None] * scale
            slope = slope.to(hidden.dtype)
            if wants_hidden:
                grad_hidden[part] = slope @ weight
            if wants_weight:
                grad_weight += slope.t() @ hidden[part]
            if wants_bias:
                grad_bias += slope.sum(0, dtype=torch.float32)
        grad_weight = grad_weight.to(weight.dtype) if wants_weight else None
        grad_bias = grad_bias.to(bias.dtype) if wants_bias else None
        return grad_hidden, grad_weight, grad_bias, None, None, None, None


def token_logprobs(
    hidden: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor, *, chunk: int, scale: float, cap: float
) -> Tensor:
    """Log-probability of each target: hidden (N, H), weight (V, H), bias (V,) or None, targets (N,) to (N,) in float32.

    `chunk` is how many tokens' logits exist at once; `scale` multiplies logits, and `cap` (0 for none) bounds them by
    cap * tanh(logits / cap), as some architectures do.
    """
    if torch.is_autocast_enabled(hidden.device.type):
        dtype = torch.get_autocast_dtype(hidden.device.type)
        hidden, weight = hidden.to(dtype), weight.to(dtype)
        bias = bias.to(dtype) if bias is not None else None
    with torch.autocast(hidden.device.type, enabled=False):
        return _TokenLogProb.apply(hidden, weight, bias, targets, chunk, scale, cap)


def sum_by_owner(values: Tensor, owner: Tensor, count: int, mask: Tensor | None = None) -> Tensor:
    """Sum token values (N,) into their responses (count,), counting only where `mask` (N,) is True."""
    if mask is not None:
        values = values * mask
    return torch.zeros(count, dtype=values.dtype, device=values.device).index_add(0, owner, values)
