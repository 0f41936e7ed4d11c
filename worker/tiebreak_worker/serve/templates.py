"""Tokenizers: conversations to token ids, and the tokens that end an assistant's turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateError
from transformers import GenerationConfig, PreTrainedConfig, PreTrainedTokenizerBase

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.models import load
from tiebreak_worker.models.scoring import encode
from tiebreak_worker.serve.catalog import Checkpoint, ModelEntry
from tiebreak_worker.serve.errors import ApiError, bad_request
from tiebreak_worker.serve.schema import ScoreItem
from tiebreak_worker.serve.tokens import TokenBytes

_MARK = "tiebreak"


@dataclass(frozen=True)
class Words:
    """A checkpoint's tokenizer, the bytes of its tokens, and the tokens that end a response."""

    tokenizer: PreTrainedTokenizerBase
    bytes: TokenBytes
    ends: frozenset[int]
    config: PreTrainedConfig

    def conversation(self, index: int, item: ScoreItem) -> tuple[int, ...]:
        """Token ids of a conversation to score, as the trainer makes them. Raises ApiError 400 that names the item."""
        try:
            return encode(self.tokenizer, self.config, [item.conversation()])[0]
        except (ValueError, WorkerError) as error:
            raise bad_request(f"items.{index}: {error}", param="items") from error


def load_words(checkpoint: Checkpoint) -> Words:
    """Raises ApiError 400 when the tokenizer cannot be loaded."""
    tokenizer = load_tokenizer(checkpoint.entry)
    ends = end_tokens(tokenizer, checkpoint.base_path)
    return Words(tokenizer, TokenBytes(tokenizer), ends, load.load_config(checkpoint.entry.path))


def load_tokenizer(entry: ModelEntry) -> PreTrainedTokenizerBase:
    """The checkpoint's own tokenizer; an adapter saved without one uses its base's. Raises ApiError 400."""
    try:
        tokenizer = load.load_tokenizer(entry.path)
    except WorkerError as error:
        raise bad_request(
            f"The tokenizer of {entry.id!r} could not be loaded: {error}", param="model", code="no_tokenizer"
        ) from error
    if tokenizer.is_fast:
        # Saved truncation or padding would be switched off inside the first call, which is not safe between threads.
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def render(tokenizer: PreTrainedTokenizerBase, model: str, messages: Sequence[dict[str, str]]) -> tuple[int, ...]:
    """Token ids of a conversation up to the point where the assistant begins to write. Raises ApiError 400."""
    if not tokenizer.chat_template:
        raise bad_request(
            f"Model {model!r} has no chat template, so messages cannot be turned into text. Add a chat_template.jinja "
            "to its folder, or use a model trained by SFT.",
            param="model",
            code="no_chat_template",
        )
    try:
        ids = tokenizer.apply_chat_template(list(messages), add_generation_prompt=True, return_dict=False)
    except TemplateError as error:
        raise bad_request(
            f"The chat template of {model!r} refuses these messages: {error}", param="messages", code="template_error"
        ) from error
    return tuple(ids)


def check_length(model: str, prompt: int, limit: int | None, context: int | None, default: int) -> int:
    """Tokens that may be generated: the request's limit, or as many of `default` as fit. Raises ApiError 400."""
    if context is None:
        return default if limit is None else limit
    if prompt + (limit or 1) > context:
        wanted = f"{limit} to generate" if limit else "at least one to generate"
        raise ApiError(
            400,
            f"The messages are {prompt} tokens long, with {wanted} that is more than the context of {context} tokens "
            f"of {model!r}. Shorten the messages or lower max_tokens.",
            code="context_length_exceeded",
            param="messages",
        )
    return min(default, context - prompt) if limit is None else limit


def end_tokens(tokenizer: PreTrainedTokenizerBase, folder: Path) -> frozenset[int]:
    """Tokens that end a response: those of the generation configuration, the tokenizer's end token, and the token
    with which the chat template closes an assistant turn (a base model's configuration often lacks that one)."""
    ends = {tokenizer.eos_token_id}
    if (folder / "generation_config.json").is_file():
        configured = GenerationConfig.from_pretrained(folder).eos_token_id
        ends.update(configured if isinstance(configured, list) else [configured])
    ends.add(_turn_end(tokenizer))
    return frozenset(token for token in ends if token is not None)


def _turn_end(tokenizer: PreTrainedTokenizerBase) -> int | None:
    if not tokenizer.chat_template:
        return None
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": _MARK}]
    try:
        text = tokenizer.apply_chat_template(turns, tokenize=False)
    except TemplateError:
        return None
    tail = tokenizer.encode(text.rpartition(_MARK)[2].strip(), add_special_tokens=False)
    return tail[0] if tail and tail[0] in tokenizer.all_special_ids else None
