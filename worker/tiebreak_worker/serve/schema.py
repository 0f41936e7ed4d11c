"""The requests the server reads. Every field is honoured or refused; nothing is ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tiebreak_worker.serve.errors import ApiError, bad_request
from tiebreak_worker.serve.noise import MAX_SEED

MAX_CHOICES = 128
MAX_SCORED = 1024

NEUTRAL: dict[str, tuple[Any, ...]] = {
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "tools": ([],),
    "tool_choice": ("none",),
    "functions": ([],),
    "function_call": ("none",),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "store": (False,),
    "service_tier": ("auto", "default"),
}
"""OpenAI fields that we do not have, with the values that ask for nothing: those pass, any other is refused."""

NonEmpty = Annotated[str, StringConstraints(min_length=1)]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TextPart(Strict):
    type: Literal["text"]
    text: str


class Message(Strict):
    role: NonEmpty
    content: str | list[TextPart]

    def plain(self) -> dict[str, str]:
        """As chat templates read it."""
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": self.role, "content": text}


class StreamOptions(Strict):
    include_usage: bool = False


class ChatRequest(Strict):
    """`POST /v1/chat/completions`. `max_tokens` and `max_completion_tokens` mean the same."""

    model: NonEmpty
    messages: Annotated[list[Message], Field(min_length=1)]
    n: Annotated[int, Field(ge=1, le=MAX_CHOICES)] = 1
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    temperature: Annotated[float, Field(ge=0, le=5, strict=False)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1, strict=False)] = 1.0
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    stop: NonEmpty | Annotated[list[NonEmpty], Field(max_length=16)] = Field(default_factory=list)
    logprobs: bool = False
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None

    @model_validator(mode="after")
    def _consistent(self) -> ChatRequest:
        if self.top_logprobs is not None and not self.logprobs:
            raise ValueError("top_logprobs needs logprobs: true")
        if self.stream_options is not None and not self.stream:
            raise ValueError("stream_options needs stream: true")
        if None not in (self.max_tokens, self.max_completion_tokens) and self.max_tokens != self.max_completion_tokens:
            raise ValueError("max_tokens and max_completion_tokens mean the same here and differ; send one of them")
        return self

    @property
    def limit(self) -> int | None:
        return self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens

    @property
    def include_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    @property
    def stops(self) -> tuple[str, ...]:
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)


class ScoreItem(Strict):
    """A conversation and the response to score. Either `prompt` (text of one user turn, or messages) with `response`
    (text, or messages), or `messages` that end on the assistant's turn."""

    prompt: str | list[Message] | None = None
    messages: list[Message] | None = None
    response: str | list[Message] | None = None

    def conversation(self) -> list[dict[str, str]]:
        if self.messages is not None:
            if self.prompt is not None:
                raise ValueError("give prompt or messages, not both")
            turns = [message.plain() for message in self.messages]
        elif isinstance(self.prompt, str):
            turns = [{"role": "user", "content": self.prompt}]
        else:
            turns = [message.plain() for message in self.prompt or []]
        if isinstance(self.response, str):
            turns.append({"role": "assistant", "content": self.response})
        else:
            turns += [message.plain() for message in self.response or []]
        if not turns or turns[-1]["role"] != "assistant":
            raise ValueError("the conversation must end on an assistant turn, the response to score")
        return turns


class ScoreRequest(Strict):
    """`POST /v1/score`."""

    model: NonEmpty
    items: Annotated[list[ScoreItem], Field(min_length=1, max_length=MAX_SCORED)]


class PauseRequest(Strict):
    """`POST /v1/device/pause`."""

    reason: NonEmpty
    waiting: Literal["refuse", "queue"] = "refuse"
    grace_seconds: Annotated[float, Field(ge=0, le=3600, strict=False)] = 30.0
    retry_after: Annotated[int, Field(ge=1, le=86400)] = 30


def parse(schema: type[Model], body: object) -> Model:
    """Read a request body. Raises ApiError 400 that names the field and what it may be."""
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.", code="invalid_json")
    given = {key: value for key, value in body.items() if value is not None}
    if schema is ChatRequest:
        for key in [key for key in given if key in NEUTRAL]:
            if given.pop(key) not in NEUTRAL[key]:
                raise _unsupported(key, schema)
    unknown = [key for key in given if key not in schema.model_fields]
    if unknown:
        raise _unsupported(unknown[0], schema)
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if isinstance(part, int) or part in _NAMES)
        message = f"{place}: {first['msg']}" if place else first["msg"].removeprefix("Value error, ")
        code = "missing_field" if first["type"] == "missing" else "invalid_value"
        raise bad_request(message, param=place or None, code=code) from error


def _unsupported(field: str, schema: type[BaseModel]) -> ApiError:
    honoured = ", ".join(schema.model_fields)
    return bad_request(
        f"Field {field!r} is not supported, and is refused rather than ignored. Supported fields: {honoured}.",
        param=field,
        code="unsupported_field",
    )


_NAMES = {
    name
    for schema in (ChatRequest, Message, TextPart, StreamOptions, ScoreRequest, ScoreItem, PauseRequest)
    for name in schema.model_fields
}
