"""Seeds and sampling noise that depend on nothing but (seed, position, token).

A stateful generator would tie a row's text to the order in which rows are served. Here the noise is a hash of the
row's seed, the position of the token in the response and the token's id, so a row draws the same noise alone, in any
batch, after a restart, and on any device.
"""

from __future__ import annotations

import hashlib
import secrets

import torch

MAX_SEED = 2**53 - 1
"""Seeds stay exact in JSON readers that hold numbers as doubles."""

_MASK = 0xFFFFFFFF


def fresh_seed() -> int:
    return secrets.randbelow(MAX_SEED + 1)


def derive_seed(seed: int, index: int, attempt: int = 0) -> int:
    """The seed of choice `index` at its `attempt`-th try. Choice 0, first try, keeps the request's seed, so that a
    request with `n=1` and a choice's reported seed repeats that choice."""
    if index == 0 and attempt == 0:
        return seed
    digest = hashlib.blake2b(f"{seed}:{index}:{attempt}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") & MAX_SEED


def noise_key(seed: int, position: int) -> tuple[int, int]:
    """Two 32-bit words for the token at `position` of a response drawn with `seed`."""
    digest = hashlib.blake2b(f"{seed}/{position}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:], "big")


def _mix(x: torch.Tensor) -> torch.Tensor:
    """A 32-bit integer finaliser (Wellons' "lowbias32") on int64 tensors that hold unsigned 32-bit values."""
    x = x ^ (x >> 16)
    x = (x * 0x7FEB352D) & _MASK
    x = x ^ (x >> 15)
    x = (x * 0x846CA68B) & _MASK
    return x ^ (x >> 16)


def gumbel(keys: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """Gumbel(0, 1) noise of shape [rows, vocabulary] from int64 `keys` of shape [rows, 2] (see `noise_key`)."""
    tokens = torch.arange(vocabulary, dtype=torch.int64, device=keys.device)
    bits = _mix((_mix(tokens[None] ^ keys[:, :1]) + keys[:, 1:]) & _MASK)
    # u near 0 decides the largest noise values; float32 is finest there, hence log1p(-u) and not log(u).
    uniform = ((bits.to(torch.float32) + 0.5) * 2.0**-32).clamp_(max=1.0 - 2.0**-24)
    return -torch.log(-torch.log1p(-uniform))
