"""Scoring conversations with a reward model: the one path that evaluation, the command line and the server share."""

import json
from collections.abc import Iterator
from pathlib import Path

import torch

from tiebreak_worker.data.rows import Message
from tiebreak_worker.data.tokenise import Template
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.models.load import load_config, load_reward, load_tokenizer

BATCH_TOKENS = 8192


def context_of(model_or_config) -> int:
    """Most tokens that a model reads; a very large number when its configuration does not say."""
    config = getattr(model_or_config, "config", model_or_config)
    return getattr(config.get_text_config(), "max_position_embeddings", None) or 2**31


def is_reward_model(path: str | Path) -> bool:
    """Whether `path` holds a sequence classifier, full or as an adapter, and not a language model."""
    adapter = Path(path) / "adapter_config.json"
    if adapter.exists():
        return json.loads(adapter.read_text()).get("task_type") == "SEQ_CLS"
    architectures = getattr(load_config(path), "architectures", None) or [""]
    return architectures[0].endswith("ForSequenceClassification")


def load_for_scoring(path: str | Path, *, precision: str = "float32", device: str | None = None):
    """Load a reward model, full or adapter, ready to score: (model, tokenizer).

    Raises WorkerError when `path` is no reward model: a language model would score with a random head.
    """
    if not is_reward_model(path):
        raise WorkerError(f"{path} is a language model, not a reward model; make one with train rm.", phase="model")
    tokenizer = load_tokenizer(path)
    model = load_reward(path, tokenizer, precision=precision)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    return model.to(device).eval(), tokenizer


def batches(rows: list[tuple[int, ...]], budget: int) -> Iterator[list[int]]:
    """Indices of rows of similar length, at most `budget` tokens with padding at a time (one row at least)."""
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    batch: list[int] = []
    for index in order:
        if batch and (len(batch) + 1) * len(rows[index]) > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def encode(tokenizer, config, conversations: list[list[Message]]) -> list[tuple[int, ...]]:
    """Token ids of conversations that end on an assistant's turn.

    Raises WorkerError for one that is longer than the context of the model with this configuration.
    """
    template = Template(tokenizer)
    rows = [template.conversation(messages) for messages in conversations]
    limit = context_of(config)
    too_long = next((index for index, row in enumerate(rows) if len(row) > limit), None)
    if too_long is not None:
        raise WorkerError(
            f"Conversation {too_long} has {len(rows[too_long])} tokens, and the reward model reads {limit} at most; "
            "shorten it, it is not cut in silence.",
            phase="evaluate",
        )
    return rows


@torch.no_grad()
def score_rows(model, pad_id: int, rows: list[tuple[int, ...]]) -> list[float]:
    """Rewards (raw logits) of rows of token ids, in one forward pass."""
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), pad_id)  # (B, L)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return model(input_ids=ids.to(model.device), attention_mask=mask.to(model.device)).logits[:, 0].float().tolist()


def score_conversations(
    model, tokenizer, conversations: list[list[Message]], *, budget: int = BATCH_TOKENS
) -> list[float]:
    """Reward of each conversation (messages that end on an assistant's turn), in the order given.

    `budget` is the most tokens, padding included, that go through the model at once.
    Raises WorkerError for a conversation longer than the model's context.
    """
    rows = encode(tokenizer, model.config, conversations)
    scores = [0.0] * len(rows)
    for batch in batches(rows, budget):
        for index, score in zip(
            batch, score_rows(model, tokenizer.pad_token_id, [rows[i] for i in batch]), strict=True
        ):
            scores[index] = score
    return scores
