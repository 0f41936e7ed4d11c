"""Attention over a packed row, segment by segment: every token is computed once, none is padding, no mask is stored.

A segment's queries see the keys of its prompt (when the prompt is shared) and its own keys causally. That costs
exactly the products that separate rows would cost, less the prompt's copies. On a GPU in half precision one
variable-length kernel does all segments; elsewhere each segment is one call of scaled-dot-product attention.
"""

from functools import lru_cache

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from tiebreak_worker.data.layout import Segment

NAME = "tiebreak_segments"


def _lower_right(queries: int, keys: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """0 where a query may look and -inf elsewhere, when the last query stands at the last key: the prompt, then
    causally.
    """
    hidden = torch.ones(queries, keys, dtype=torch.bool, device=device).triu(keys - queries + 1)
    return torch.zeros(queries, keys, dtype=dtype, device=device).masked_fill(hidden, float("-inf"))  # (queries, keys)


@lru_cache(maxsize=1)
def _masks(
    segments: tuple[Segment, ...], dtype: torch.dtype, device: torch.device
) -> dict[tuple[int, int], torch.Tensor]:
    """The masks of a packed row by their numbers of queries and keys, for its segments that see a prompt.

    They are added to the scores, and kept for one row, so that all layers of a pass share them; a boolean one would be
    turned into such a one again by every layer, and stored by each for the backward pass.
    """
    shapes = {_shape(segment) for segment in segments if segment.prefix_end > segment.prefix_start}
    return {shape: _lower_right(*shape, dtype, device) for shape in shapes}


def _shape(segment: Segment) -> tuple[int, int]:
    own = segment.end - segment.start
    return own, own + segment.prefix_end - segment.prefix_start


def _by_segment(query, key, value, segments: tuple[Segment, ...], scaling: float | None, dropout: float):
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)  # (1, H, T, D)
    masks = _masks(segments, query.dtype, query.device)
    outputs = []
    for segment in segments:
        own, prompt = slice(segment.start, segment.end), slice(segment.prefix_start, segment.prefix_end)
        keys, values, mask = key[:, :, own], value[:, :, own], None
        if segment.prefix_end > segment.prefix_start:
            keys = torch.cat([key[:, :, prompt], keys], dim=2)
            values = torch.cat([value[:, :, prompt], values], dim=2)
            mask = masks[_shape(segment)]
        outputs.append(
            scaled_dot_product_attention(
                query[:, :, own], keys, values, mask, dropout_p=dropout, is_causal=mask is None, scale=scaling
            )
        )
    return torch.cat(outputs, dim=2).transpose(1, 2)  # (1, T, H, D)


@lru_cache(maxsize=8)
def _gather_plan(segments: tuple[Segment, ...], device: torch.device) -> tuple:
    """Indices that put each segment's keys in a row (prompt, then own), and the running lengths of queries and keys."""
    gather = [torch.cat([torch.arange(s.prefix_start, s.prefix_end), torch.arange(s.start, s.end)]) for s in segments]
    queries = torch.tensor([0] + [s.end - s.start for s in segments])
    keys = torch.tensor([0] + [len(part) for part in gather])
    running = [lengths.cumsum(0).to(device, torch.int32) for lengths in (queries, keys)]
    return torch.cat(gather).to(device), *running, int(queries.max()), int(keys.max())


def _by_kernel(query, key, value, segments: tuple[Segment, ...], scaling: float | None) -> torch.Tensor:
    """One variable-length flash-attention call; its causal rule aligns the last query with the last key."""
    from torch.nn.attention.varlen import varlen_attn

    gather, running_q, running_k, longest_q, longest_k = _gather_plan(segments, query.device)
    q, k, v = (tensor[0].transpose(0, 1) for tensor in (query, key, value))  # (T, H, D)
    grouped = query.shape[1] != key.shape[1]
    out = varlen_attn(
        q.contiguous(),
        k[gather],
        v[gather],
        running_q,
        running_k,
        longest_q,
        longest_k,
        scale=scaling,
        window_size=(-1, 0),
        enable_gqa=grouped,
    )
    return out.unsqueeze(0)  # (1, T, H, D)


@lru_cache(maxsize=8)
def kernel_agrees(device: torch.device, dtype: torch.dtype, size: int) -> bool:
    """Whether the variable-length kernel is there and gives the plain path's numbers and gradients on this device, for
    heads of this size: some sizes have no kernel.
    """
    if device.type != "cuda" or dtype not in (torch.float16, torch.bfloat16):
        return False
    segments = (Segment(0, 40), Segment(40, 72, 0, 40), Segment(72, 90, 0, 40))
    generator = torch.Generator(device).manual_seed(0)

    def run(attend) -> list[torch.Tensor]:
        inputs = [tensor.clone().requires_grad_() for tensor in tensors]
        out = attend(*inputs)
        return [out, *torch.autograd.grad(out, inputs, slope)]

    tensors = [torch.randn(1, heads, 90, size, device=device, dtype=dtype, generator=generator) for heads in (4, 2, 2)]
    slope = torch.randn(1, 90, 4, size, device=device, dtype=dtype, generator=generator)
    try:
        # Hooks of its own, since those of gradient checkpointing would run the layer again from inside itself.
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            ours = run(lambda q, k, v: _by_kernel(q, k, v, segments, None))
            plain = run(lambda q, k, v: _by_segment(q, k, v, segments, None, 0.0))
    except (ImportError, RuntimeError, TypeError):
        return False
    return all(torch.allclose(a, b, atol=0.05, rtol=0.05) for a, b in zip(ours, plain, strict=True))


def segment_attention(
    module, query, key, value, attention_mask, *, dropout=0.0, scaling=None, segments=None, **_ignored
) -> tuple[torch.Tensor, None]:
    """Attention function for transformers: query (1, H, T, D), key and value (1, K, T, D) to (1, T, H, D).

    `segments` must cover the T tokens in order. Raises ValueError without it, since no mask would be applied at all.
    """
    if segments is None:
        raise ValueError("a model set to segment attention was called without segments")
    if torch.is_autocast_enabled(query.device.type):
        # Rotary embeddings leave queries and keys in float32 there, which no fast kernel takes.
        dtype = torch.get_autocast_dtype(query.device.type)
        query, key, value = query.to(dtype), key.to(dtype), value.to(dtype)
    dropout = dropout if module.training else 0.0
    if dropout == 0.0 and kernel_agrees(query.device, query.dtype, query.shape[-1]):
        return _by_kernel(query, key, value, segments, scaling), None
    return _by_segment(query, key, value, segments, scaling, dropout), None


def register() -> str:
    """Make the function known to transformers, and return the name to load a model with."""
    AttentionInterface.register(NAME, segment_attention)
    return NAME


def supports_segments(config) -> bool:
    """Whether every layer of the architecture is full causal attention, which is what segments describe."""
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    sliding = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True)
    return kinds == {"full_attention"} and (not sliding or bool(getattr(config, "layer_types", None)))
