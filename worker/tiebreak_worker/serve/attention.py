"""Attention of one new token per row that reads shared keys and values in place.

With a mask, transformers copies keys and values for every query head that shares them, in every layer and step. Here
the heads of a group are the queries of one call instead: each sees all keys that its row's mask shows, as before.
"""

from __future__ import annotations

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "tiebreak_decode"


def decode_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **other: object,
) -> tuple[torch.Tensor, None]:
    """Query (rows, heads, 1, size), key and value (rows, groups, keys, size) to (rows, 1, heads, size). Whole prompts,
    and layers with more to say (`position_bias`), go to transformers' own function."""
    rows, heads, length, size = query.shape
    groups = key.shape[1]
    if length > 1 or heads == groups or other.get("position_bias") is not None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout, scaling, **other)
    folded = query.reshape(rows, groups, heads // groups, size)
    out = scaled_dot_product_attention(folded, key, value, attn_mask=attention_mask, scale=scaling)
    return out.reshape(rows, 1, heads, size), None


def register() -> str:
    """Make the function known to transformers, with the masks that its own gets, and return its name."""
    AttentionInterface.register(NAME, decode_attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    return NAME
