"""One evaluation from settings to report."""

from pathlib import Path
from typing import Any

import torch

from tiebreak_worker import __version__
from tiebreak_worker.data.layout import build_batch
from tiebreak_worker.data.plan import Division, micro_batches
from tiebreak_worker.data.release import Release, read_release
from tiebreak_worker.data.rows import Row
from tiebreak_worker.data.tokenise import Item, Template, TokenReport, fit, tokenise_row
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.evaluate.html import page
from tiebreak_worker.evaluate.metrics import Judged, pair_report, share
from tiebreak_worker.evaluate.settings import EvaluateSettings
from tiebreak_worker.files import write_json, write_text
from tiebreak_worker.losses.logprob import sum_by_owner
from tiebreak_worker.models import attention
from tiebreak_worker.models.load import load_causal, load_config, load_tokenizer
from tiebreak_worker.models.modules import PolicyModule
from tiebreak_worker.models.scoring import context_of, is_reward_model, load_for_scoring, score_conversations
from tiebreak_worker.train.hooks import Hooks

NAMES = ("edited", "chosen", "rejected")


def run_evaluation(settings: EvaluateSettings, hooks: Hooks) -> dict[str, Any]:
    """Evaluate, write `report.json` and `report.html` into `settings.out`, and return the report.

    Raises WorkerError when the split is empty, or when the model does not fit what is to be measured.
    """
    release = read_release(
        Path(settings.data), held_out=settings.held_out, keep_out_bad_rows=settings.keep_out_bad_rows
    )
    kind = settings.kind if settings.kind != "auto" else _kind_of(settings)
    rows = _rows_of(release, settings.split)
    if release.left_out:
        hooks.on_log(release.left_out_note)
    report = {
        "kind": kind,
        "model": settings.model,
        "reference": settings.reference,
        "release": release.sha256,
        "split": settings.split,
        "version": __version__,
        "bad_rows": [str(bad) for bad in release.bad_rows],
        "left_out_rows": [str(row) for row in release.left_out],
    }
    if settings.validation:
        report["validation"] = settings.validation
    measure = {"rm": _rewards, "dpo": _implicit_rewards, "sft": _likelihood}[kind]
    report |= measure(settings, rows, hooks)
    out = Path(settings.out)
    write_json(out / "report.json", report)
    write_text(out / "report.html", page(report))
    return report


def _kind_of(settings: EvaluateSettings) -> str:
    if is_reward_model(settings.model):
        return "rm"
    return "dpo" if settings.reference else "sft"


def _rows_of(release: Release, split: str) -> list[Row]:
    rows = [row for name, part in release.splits.items() if split in (name, "all") for row in part]
    if not rows:
        counts = ", ".join(f"{name} {len(part)}" for name, part in release.splits.items())
        left_out = f"; {release.left_out_note}" if release.left_out else ""
        raise WorkerError(
            f"The {split} split is empty, so there is nothing to evaluate on (rows: {counts}{left_out}). "
            "Choose another --split.",
            phase="evaluate",
        )
    return rows


def _items(rows: list[Row], tokenizer, limit: int) -> tuple[list[Item], TokenReport]:
    """Tokenise every response of every row; rows longer than the model reads are kept out and named."""
    template, report = Template(tokenizer), TokenReport()
    made = (
        fit(
            tokenise_row(template, row, tuple(n for n in NAMES if getattr(row, n) is not None), []),
            limit,
            "keep-out",
            report,
        )
        for row in rows
    )
    return [item for item in made if item is not None], report


def _judged(item: Item, scores: dict[str, float]) -> Judged:
    row = item.row
    lengths = {answer.name: len(answer.ids) for answer in item.answers}
    return Judged(
        row.id,
        scores["chosen"],
        scores["rejected"],
        lengths["chosen"],
        lengths["rejected"],
        row.strength,
        row.pool,
        row.votes,
        row.agreement,
        row.chosen_side,
        row.imported,
    )


def _pairs_report(items: list[Item], scores: list[dict[str, float]], report: TokenReport) -> dict[str, Any]:
    judged = [_judged(item, score) for item, score in zip(items, scores, strict=True)]
    edited = [score for score in scores if "edited" in score]
    ordered = {
        "edited_over_chosen": share(sum(s["edited"] > s["chosen"] for s in edited), len(edited)),
        "edited_over_rejected": share(sum(s["edited"] > s["rejected"] for s in edited), len(edited)),
    }
    return {"rows": len(items), "kept_out_too_long": report.over_long} | pair_report(judged) | ordered


def _rewards(settings: EvaluateSettings, rows: list[Row], hooks: Hooks) -> dict[str, Any]:
    """Rewards of all responses, by the same function that the server scores with."""
    device = None if settings.device == "auto" else settings.device
    model, tokenizer = load_for_scoring(settings.model, precision=settings.precision, device=device)
    items, report = _items(rows, tokenizer, context_of(model))
    talks = [
        (number, answer.name, [*item.row.prompt, *getattr(item.row, answer.name)])
        for number, item in enumerate(items)
        for answer in item.answers
    ]
    scores: list[dict[str, float]] = [{} for _ in items]
    step = 512
    for begin in range(0, len(talks), step):
        part = talks[begin : begin + step]
        found = score_conversations(model, tokenizer, [talk for _, _, talk in part], budget=settings.tokens_at_once)
        for (number, name, _), score in zip(part, found, strict=True):
            scores[number][name] = score
        hooks.on_progress("evaluate", min(begin + step, len(talks)), len(talks))
    return _pairs_report(items, scores, report)


@torch.no_grad()
def _log_probabilities(
    path: str, settings: EvaluateSettings, items: list[Item], hooks: Hooks
) -> list[dict[str, float]]:
    """Summed log-probability of each response of each item under the language model at `path`."""
    packs = attention.supports_segments(load_config(path))
    implementation = attention.register() if packs else "sdpa"
    model = load_causal(path, precision=settings.precision, attention=implementation)
    on_gpu = torch.cuda.is_available() and settings.device in ("auto", "cuda")
    device = torch.device("cuda" if on_gpu else "cpu")
    module = PolicyModule(model).to(device).eval()
    layout = "packed" if packs else "rows"
    pad_id = load_tokenizer(path).pad_token_id or 0
    place = {id(item): number for number, item in enumerate(items)}
    found: list[dict[str, float]] = [{} for _ in items]
    micros = micro_batches(items, Division(packs, layout, settings.tokens_at_once))[0]
    for done, micro in enumerate(micros, 1):
        batch = build_batch(micro, shared=packs, layout=layout, pad_id=pad_id).to(device)
        sums = sum_by_owner(module(batch), batch.owner, len(batch.last)).tolist()
        for item, names in zip(batch.items, batch.answer_index, strict=True):
            found[place[id(item)]] = {name: sums[index] for name, index in names.items()}
        hooks.on_progress("evaluate", done, len(micros))
    return found


def _implicit_rewards(settings: EvaluateSettings, rows: list[Row], hooks: Hooks) -> dict[str, Any]:
    """beta * log(policy / reference) of all responses: what DPO trains as if it were a reward."""
    if not settings.reference:
        raise WorkerError("An evaluation of kind dpo needs --reference, the model it started from.", phase="evaluate")
    tokenizer = load_tokenizer(settings.model)
    items, report = _items(rows, tokenizer, context_of(load_config(settings.model)))
    policy = _log_probabilities(settings.model, settings, items, hooks)
    reference = _log_probabilities(settings.reference, settings, items, hooks)
    scores = [
        {name: settings.beta * (value - other[name]) for name, value in own.items()}
        for own, other in zip(policy, reference, strict=True)
    ]
    return {"beta": settings.beta} | _pairs_report(items, scores, report)


def _likelihood(settings: EvaluateSettings, rows: list[Row], hooks: Hooks) -> dict[str, Any]:
    """Negative log-likelihood per token of the best responses, and how often the chosen one is likelier per token."""
    tokenizer = load_tokenizer(settings.model)
    items, report = _items(rows, tokenizer, context_of(load_config(settings.model)))
    found = _log_probabilities(settings.model, settings, items, hooks)
    lengths = [{answer.name: len(answer.ids) for answer in item.answers} for item in items]
    best = [item.answers[0].name for item in items]
    tokens = sum(length[name] for length, name in zip(lengths, best, strict=True))
    nll = -sum(own[name] for own, name in zip(found, best, strict=True)) / max(1, tokens)
    scores = [
        {name: value / length[name] for name, value in own.items()} for own, length in zip(found, lengths, strict=True)
    ]
    return {"nll": nll, "response_tokens": tokens} | _pairs_report(items, scores, report)
