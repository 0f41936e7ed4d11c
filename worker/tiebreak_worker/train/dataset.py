"""From a release to the items of each split, with an account of every row that does not take part."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiebreak_worker.data.release import SPLITS, read_release
from tiebreak_worker.data.rows import Row
from tiebreak_worker.data.select import filter_by_strength, ordered_pairs
from tiebreak_worker.data.tokenise import Item, Template, TokenReport, fit, tokenise_row
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.train.config import TrainConfig
from tiebreak_worker.train.hooks import Hooks
from tiebreak_worker.words import plural

NAMES = ("edited", "chosen", "rejected")


@dataclass
class Dataset:
    """Items per split, the release's hash, and the account as plain values for JSON."""

    splits: dict[str, list[Item]]
    sha256: str
    account: dict[str, Any] = field(default_factory=dict)

    @property
    def train(self) -> list[Item]:
        """The rows to learn from."""
        return self.splits["train"]

    @property
    def whole(self) -> list[Item]:
        """The rows to learn from that were not cut short: those that can be checked word for word."""
        cut = set(self.account["splits"]["train"]["truncated"])
        return [item for item in self.train if item.row.id not in cut]

    @property
    def held_out(self) -> str | None:
        """The split to report on: test if the release has one, else validation, else None."""
        rows = {split: counts["rows"] for split, counts in self.account["splits"].items()}
        return next((split for split in ("test", "validation") if rows[split]), None)


def _items_of(row: Row, template: Template, config: TrainConfig) -> list[Item]:
    there = [name for name in NAMES if getattr(row, name) is not None]
    if config.method == "sft":
        wanted = there[:1] if config.responses == "best" else [name for name in there if name != "rejected"]
        return [tokenise_row(template, row, (name,), []) for name in wanted]
    margins = config.margins if config.method == "rm" else (config.offset_table if config.offset else "none")
    pairs = ordered_pairs(row, config.pairs, margins)
    used = [name for name in there if any(name in (pair.better, pair.worse) for pair in pairs)]
    return [tokenise_row(template, row, tuple(used), pairs)] if pairs else []


def _distinct(items: list[Item]) -> list[Item]:
    """For supervised fine-tuning: a response that won several comparisons of a prompt is one example."""
    return list({(item.prompt, item.answers[0].ids): item for item in items}.values())


def load_dataset(config: TrainConfig, tokenizer, limit: int, hooks: Hooks) -> Dataset:
    """Read, filter and tokenise the release; `limit` is the longest prompt with one response, in tokens.

    Raises WorkerError when nothing is left to train on. What is left out is counted in the account and logged.
    """
    release = read_release(Path(config.data), held_out=config.held_out, keep_out_bad_rows=config.bad_rows == "keep-out")
    template = Template(tokenizer)
    account = {
        "bad_rows": [str(bad) for bad in release.bad_rows],
        "left_out_rows": [str(row) for row in release.left_out],
        "splits": {},
    }
    dataset = Dataset({}, release.sha256, account)
    if release.left_out:
        hooks.on_log(f"{release.left_out_note}; see data.json")
    for split in SPLITS:
        rows, left_out = filter_by_strength(
            release.splits[split], config.strength_filter, config.include_null_strength, split
        )
        report, items = TokenReport(), []
        for number, row in enumerate(rows, 1):
            made = (fit(item, limit, config.over_long, report) for item in _items_of(row, template, config))
            items += [item for item in made if item is not None]
            if number % 500 == 0 or number == len(rows):
                hooks.on_progress(f"tokenise {split}", number, len(rows))
        dataset.splits[split] = _distinct(items) if config.method == "sft" else items
        dataset.account["splits"][split] = {
            "rows": len(release.splits[split]),
            "left_out_by_strength": dict(left_out),
            "over_long": report.over_long,
            "truncated": report.truncated,
            "longest_tokens": report.longest,
            "items": len(dataset.splits[split]),
            "pairs": sum(len(item.pairs) for item in items),
        }
    _tell(dataset, config, limit, hooks)
    return dataset


def _left_out(dataset: Dataset) -> str:
    count = len(dataset.account["left_out_rows"])
    return (
        f"beside {count} with tool calls, tools or turns of other roles, which cannot be trained on yet, "
        if count
        else ""
    )


def _tell(dataset: Dataset, config: TrainConfig, limit: int, hooks: Hooks) -> None:
    if dataset.account["bad_rows"]:
        hooks.on_log(
            f"kept out {plural(len(dataset.account['bad_rows']), 'line')} that cannot be read as rows; see data.json"
        )
    for split, counts in dataset.account["splits"].items():
        if counts["left_out_by_strength"]:
            left = ", ".join(f"{count} {name}" for name, count in counts["left_out_by_strength"].items())
            hooks.on_log(f"{split}: the strength filter keeps out {left}")
        if counts["over_long"]:
            what = "truncated" if counts["truncated"] else "kept out"
            hooks.on_log(
                f"{split}: {what} {plural(len(counts['over_long']), 'row')} longer than {limit} tokens "
                f"(the longest has {counts['longest_tokens']}); see --over-long and --max-tokens"
            )
        rows, pairs = plural(counts["rows"], "row"), plural(counts["pairs"], "pair")
        hooks.on_log(f"{split}: {counts['items']} of {rows} take part, {pairs}")
    if not dataset.train:
        raise WorkerError(
            f"No row of {config.data} is left to train on: the train split has "
            f"{plural(dataset.account['splits']['train']['rows'], 'row')} "
            f"{_left_out(dataset)}before the filters. "
            "Check the release's splits, --strengths, --pairs and --max-tokens.",
            phase="data",
        )
