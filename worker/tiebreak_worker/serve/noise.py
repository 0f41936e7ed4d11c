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
    """A 32-bit integer finaliser (Wellons' "lowbias32"), in place. Products wrap around, and what a shift of a negative
    number brings in is masked off, so that int32 stands for unsigned numbers at half the cost of int64."""
    x ^= (x >> 16).bitwise_and_(0xFFFF)
    x *= 0x7FEB352D
    x ^= (x >> 15).bitwise_and_(0x1FFFF)
    x *= 0x846CA68B - 2**32
    x ^= (x >> 16).bitwise_and_(0xFFFF)
    return x


def gumbel(keys: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """Gumbel(0, 1) noise of shape [rows, vocabulary] from int64 `keys` of shape [rows, 2] (see `noise_key`)."""
    keys = keys.to(torch.int32)
    tokens = torch.arange(vocabulary, dtype=torch.int32, device=keys.device)
    bits = _mix(_mix(tokens[None] ^ keys[:, :1]).add_(keys[:, 1:]))
    # u near 0 decides the largest noise values; float32 is finest there, hence log1p(-u) and not log(u).
    uniform = bits.view(torch.uint32).to(torch.float32).add_(0.5).mul_(2.0**-32).clamp_(max=1.0 - 2.0**-24)
    return uniform.neg_().log1p_().neg_().log_().neg_()
