"""Answers in the shapes OpenAI clients read, with our sampling record beside each choice."""

from __future__ import annotations

import time
import uuid
from typing import Any

from tiebreak_worker.serve.completion import Choice, Completion, Delta, TokenRecord


class ChatAnswer:
    """Shapes one completion's answer, whole or in chunks."""

    def __init__(self, completion: Completion, stream_usage: bool = False) -> None:
        self.completion = completion
        self._stream_usage = stream_usage
        self._frame = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": completion.spec.model,
            "system_fingerprint": f"sha256:{completion.checkpoint[:16]}",
        }

    def whole(self) -> dict[str, Any]:
        choices = [
            {
                "index": choice.index,
                "message": {"role": "assistant", "content": choice.text},
                "logprobs": self._logprobs(choice.records),
                "finish_reason": choice.finish,
                "sampling": self._sampling(choice),
            }
            for choice in self.completion.choices
        ]
        return {**self._frame, "object": "chat.completion", "choices": choices, "usage": self.usage()}

    def opening(self, index: int) -> dict[str, Any]:
        return self._chunk([{"index": index, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])

    def chunk(self, delta: Delta) -> dict[str, Any]:
        """One choice's news; its last chunk carries the sampling record."""
        choice: dict[str, Any] = {
            "index": delta.index,
            "delta": {"content": delta.text} if delta.text or delta.finish is None else {},
            "logprobs": self._logprobs(delta.records),
            "finish_reason": delta.finish,
        }
        if delta.finish is not None:
            choice["sampling"] = self._sampling(self.completion.choices[delta.index])
        return self._chunk([choice])

    def closing(self) -> list[dict[str, Any]]:
        """What a stream sends after the last choice has ended."""
        return [{**self._chunk([]), "usage": self.usage()}] if self._stream_usage else []

    def usage(self) -> dict[str, int]:
        prompt = len(self.completion.spec.prompt)
        generated = sum(len(choice.tokens) for choice in self.completion.choices)
        return {"prompt_tokens": prompt, "completion_tokens": generated, "total_tokens": prompt + generated}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._frame, "object": "chat.completion.chunk", "choices": choices}

    def _sampling(self, choice: Choice) -> dict[str, Any]:
        spec = self.completion.spec
        return {
            "model": spec.model,
            "checkpoint": f"sha256:{self.completion.checkpoint}",
            "seed": choice.seed,
            "temperature": spec.temperature,
            "top_p": spec.top_p,
            "max_tokens": spec.max_tokens,
            "attempts": choice.attempts,
            "duplicate_of": choice.duplicate_of,
        }

    def _logprobs(self, records: list[TokenRecord]) -> dict[str, Any] | None:
        if self.completion.spec.top_logprobs is None:
            return None
        return {
            "content": [
                {
                    **self._token(record.token, record.logprob),
                    "top_logprobs": [self._token(token, logprob) for token, logprob in record.top],
                }
                for record in records
            ],
            "refusal": None,
        }

    def _token(self, token: int, logprob: float) -> dict[str, Any]:
        bytes_ = self.completion.words.bytes
        return {"token": bytes_.text(token), "logprob": logprob, "bytes": bytes_.bytes(token)}
