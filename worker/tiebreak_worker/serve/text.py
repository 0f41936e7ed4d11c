"""Tokens to text as they arrive: characters are released when complete, stop strings never."""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

REPLACEMENT = "\ufffd"
_NUL = "\N{SYMBOL FOR NULL}"
_LONGEST_PARTIAL = 3
"""An unfinished UTF-8 character has at most three bytes, each shown as at most one replacement character."""


class TextStream:
    """Incremental detokeniser.

    A token may hold part of a character, and some tokenizers drop a leading space at the start of a text, so a token
    is decoded together with the tokens since the last clean boundary. Invariant: what was released so far is a
    prefix of what will be released, and a character is released once all its bytes are there. U+0000 comes out as
    U+2400, the symbol for it: a model may write it, but PostgreSQL and most readers of text cannot hold it.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._context: list[int] = []
        self._pending: list[int] = []
        self._shown = 0

    def _decode(self, tokens: Sequence[int]) -> str:
        text = self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text.replace("\0", _NUL)

    def push(self, token: int) -> str:
        self._pending.append(token)
        text = self._decode(self._context + self._pending)
        stable = len(text)
        while stable and text[stable - 1] == REPLACEMENT and len(text) - stable < _LONGEST_PARTIAL:
            stable -= 1
        fresh = text[self._shown : stable]
        self._shown = max(self._shown, stable)
        if stable == len(text) and text:
            self._context, self._pending = self._pending, []
            self._shown = len(self._decode(self._context))
        return fresh

    def flush(self) -> str:
        """The end of the text: bytes that never became a character come out as replacement characters."""
        if not self._pending:
            return ""
        fresh = self._decode(self._context + self._pending)[self._shown :]
        self._context, self._pending, self._shown = [], [], 0
        return fresh


class StopFilter:
    """Passes text on, holding back what may still turn into a stop string; ends at the first one found."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        if not self._stops:
            return text
        self._held += text
        found = [at for at in (self._held.find(stop) for stop in self._stops) if at >= 0]
        if found:
            self.stopped = True
            out, self._held = self._held[: min(found)], ""
            return out
        keep = max(_overlap(self._held, stop) for stop in self._stops)
        cut = len(self._held) - keep
        out, self._held = self._held[:cut], self._held[cut:]
        return out

    def flush(self) -> str:
        out, self._held = self._held, ""
        return out


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop`."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
