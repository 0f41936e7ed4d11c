"""One causal model: prompts in at once, then one token for every row per step."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import DynamicCache

from tiebreak_worker.serve import attention
from tiebreak_worker.serve.slots import SlotCache

_PROBE = 7
_TOLERANCE = {torch.float32: 1e-3, torch.float16: 3e-2, torch.bfloat16: 1e-1}


class UnsupportedModel(Exception):
    """The architecture cannot be decoded row by row; the message says why."""


@dataclass(frozen=True)
class Prefilled:
    """The prompts' keys and values, and the logits [prompts, vocabulary] of the token after each prompt."""

    cache: DynamicCache
    logits: torch.Tensor
    lengths: list[int]


class Engine:
    """Runs a causal model over a `SlotCache`. Holds no requests; the caller keeps rows and cache in step."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        self.device = next(model.parameters()).device
        config = model.config.get_text_config()
        self._eager = config._attn_implementation == "eager"
        self._windows = _attention_windows(config)
        self._last_only = "logits_to_keep" in inspect.signature(_unwrapped(model).forward).parameters
        self.token_bytes = 0
        if config._attn_implementation == "sdpa" and self._decodes_in_place():
            return
        self._check()

    def _decodes_in_place(self) -> bool:
        """Switch to the attention that copies nothing, if the architecture gives the same logits with it."""
        model = _unwrapped(self.model)
        try:
            model.set_attn_implementation(attention.register())
            self._check()
        except (UnsupportedModel, ValueError):
            model.set_attn_implementation("sdpa")
            return False
        return True

    @torch.inference_mode()
    def prefill(self, prompts: Sequence[Sequence[int]]) -> Prefilled:
        """Run prompts together, padded on the right: what follows a token never reaches it under a causal mask."""
        lengths = [len(prompt) for prompt in prompts]
        longest = max(lengths)
        ids = torch.tensor([[*prompt, *[0] * (longest - len(prompt))] for prompt in prompts], device=self.device)
        cache = DynamicCache()
        ends = torch.tensor([length - 1 for length in lengths], device=self.device)
        kept, column = torch.unique(ends, return_inverse=True)
        extra = {"logits_to_keep": kept} if self._last_only else {}
        logits = self.model(input_ids=ids, past_key_values=cache, use_cache=True, **extra).logits
        rows = torch.arange(len(lengths), device=self.device)
        return Prefilled(cache, logits[rows, column if self._last_only else ends], lengths)

    @torch.inference_mode()
    def step(self, tokens: Sequence[int], cache: SlotCache) -> torch.Tensor:
        """Append one token to each row of `cache`; returns the next token's logits, [rows, vocabulary]."""
        positions = cache.begin_step()
        output = self.model(
            input_ids=torch.tensor(tokens, device=self.device)[:, None],
            position_ids=positions,
            attention_mask=self._mask(cache),
            past_key_values=cache,
            use_cache=True,
        )
        cache.end_step()
        return output.logits[:, -1]

    def _mask(self, cache: SlotCache) -> torch.Tensor | dict[str, torch.Tensor] | None:
        masks = {kind: cache.mask(window) for kind, window in self._windows.items()}
        if any(mask is None for mask in masks.values()):
            return None
        if self._eager:
            lowest = torch.finfo(self.model.dtype).min
            masks = {k: torch.zeros_like(m, dtype=self.model.dtype).masked_fill_(~m, lowest) for k, m in masks.items()}
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def _check(self) -> None:
        """Refuse an architecture whose stepwise logits differ from one whole forward pass (recurrent state, its own
        positions, layers that share a cache): better no text than wrong text. Also measures the cache per token."""
        size = self.model.config.get_text_config().vocab_size
        long, short = ([(13 * i + k) % size for i in range(_PROBE + k)] for k in (2, 0))
        try:
            stepped = self._probe(long, short)
            whole = [self.prefill([row]).logits[0] for row in (long, short)]
        except (TypeError, ValueError, RuntimeError, AttributeError, KeyError) as error:
            if isinstance(error, torch.OutOfMemoryError):
                raise
            name = type(_unwrapped(self.model)).__name__
            raise UnsupportedModel(f"{name} cannot decode over a per-row cache: {error}") from error
        if not all(torch.isfinite(logits).all() for logits in whole):
            raise UnsupportedModel("its output is not a number (NaN or infinite), so the checkpoint is broken")
        for ours, theirs in zip(stepped, whole, strict=True):
            gap = (ours.float() - theirs.float()).abs().max().item()
            if not gap <= _TOLERANCE[self.model.dtype] * max(1.0, theirs.float().abs().max().item()):
                raise UnsupportedModel(
                    f"{type(_unwrapped(self.model)).__name__} gives other logits token by token than at once (largest "
                    f"difference {gap:.3g}); serve it with another OpenAI-compatible server and register that endpoint"
                )

    def _probe(self, long: list[int], short: list[int]) -> torch.Tensor:
        cache = SlotCache(self.device)
        prefilled = self.prefill([long[:-2], short[:-2]])
        cache.reserve(2, len(long))
        for source, length in enumerate(prefilled.lengths):
            cache.join(prefilled.cache, source, length, 1)
        self.token_bytes = sum(
            (layer.keys.nbytes + layer.values.nbytes) // cache.reserved_tokens for layer in cache.layers
        )
        self.step([long[-2], short[-2]], cache)
        return self.step([long[-1], short[-1]], cache)


def _unwrapped(model: PreTrainedModel) -> PreTrainedModel:
    """The transformers model inside a PEFT wrapper."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _attention_windows(config: object) -> dict[str, int | None]:
    """Attention kinds of the layers, by transformers' names, with the window of the sliding ones."""
    window = getattr(config, "sliding_window", None)
    kinds = set(getattr(config, "layer_types", None) or ["sliding_attention" if window else "full_attention"])
    known = {"full_attention": None, "sliding_attention": window}
    if not kinds <= known.keys():
        raise UnsupportedModel(
            f"layers of kind {', '.join(sorted(kinds - known.keys()))} keep more than keys and values per token; "
            "serve this model with another OpenAI-compatible server and register that endpoint"
        )
    return {kind: known[kind] for kind in kinds}
