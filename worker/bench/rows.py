"""Comparisons to train on: made ones of given lengths, or the first of a file."""

import random
from itertools import islice
from pathlib import Path

from tiebreak_worker.data.rows import BadRow, read_rows
from tiebreak_worker.models.tiny import CORPUS, make_tokenizer


def _text(random_: random.Random, tokenizer, tokens: int) -> str:
    """About so many tokens of words in random order."""
    words = CORPUS.split()
    text = " ".join(random_.choices(words, k=tokens))
    return tokenizer.decode(tokenizer(text).input_ids[:tokens])


def made_rows(count: int, context: int, answer: int) -> list[dict]:
    """Comparisons whose prompts and responses have the given mean lengths in tokens, spread as real ones are.

    Lengths are log-normal with a deviation of 0.5, as chat data roughly is, and scaled so that their mean is as asked.
    """
    random_ = random.Random(0)
    tokenizer = make_tokenizer(8192)

    def lengths(mean: int, number: int) -> list[int]:
        drawn = [random_.lognormvariate(0, 0.5) for _ in range(number)]
        return [max(8, round(value * mean * number / sum(drawn))) for value in drawn]

    rows = []
    sizes = zip(lengths(context, count), lengths(answer, count), lengths(answer, count), strict=True)
    for number, (prompt, chosen, rejected) in enumerate(sizes):
        texts = [_text(random_, tokenizer, size) for size in (prompt, chosen, rejected)]
        rows.append(
            {
                "id": f"made-{number}",
                "prompt": [{"role": "user", "content": texts[0]}],
                "chosen": [{"role": "assistant", "content": texts[1]}],
                "rejected": [{"role": "assistant", "content": texts[2]}],
            }
        )
    return rows


def first_rows(path: str, count: int) -> list[dict]:
    """The first comparisons of a file of rows or of one to import; only what trainers read."""
    rows = []
    for entry in islice(read_rows(Path(path)), count):
        if isinstance(entry, BadRow):
            raise SystemExit(str(entry))
        texts = {name: list(getattr(entry, name)) for name in ("prompt", "chosen", "rejected")}
        rows.append({"id": entry.id, **texts})
    return rows
