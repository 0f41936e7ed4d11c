"""From logits to the next token of every row of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from tiebreak_worker.serve.noise import gumbel


@dataclass(frozen=True)
class Drawn:
    """What one step drew, per row: the token, and where asked for its log-probability and the most likely tokens.

    Log-probabilities are the model's own, before temperature and top_p.
    """

    tokens: list[int]
    logprobs: list[float] | None
    top: list[list[tuple[int, float]]] | None


def nucleus(logits: torch.Tensor, top_p: torch.Tensor) -> torch.Tensor:
    """Logits with everything outside each row's nucleus at -inf (Holtzman et al., 2020, §3.1): the smallest set of
    most likely tokens whose probability reaches `top_p`. Shapes: [rows, vocabulary] and [rows]."""
    ordered, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(-1) - ordered
    outside = before >= top_p[:, None]
    outside[:, 0] = False
    return logits.masked_fill(torch.zeros_like(outside).scatter_(1, order, outside), float("-inf"))


def draw(
    logits: torch.Tensor,
    temperatures: list[float],
    top_ps: list[float],
    keys: list[tuple[int, int]],
    top_logprobs: int | None,
) -> Drawn:
    """Draw one token per row from logits [rows, vocabulary].

    Temperature 0 takes the most likely token. Otherwise the Gumbel-max trick: argmax(logits / T + noise) is a draw
    from softmax(logits / T), and moves least when a different batch shape moves the logits by a rounding error.
    `top_logprobs` None skips log-probabilities; k gives each row's chosen token and its k most likely ones.
    """
    logits = logits.float()
    if max(temperatures) == 0:
        chosen = logits.argmax(-1)
    else:
        device = logits.device
        temperature = torch.tensor(temperatures, dtype=torch.float32, device=device)
        scaled = logits if set(temperatures) == {1.0} else logits / temperature.clamp(min=1e-6)[:, None]
        if min(top_ps) < 1:
            scaled = nucleus(scaled, torch.tensor(top_ps, dtype=torch.float32, device=device))
        noise = gumbel(torch.tensor(keys, dtype=torch.int64, device=device), logits.shape[-1])
        chosen = noise.add_(scaled).argmax(-1)
        if min(temperatures) == 0:
            chosen = torch.where(temperature > 0, chosen, logits.argmax(-1))
    if top_logprobs is None:
        return Drawn(chosen.tolist(), None, None)
    # JSON has no infinity; a token that cannot be drawn reads as this.
    logprobs = logits.log_softmax(-1).clamp_(min=-9999.0)
    own = logprobs.gather(1, chosen[:, None])[:, 0].tolist()
    values, ids = logprobs.topk(min(max(top_logprobs, 1), logits.shape[-1]), dim=-1)
    top = [list(zip(i, v, strict=True)) for i, v in zip(ids.tolist(), values.tolist(), strict=True)]
    return Drawn(chosen.tolist(), own, top)
