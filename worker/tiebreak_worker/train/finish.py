"""The end of a run: the model saved whole, loaded again to see that it is the one that was trained, and evaluated."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import DistributedType

from tiebreak_worker.data.layout import Batch, build_batch
from tiebreak_worker.data.tokenise import Item
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.evaluate import EvaluateSettings, evaluate
from tiebreak_worker.files import whole_folder
from tiebreak_worker.models.scoring import load_for_scoring, score_conversations
from tiebreak_worker.train.checkpoint import Validation
from tiebreak_worker.train.config import TrainConfig
from tiebreak_worker.train.dataset import Dataset
from tiebreak_worker.train.hooks import Hooks, TrainResult
from tiebreak_worker.train.loop import Trainer
from tiebreak_worker.train.setup import Setup

# Rewards after loading may differ by rounding alone: attention is summed in another order in padded rows.
SAME_REWARD = {"float32": 1e-3, "mixed": 0.1, "bfloat16": 0.1}


def finish(
    config: TrainConfig, setup: Setup, dataset: Dataset, trainer: Trainer, metrics: dict[str, Any], hooks: Hooks
) -> TrainResult:
    """Save to `out/model`, check by loading it, and return the result."""
    folder = Path(config.out) / "model"
    validation = trainer.progress.validation
    saved_step = trainer.take_up_best() if config.load_best_at_end else trainer.progress.step
    save_model(setup, folder)
    if validation and validation.risen:
        hooks.on_log(_rise(validation, trainer.checkpoints.at(validation.best_step)))
    sample = _batch(setup, dataset.whole[:4]) if config.method == "rm" else None
    rewards = _rewards(setup, sample) if sample else []
    _make_room(setup, trainer)
    hooks.on_log(f"saved {folder}")
    if sample and setup.accelerator.is_main_process:
        gap = reload_gap(folder, setup, sample, rewards)
        hooks.on_log(f"loaded again, its rewards differ by {gap:.1e}")
        if not gap <= SAME_REWARD[setup.precision]:
            raise WorkerError(
                f"The model saved in {folder} gives rewards that differ by {gap:.3g} from the trained one; "
                "do not use it. Its checkpoint is intact.",
                phase="checkpoint",
            )
    main = setup.accelerator.is_main_process
    went = validation and {**asdict(validation), "risen": validation.risen, "saved_step": saved_step}
    report = _evaluate(config, setup, dataset, folder, went, hooks) if main else None
    setup.accelerator.wait_for_everyone()
    return TrainResult(folder, trainer.progress.step, metrics, report, dataset.account)


def _rise(validation: Validation, best: Path) -> str:
    kept = f"its checkpoint is {best}" if best.is_dir() else "no checkpoint of it was kept (--checkpoint-every)"
    return (
        f"the validation loss has risen since step {validation.best_step}, from {validation.best_loss:.4g} to "
        f"{validation.last_loss:.4g} at step {validation.last_step}. The best step was {validation.best_step}; {kept}"
    )


def _evaluate(
    config: TrainConfig, setup: Setup, dataset: Dataset, folder: Path, validation: dict[str, Any] | None, hooks: Hooks
) -> dict[str, Any] | None:
    """The report on the held-out split, all strengths in it; None when nothing was held out or it is switched off."""
    split = dataset.held_out
    if not config.evaluate:
        return None
    if split is None:
        hooks.on_log("no evaluation: the release has no test or validation rows")
        return None
    settings = EvaluateSettings(
        model=str(folder),
        data=config.data,
        out=str(Path(config.out) / "evaluation"),
        split=split,
        kind=config.method,
        reference=(config.reference or config.model) if config.method == "dpo" else None,
        beta=config.beta,
        held_out=config.held_out,
        keep_out_bad_rows=config.bad_rows == "keep-out",
        precision="bfloat16" if setup.precision == "bfloat16" else "float32",
        device=config.device,
        tokens_at_once=setup.division.budget,
        validation=validation,
    )
    return evaluate(settings, hooks)


def save_model(setup: Setup, folder: Path) -> None:
    """Write weights (or adapter) and tokenizer; all processes must call this together."""
    accelerator = setup.accelerator
    state = accelerator.get_state_dict(setup.module)
    if not accelerator.is_main_process:
        return
    model = accelerator.unwrap_model(setup.module).model
    prefix = "model."
    state = {name.removeprefix(prefix): value for name, value in state.items()}
    with whole_folder(folder, "model") as part:
        model.save_pretrained(part, state_dict=state)
        setup.tokenizer.save_pretrained(part)


def _batch(setup: Setup, items: list[Item]) -> Batch | None:
    division = setup.division
    if not items:
        return None
    return build_batch(items, shared=division.shared, layout=division.layout, pad_id=setup.tokenizer.pad_token_id).to(
        setup.device
    )


@torch.no_grad()
def _rewards(setup: Setup, batch: Batch) -> list[float]:
    """Rewards by the model as it was trained; all processes must call this together."""
    setup.module.eval()
    with setup.autocast():
        return setup.module(batch).tolist()


def _make_room(setup: Setup, trainer: Trainer) -> None:
    """The trained model and its optimizer leave the GPU, since the saved one is loaded there next."""
    if setup.device.type == "cuda" and setup.accelerator.distributed_type != DistributedType.FSDP:
        trainer.optimizer.state.clear()
        setup.accelerator.unwrap_model(setup.module).to("cpu")
        torch.cuda.empty_cache()


def reload_gap(folder: Path, setup: Setup, batch: Batch, rewards: list[float]) -> float:
    """Largest difference between the trained model's rewards and those of the saved one, over a few rows."""
    model, tokenizer = load_for_scoring(folder, device=str(setup.device))
    gap = 0.0
    for item, names in zip(batch.items, batch.answer_index, strict=True):
        talks = [[*item.row.prompt, *getattr(item.row, answer.name)] for answer in item.answers]
        again = score_conversations(model, tokenizer, talks)
        for answer, score in zip(item.answers, again, strict=True):
            gap = max(gap, abs(score - rewards[names[answer.name]]))
    return gap
