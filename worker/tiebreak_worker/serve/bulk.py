"""Many prompts through the backend: sampling K responses each, picking the best by a reward model, and scoring."""

import hashlib
import queue
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tiebreak_worker.data.prompts import Candidates, Prompt
from tiebreak_worker.serve.answers import ChatAnswer
from tiebreak_worker.serve.backend import Backend
from tiebreak_worker.serve.completion import Completion, Sink
from tiebreak_worker.serve.errors import ApiError
from tiebreak_worker.serve.identity import identity_leak
from tiebreak_worker.serve.noise import MAX_SEED
from tiebreak_worker.serve.schema import ChatRequest, ScoreRequest, parse

SCORED_AT_ONCE = 64


@dataclass(frozen=True)
class Sampling:
    """What is asked of the model for every prompt. `system` is put before prompts that have no system message."""

    n: int = 10
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 1024
    seed: int = 0
    system: str | None = None

    def request(self, model: str, prompt: Prompt) -> ChatRequest:
        """The request for one prompt. Its seed comes from the prompt's id, so a text does not depend on what else is
        in the file or on where an earlier run stopped. Raises ApiError for a parameter out of range."""
        digest = hashlib.blake2b(f"{self.seed}:{prompt.id}".encode(), digest_size=8).digest()
        messages = list(prompt.messages)
        if self.system is not None and messages[0]["role"] != "system":
            messages.insert(0, {"role": "system", "content": self.system})
        return parse(
            ChatRequest,
            {
                "model": model,
                "messages": messages,
                "n": self.n,
                "seed": int.from_bytes(digest, "big") & MAX_SEED,
                "temperature": self.temperature,
                "top_p": self.top_p,
                "max_tokens": self.max_tokens,
            },
        )


@dataclass(frozen=True)
class Failed:
    """A prompt or row that got no answer, and why."""

    id: str
    reason: str


class BulkSampler:
    """Samples responses to prompts, as many prompts at once as fill the backend's batch."""

    def __init__(self, backend: Backend, model: str, sampling: Sampling, reward: str | None = None) -> None:
        self._backend = backend
        self._model = model
        self._sampling = sampling
        self._reward = reward
        self._events: queue.Queue[tuple[Prompt, Any]] = queue.Queue()
        self._at_once = max(2, 2 * backend.settings.max_rows // sampling.n)

    def run(self, prompts: Iterable[Prompt], stop: Callable[[], bool] = lambda: False) -> Iterator[dict | Failed]:
        """Rows in the order in which they become ready. Once `stop` says so, no prompt is begun any more."""
        waiting = iter(prompts)
        open_prompts = 0
        exhausted = False
        while True:
            while not exhausted and open_prompts < self._at_once:
                prompt = None if stop() else next(waiting, None)
                if prompt is None:
                    exhausted = True
                else:
                    self._begin(prompt)
                    open_prompts += 1
            if open_prompts == 0:
                return
            prompt, event = self._events.get()
            outcome = self._advance(prompt, event)
            if outcome is not None:
                open_prompts -= 1
                yield outcome

    def _begin(self, prompt: Prompt) -> None:
        def report(event: Completion | ApiError) -> None:
            self._events.put((prompt, event))

        try:
            request = self._sampling.request(self._model, prompt)
            self._backend.chat(request, Sink(delta=lambda _: None, done=report, failed=report))
        except ApiError as error:
            report(error)

    def _advance(self, prompt: Prompt, event: Completion | tuple[dict, list[float]] | ApiError) -> dict | Failed | None:
        """Take a prompt one stage further: sampled, then scored if there is a reward model, then a row."""
        if isinstance(event, ApiError):
            return Failed(prompt.id, event.message)
        if isinstance(event, Completion):
            row = self._row(prompt, event)
            if self._reward is None:
                return row
            self._score(prompt, row)
            return None
        row, scores = event
        return _with_scores(row, scores)

    def _score(self, prompt: Prompt, row: dict[str, Any]) -> None:
        items = [{"prompt": list(prompt.messages), "response": response["text"]} for response in row["responses"]]
        try:
            self._backend.score(
                parse(ScoreRequest, {"model": self._reward, "items": items}),
                lambda scores: self._events.put((prompt, (row, scores))),
                lambda error: self._events.put((prompt, error)),
            )
        except ApiError as error:
            self._events.put((prompt, error))

    def _row(self, prompt: Prompt, completion: Completion) -> dict[str, Any]:
        choices = ChatAnswer(completion).whole()["choices"]
        return {
            "id": prompt.id,
            "prompt": list(prompt.messages),
            "responses": [
                {
                    "model": self._model,
                    "text": choice["message"]["content"],
                    "params": choice["sampling"],
                    "finish_reason": choice["finish_reason"],
                    "identity_leak": identity_leak(choice["message"]["content"], self._model),
                }
                for choice in choices
            ],
        }

    def settings(self) -> dict[str, Any]:
        """What every row says about how it was made: the models by name and content, and the parameters."""
        return {
            "model": self._model,
            "checkpoint": self._backend.fingerprint(self._model, "causal"),
            "sampling": asdict(self._sampling),
            "reward_model": self._reward,
            "reward_checkpoint": None if self._reward is None else self._backend.fingerprint(self._reward, "reward"),
        }


def _with_scores(row: dict[str, Any], scores: list[float]) -> dict[str, Any]:
    """Keep all scores and name the best response; as `chosen` and `rejected` the best and the worst, so that the file
    trains as a release does."""
    responses = [{**response, "score": score} for response, score in zip(row["responses"], scores, strict=True)]
    best, worst = (pick(range(len(scores)), key=scores.__getitem__) for pick in (max, min))
    picked = {"best": best, "chosen": [{"role": "assistant", "content": responses[best]["text"]}]}
    if responses[worst]["text"] != responses[best]["text"]:
        picked["rejected"] = [{"role": "assistant", "content": responses[worst]["text"]}]
    return {**row, "responses": responses, **picked}


def score_rows(
    backend: Backend, model: str, rows: Iterable[Candidates], stop: Callable[[], bool] = lambda: False
) -> Iterator[dict | Failed]:
    """Scores of rows, in order: `{"id", "scores": {name: raw logit}}`. Several rows go to the backend at once; once
    `stop` says so, no more go."""
    batch: list[Candidates] = []
    for row in rows:
        if stop():
            return
        batch.append(row)
        if sum(len(candidates.conversations) for candidates in batch) >= SCORED_AT_ONCE:
            yield from _score_batch(backend, model, batch)
            batch = []
    if batch:
        yield from _score_batch(backend, model, batch)


def _score_batch(backend: Backend, model: str, batch: list[Candidates]) -> Iterator[dict | Failed]:
    items = [{"messages": talk} for row in batch for talk in row.conversations.values()]
    try:
        scores = iter(_scores(backend, parse(ScoreRequest, {"model": model, "items": items})))
    except ApiError as error:
        # One conversation that cannot be scored must not cost its neighbours their scores.
        if len(batch) == 1:
            yield Failed(batch[0].id, error.message)
        else:
            for row in batch:
                yield from _score_batch(backend, model, [row])
        return
    for row in batch:
        yield {"id": row.id, "scores": {name: next(scores) for name in row.conversations}}


def _scores(backend: Backend, request: ScoreRequest) -> list[float]:
    outcome: queue.Queue[list[float] | ApiError] = queue.Queue()
    backend.score(request, outcome.put, outcome.put)
    result = outcome.get()
    if isinstance(result, ApiError):
        raise result
    return result
