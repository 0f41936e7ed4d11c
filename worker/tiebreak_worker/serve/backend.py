"""The inference backend as a Python object; the HTTP server, the command line and a trainer's process use it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tiebreak_worker import __version__
from tiebreak_worker.serve import device as devices
from tiebreak_worker.serve.catalog import Catalog, Checkpoint, ModelEntry, Source, Stamp
from tiebreak_worker.serve.completion import Completion, Sink, Spec
from tiebreak_worker.serve.errors import ApiError, bad_request
from tiebreak_worker.serve.gate import Gate
from tiebreak_worker.serve.noise import fresh_seed
from tiebreak_worker.serve.pool import GIB, Pool
from tiebreak_worker.serve.scheduler import Scheduler
from tiebreak_worker.serve.schema import ChatRequest, ScoreRequest
from tiebreak_worker.serve.scoring import ScoreJob
from tiebreak_worker.serve.templates import Words, check_length, load_words, render

TOKENIZERS = 32
"""Tokenizers that are kept in memory."""


@dataclass(frozen=True)
class Settings:
    """How the backend runs. `memory` is in GiB, weights and caches together; None takes 90 % of what is free on a GPU
    and half of what is free on a CPU. `default_max_tokens` serves requests that give no limit of their own."""

    device: str = "auto"
    dtype: str = "auto"
    memory: float | None = None
    max_rows: int = 64
    max_waiting: int = 512
    default_max_tokens: int = 1024


class Backend:
    """Serves the checkpoints under `sources`. All methods may be called from any thread. Use as a context manager,
    or call `close`."""

    def __init__(self, sources: Sequence[Source], settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.catalog = Catalog(sources)
        self.device = devices.choose(self.settings.device)
        wanted = self.settings.memory
        budget = devices.default_budget(self.device) if wanted is None else int(wanted * GIB)
        self._pool = Pool(self.device, self.settings.dtype, budget)
        self._gate = Gate()
        self._scheduler = Scheduler(
            self._pool, self._gate, max_rows=self.settings.max_rows, max_waiting=self.settings.max_waiting
        )
        self._words: dict[Stamp, Words] = {}
        self._lock = threading.Lock()
        self._started = time.time()
        self._scheduler.start()

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._scheduler.close()

    def chat(self, request: ChatRequest, sink: Sink) -> Completion:
        """Queue a chat request; `sink` hears of it on the scheduler's thread. Raises ApiError."""
        self._gate.check()
        checkpoint = self._checkpoint(request.model, "causal")
        words = self._words_of(checkpoint)
        prompt = render(words.tokenizer, request.model, [message.plain() for message in request.messages])
        spec = Spec(
            model=request.model,
            prompt=prompt,
            n=request.n,
            seed=fresh_seed() if request.seed is None else request.seed,
            temperature=request.temperature,
            top_p=request.top_p,
            max_tokens=check_length(
                request.model,
                len(prompt),
                request.limit,
                checkpoint.entry.context_length,
                self.settings.default_max_tokens,
            ),
            stop=request.stops,
            top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
            stream=request.stream,
        )
        completion = Completion(spec, words, checkpoint.hash, sink)
        self._scheduler.submit(checkpoint, completion)
        return completion

    def reading(self) -> AbstractContextManager[None]:
        """Around the reading of a request, so that those which come together are computed together."""
        return self._scheduler.entrance.reading()

    def score(
        self,
        request: ScoreRequest,
        done: Callable[[list[float]], None],
        failed: Callable[[ApiError], None],
    ) -> ScoreJob:
        """Queue a scoring request; `done(scores)` or `failed(error)` is called on the scheduler's thread. Raises
        ApiError."""
        self._gate.check()
        checkpoint = self._checkpoint(request.model, "reward")
        words = self._words_of(checkpoint)
        rows = [words.conversation(index, item) for index, item in enumerate(request.items)]
        job = ScoreJob(checkpoint, rows, done, failed)
        self._scheduler.submit(checkpoint, job)
        return job

    def fingerprint(self, model: str, kind: str) -> str:
        """The content hash that answers report as `checkpoint`. Raises ApiError when there is no such model."""
        return f"sha256:{self._checkpoint(model, kind).hash}"

    def cancel(self, work: Completion | ScoreJob) -> None:
        """Nobody waits for the answer any more: stop computing it before the next step."""
        work.cancelled.set()
        self._scheduler.wake()

    def pause(
        self,
        reason: str,
        *,
        waiting: str = "refuse",
        grace: float = 30.0,
        retry_after: int = 30,
        timeout: float | None = None,
    ) -> bool:
        """Lend the device: unload everything and give the memory back; returns True once that is done.

        Running requests may finish for `grace` seconds, then they get a 503. Requests that wait or come meanwhile are
        refused with a 503 that names `reason` (`waiting="refuse"`), or wait until `resume` (`waiting="queue"`).
        """
        if waiting not in {"refuse", "queue"}:
            raise ValueError(f"waiting is {waiting!r}; use 'refuse' or 'queue'")
        self._gate.pause(reason, queues=waiting == "queue", grace=grace, retry_after=retry_after)
        self._scheduler.wake()
        return self._gate.wait_free(timeout)

    def resume(self) -> None:
        """Take the device back; models are loaded again when they are asked for."""
        self._gate.resume()
        self._scheduler.wake()

    def models(self) -> list[dict[str, Any]]:
        """Every model under the sources now, in OpenAI's shape with our fields beside it."""
        models, _ = self.catalog.scan()
        return [_describe(entry) for entry in models.values()]

    def status(self) -> dict[str, Any]:
        """What the backend is doing; bytes are bytes."""
        _, problems = self.catalog.scan()
        pool, gate, scheduler = self._pool, self._gate, self._scheduler
        return {
            "version": __version__,
            "state": gate.state,
            "reason": gate.reason,
            "new_requests": "accepted" if gate.state == "serving" else "queued" if gate.queues else "refused",
            "device": {"type": self.device.type, "name": devices.describe(self.device)},
            "memory": {
                "budget": pool.budget,
                "weights": pool.weight_bytes,
                "caches": pool.cache_bytes,
                "device_free": devices.free_bytes(self.device),
            },
            "loaded": [
                {"kind": r.kind, "path": r.name, "bytes": r.bytes, "idle_seconds": round(time.monotonic() - r.used, 1)}
                for r in list(pool.residents.values())
            ],
            "queue": {"waiting": scheduler.waiting, "running": scheduler.running},
            "generated_tokens": scheduler.generated,
            "uptime_seconds": round(time.time() - self._started, 1),
            "limits": {
                "max_rows": self.settings.max_rows,
                "max_waiting": self.settings.max_waiting,
                "default_max_tokens": self.settings.default_max_tokens,
            },
            "problems": [{"id": p.id, "path": str(p.path), "reason": p.reason} for p in problems.values()],
        }

    def _checkpoint(self, model: str, kind: str) -> Checkpoint:
        models, problems = self.catalog.scan()
        if model in problems:
            raise bad_request(
                f"Model {model!r} cannot be served: {problems[model].reason}", param="model", code="model_broken"
            )
        if model not in models:
            known = ", ".join(sorted(models)) or "none yet"
            raise ApiError(
                404, f"There is no model {model!r}. Models here: {known}.", code="model_not_found", param="model"
            )
        entry = models[model]
        if entry.kind != kind:
            hint = {"causal": "it scores, at /v1/score", "reward": "it generates, at /v1/chat/completions"}[kind]
            raise bad_request(
                f"Model {model!r} is a {entry.kind} model: {hint}.", param="model", code="wrong_model_kind"
            )
        return self.catalog.checkpoint(entry)

    def _words_of(self, checkpoint: Checkpoint) -> Words:
        with self._lock:
            if checkpoint.stamp not in self._words:
                if len(self._words) >= TOKENIZERS:
                    self._words.pop(next(iter(self._words)))
                self._words[checkpoint.stamp] = load_words(checkpoint)
            return self._words[checkpoint.stamp]


def _describe(entry: ModelEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "object": "model",
        "created": entry.created,
        "owned_by": "tiebreak",
        "kind": entry.kind,
        "format": entry.format,
        "path": str(entry.path),
        "base": None if entry.base is None else str(entry.base),
        "context_length": entry.context_length,
        "parameters": entry.parameters,
        "bytes": entry.weight_bytes,
    }
