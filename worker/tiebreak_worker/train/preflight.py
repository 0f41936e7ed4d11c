"""What is checked before the first step, because it would otherwise show only in a useless model or hours in.

Each check is a line in `preflight.json` and, when it fails, a sentence that says what to change. All are run before any
failure is raised, so that one try shows everything.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from tiebreak_worker.data.layout import build_batch
from tiebreak_worker.data.plan import group_cost
from tiebreak_worker.data.tokenise import Item
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.files import write_json
from tiebreak_worker.models.adapter import head_names
from tiebreak_worker.models.load import is_encoder
from tiebreak_worker.models.modules import inner_model, plain_logprobs
from tiebreak_worker.train.config import TrainConfig
from tiebreak_worker.train.measure import memory_savers, out_of_memory
from tiebreak_worker.train.setup import Setup
from tiebreak_worker.words import plural

SAMPLE = 64
# Largest difference between our numbers and the model's own; half precision rounds each layer to 3 digits.
AGREE = {"float32": 1e-3, "mixed": 0.25, "bfloat16": 0.25}


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it held, and what was seen, or what to do."""

    name: str
    passed: bool
    detail: str


def _padding(setup: Setup, items: list[Item]) -> Check:
    tokenizer = setup.tokenizer
    remedy = "Name another with --pad-token, for example --pad-token '<|pad|>'; it is added if it is not there."
    if tokenizer.pad_token_id is None:
        return Check("padding", False, f"The tokenizer has no padding token. {remedy}")
    if tokenizer.pad_token_id == tokenizer.eos_token_id:
        return Check(
            "padding",
            False,
            f"The padding token {tokenizer.pad_token!r} is also the end token: a reward would be read one token too "
            f"early, and the model would never learn to stop. {remedy}",
        )
    return Check("padding", True, f"{tokenizer.pad_token!r} is not the end token {tokenizer.eos_token!r}")


def _end_tokens(setup: Setup) -> set[int]:
    generation = getattr(inner_model(setup.module.model), "generation_config", None)
    ends = getattr(generation, "eos_token_id", None)
    found = {ends} if isinstance(ends, int) else set(ends or ())
    return (found | {setup.tokenizer.eos_token_id, setup.tokenizer.sep_token_id}) - {None}


def _end_of_turn(setup: Setup, items: list[Item]) -> Check:
    ends = _end_tokens(setup)
    without = [item.row.id for item in items for answer in item.answers if not ends & set(answer.ids[-3:])]
    names = ", ".join(repr(token) for token in setup.tokenizer.convert_ids_to_tokens(sorted(ends)))
    if without:
        return Check(
            "end of turn",
            False,
            f"The response of row {without[0]} (and {len(without) - 1} more) does not end with an end token ({names}), "
            "so the model would not learn to stop. The chat template must end a turn with it: give one with "
            "--chat-template, or do not truncate.",
        )
    return Check("end of turn", True, f"every response of {plural(len(items), 'row')} ends with one of {names}")


def _round_trip(setup: Setup, items: list[Item]) -> Check:
    """Tokens back to text: every word of a response must still be there."""
    for item in items:
        for answer in item.answers:
            text = setup.tokenizer.decode(answer.ids, clean_up_tokenization_spaces=False)
            for message in getattr(item.row, answer.name):
                words = message["content"].strip()
                if _bare(words) not in _bare(text):
                    return Check(
                        "template round trip",
                        False,
                        f"The {answer.name} response of row {item.row.id} comes back changed from the tokenizer: "
                        f"{words[:60]!r} became {text[:60]!r}. The tokenizer or its chat template loses text.",
                    )
    return Check("template round trip", True, f"the responses of {plural(len(items), 'row')} come back word for word")


def _bare(text: str) -> str:
    # Encoders' word pieces come back in lower case and with other spaces; that is their way, not a loss.
    return "".join(text.lower().split())


def _head_in_adapter(setup: Setup, items: list[Item]) -> Check:
    model = setup.module.model
    if not hasattr(model, "peft_config"):
        return Check("reward head", True, "is part of the full weights")
    from peft import get_peft_model_state_dict

    saved = get_peft_model_state_dict(model)
    lost = [head for head in head_names(inner_model(model)) if not any(f".{head}." in name for name in saved)]
    if lost:
        return Check("reward head", False, f"The adapter would be saved without the head ({', '.join(lost)}).")
    return Check("reward head", True, "is saved with the adapter")


@torch.no_grad()
def _own_numbers(setup: Setup, items: list[Item], method: str) -> Check:
    """Our packed, shared, chunked path against the model's plain forward on the shortest row."""
    item = min(items, key=lambda item: item.tokens(shared=False))
    model, division = inner_model(setup.module.model), setup.division
    pad_id = setup.tokenizer.pad_token_id or 0
    ours = build_batch([item], shared=division.shared, layout=division.layout, pad_id=pad_id).to(setup.device)
    plain = build_batch([item], shared=False, layout="rows", pad_id=pad_id).to(setup.device)
    setup.module.eval()
    with setup.autocast():
        first = setup.module(ours)
    usual = model.config._attn_implementation
    model.set_attn_implementation("sdpa")
    try:
        with setup.autocast():
            if method == "rm":
                second = (
                    model(input_ids=plain.input_ids, attention_mask=plain.attention_mask).logits.squeeze(-1).float()
                )
            else:
                second = plain_logprobs(model, plain)
    finally:
        model.set_attn_implementation(usual)
        setup.module.train()
    gap = float((first - second).abs().max())
    if not gap <= AGREE[setup.precision]:
        return Check(
            "own numbers",
            False,
            f"Packed rows differ from the model's own forward by {gap:.2g} (limit {AGREE[setup.precision]:g}): this "
            "architecture does something the packed path does not know. Use --share-prompt off.",
        )
    return Check("own numbers", True, f"packed rows equal the model's own forward within {gap:.1e}")


def preflight(setup: Setup, config: TrainConfig, train: list[Item]) -> list[Check]:
    """Run the checks that need no gradient, write them to `preflight.json`, and raise WorkerError if any failed."""
    sample = train[:SAMPLE]
    encoder = is_encoder(inner_model(setup.module.model).config)
    checks = [_padding(setup, sample), _round_trip(setup, sample), _end_of_turn(setup, sample)]
    if config.method == "rm":
        checks.append(_head_in_adapter(setup, sample))
    if not encoder and checks[0].passed:
        checks.append(_own_numbers(setup, sample, config.method))
    if setup.accelerator.is_main_process:
        write_checks(Path(config.out), checks)
    failed = [check for check in checks if not check.passed]
    if failed:
        lines = "\n".join(f"  {check.name}: {check.detail}" for check in failed)
        raise WorkerError(f"The preflight found what would spoil the run:\n{lines}", phase="preflight")
    return checks


def write_checks(out: Path, checks: list[Check]) -> None:
    """Keep what was checked, for people and for the job's page."""
    write_json(out / "preflight.json", [asdict(check) for check in checks])


def longest_batch(items: list[Item], setup: Setup, budget: int) -> list[Item]:
    """The most demanding micro-batch that the budget allows: the longest comparison, then the next ones that fit."""
    shared = setup.division.shared
    batch: list[Item] = []
    cost = 0
    for item in sorted(items, key=lambda item: -item.tokens(shared)):
        added = group_cost([item], shared)
        if not batch or cost + added <= budget:
            batch.append(item)
            cost += added
    return batch


def try_longest(items: list[Item], setup: Setup, attempt: Callable[[list[Item]], None]) -> Check:
    """Run `attempt` (forward and backward) on the longest batch. When memory runs out, find what fits and say so."""
    budget = setup.division.budget
    batch = longest_batch(items, setup, budget)
    if _fits(batch, attempt):
        return Check("longest batch", True, f"{group_cost_of(batch, setup)} tokens fit, forward and backward")
    longest = max(items, key=lambda item: item.tokens(setup.division.shared))
    floor = longest.tokens(setup.division.shared)
    smaller = budget // 2
    while smaller > floor:
        if _fits(longest_batch(items, setup, smaller), attempt):
            raise WorkerError(
                f"Out of memory on the longest batch, {group_cost_of(batch, setup)} tokens. Lower --micro-batch-tokens "
                f"from {budget} to {smaller}, which fits; the result stays the same.",
                phase="preflight",
            )
        smaller //= 2
    others = memory_savers(setup.precision)
    if _fits([longest], attempt):
        raise WorkerError(
            f"Out of memory on the longest batch. Lower --micro-batch-tokens from {budget} to {floor}, which fits the "
            f"longest row alone; or use {others}.",
            phase="preflight",
        )
    raise WorkerError(
        f"Out of memory on the longest row alone: {longest.row.id} has {longest.longest} tokens with one response. "
        f"Lower --max-tokens from {setup.limit} to {longest.longest // 2}, or use {others}.",
        phase="preflight",
    )


def group_cost_of(batch: list[Item], setup: Setup) -> int:
    """Tokens that a micro-batch reads at most."""
    return sum(item.tokens(setup.division.shared) for item in batch)


def _fits(batch: list[Item], attempt: Callable[[list[Item]], None]) -> bool:
    try:
        attempt(batch)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        return False
    finally:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
    return True
