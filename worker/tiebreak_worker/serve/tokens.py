"""The bytes of a single token, which its text alone may not show."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from transformers import PreTrainedTokenizerBase
from transformers.convert_slow_tokenizer import bytes_to_unicode

_FALLBACK = re.compile(r"<0x([0-9A-F]{2})>")


class TokenBytes:
    """Looks up a token's bytes: by the byte alphabet of byte-level BPE, by `<0xNN>` pieces, or else by its text."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._special = set(tokenizer.all_special_ids)
        self._alphabet = _byte_alphabet() if _is_byte_level(tokenizer) else None

    def text(self, token: int) -> str:
        return self._tokenizer.decode([token], skip_special_tokens=False, clean_up_tokenization_spaces=False)

    def bytes(self, token: int) -> list[int]:
        piece = self._tokenizer.convert_ids_to_tokens(token)
        # A model may have more outputs than its tokenizer has entries.
        if piece is not None and token not in self._special:
            if self._alphabet is not None and all(char in self._alphabet for char in piece):
                return [self._alphabet[char] for char in piece]
            if fallback := _FALLBACK.fullmatch(piece):
                return [int(fallback[1], 16)]
        return list(self.text(token).encode())


@lru_cache(maxsize=1)
def _byte_alphabet() -> dict[str, int]:
    return {char: byte for byte, char in bytes_to_unicode().items()}


def _is_byte_level(tokenizer: PreTrainedTokenizerBase) -> bool:
    if not tokenizer.is_fast or tokenizer.backend_tokenizer.decoder is None:
        return False
    decoder = json.loads(tokenizer.backend_tokenizer.decoder.__getstate__())
    return "ByteLevel" in {decoder.get("type"), *(step.get("type") for step in decoder.get("decoders", []))}
