"""A key/value cache whose rows have their own lengths and join and leave while the others keep decoding."""

from __future__ import annotations

import torch
from transformers.cache_utils import Cache, CacheLayerMixin, DynamicCache


class _SlotLayer(CacheLayerMixin):
    """One layer's keys and values, [slots, heads, capacity, head size]; only the first `rows` slots are in use."""

    is_sliding = False

    def __init__(self, cache: SlotCache) -> None:
        super().__init__()
        self._cache = cache

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        self.keys = self._allocate(key_states)
        self.values = self._allocate(value_states)
        self.is_initialized = True

    def _allocate(self, like: torch.Tensor) -> torch.Tensor:
        shape = (self._cache.slots, like.shape[1], self._cache.capacity, like.shape[3])
        # Zeros, because a masked position still enters attention with weight 0, and 0 times a stray NaN is NaN.
        return torch.zeros(shape, dtype=like.dtype, device=like.device)

    def resize(self) -> None:
        rows = self._cache.rows
        longest = max(self._cache.lengths, default=0)
        for name in ("keys", "values"):
            old = getattr(self, name)
            new = self._allocate(old)
            new[:rows, :, :longest] = old[:rows, :, :longest]
            setattr(self, name, new)

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        rows, positions, end = self._cache.write_plan
        if positions is None:
            self.keys[:rows, :, end - 1] = key_states[:, :, 0]
            self.values[:rows, :, end - 1] = value_states[:, :, 0]
        else:
            index = self._cache.row_index
            self.keys[index, :, positions] = key_states[:, :, 0]
            self.values[index, :, positions] = value_states[:, :, 0]
        return self.keys[:rows, :, :end], self.values[:rows, :, :end]

    def get_seq_length(self) -> int:
        return max(self._cache.lengths, default=0)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        return -1


class SlotCache(Cache):
    """Rows are numbered 0..rows-1 without gaps; row r holds `lengths[r]` tokens, written from position 0 on.

    A step appends one token to every row at the row's own position, so no row is ever padded on the left and none
    moves when another joins. Use per step: `begin_step`, forward, `end_step`.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__(layers=[])
        self.device = device
        self.slots = 0
        self.capacity = 0
        self.lengths: list[int] = []
        self.row_index = torch.empty(0, dtype=torch.long, device=device)
        self.write_plan: tuple[int, torch.Tensor | None, int] = (0, None, 0)

    @property
    def rows(self) -> int:
        return len(self.lengths)

    @property
    def reserved_tokens(self) -> int:
        """Tokens that the allocated buffers can hold, used or not."""
        return self.slots * self.capacity

    def reserve(self, slots: int, capacity: int) -> None:
        """Make room for `slots` rows of `capacity` tokens; keeps the rows there are. Never called during a step."""
        if slots <= self.slots and capacity <= self.capacity:
            return
        self.slots, self.capacity = slots, capacity
        for layer in self.layers:
            layer.resize()

    def join(self, prefilled: DynamicCache, source: int, length: int, copies: int) -> None:
        """Append `copies` rows that each hold the first `length` tokens of row `source` of a prefilled cache."""
        first, last = self.rows, self.rows + copies
        while len(self.layers) < len(prefilled.layers):
            self.layers.append(_SlotLayer(self))
        for layer, filled in zip(self.layers, prefilled.layers, strict=True):
            if not layer.is_initialized:
                layer.lazy_initialization(filled.keys, filled.values)
            layer.keys[first:last, :, :length] = filled.keys[source, :, :length]
            layer.values[first:last, :, :length] = filled.values[source, :, :length]
        self.lengths += [length] * copies

    def leave(self, row: int) -> None:
        """Remove a row; the last row takes its number."""
        last = self.rows - 1
        if row != last:
            length = self.lengths[last]
            for layer in self.layers:
                layer.keys[row, :, :length] = layer.keys[last, :, :length]
                layer.values[row, :, :length] = layer.values[last, :, :length]
            self.lengths[row] = length
        self.lengths.pop()

    def clear(self) -> None:
        """Drop all rows and give the memory back."""
        self.layers.clear()
        self.lengths.clear()
        self.slots = self.capacity = 0

    def begin_step(self) -> torch.Tensor:
        """Plan where this step writes. Returns the position of each row's new token, [rows, 1]."""
        positions = torch.tensor(self.lengths, dtype=torch.long, device=self.device)
        uniform = min(self.lengths) == max(self.lengths)
        if not uniform and self.row_index.shape[0] != self.rows:
            self.row_index = torch.arange(self.rows, device=self.device)
        self.write_plan = (self.rows, None if uniform else positions, max(self.lengths) + 1)
        return positions[:, None]

    def end_step(self) -> None:
        self.lengths = [length + 1 for length in self.lengths]

    def mask(self, window: int | None) -> torch.Tensor | None:
        """Which positions each row's new token sees, [rows, 1, 1, keys], True to see; `window` counts the tokens a
        sliding-window layer sees, itself included. None when all rows are equally long: the model's own mask serves."""
        _, positions, end = self.write_plan
        if positions is None:
            return None
        keys = torch.arange(end, device=self.device)
        seen = keys[None] <= positions[:, None]
        if window is not None:
            seen &= keys[None] > positions[:, None] - window
        return seen[:, None, None]
