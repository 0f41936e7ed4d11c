"""One run from configuration to saved model."""

from dataclasses import replace
from pathlib import Path

import torch

from tiebreak_worker.data.tokenise import Item
from tiebreak_worker.files import write_json, write_text
from tiebreak_worker.models.fingerprint import fingerprint
from tiebreak_worker.models.load import load_causal
from tiebreak_worker.models.modules import PolicyModule
from tiebreak_worker.train.checkpoint import Checkpoints, Identity
from tiebreak_worker.train.config import TrainConfig
from tiebreak_worker.train.dataset import Dataset, load_dataset
from tiebreak_worker.train.finish import finish
from tiebreak_worker.train.hooks import Hooks, TrainResult
from tiebreak_worker.train.loop import Trainer
from tiebreak_worker.train.objectives import DpoObjective, Totals, objective_for
from tiebreak_worker.train.preflight import Check, preflight, try_longest, write_checks
from tiebreak_worker.train.reference import ReferenceCache, fill
from tiebreak_worker.train.schedule import make_optimizer
from tiebreak_worker.train.setup import Setup, make_setup, train_adapter


class _Quiet(Hooks):
    """For processes other than the main one: they may ask to stop, but say nothing."""

    def __init__(self, hooks: Hooks) -> None:
        self.should_stop = hooks.should_stop


def run_training(config: TrainConfig, hooks: Hooks) -> TrainResult:
    """See `tiebreak_worker.train.run`."""
    torch.manual_seed(config.seed)
    setup = make_setup(config)
    hooks = hooks if setup.accelerator.is_main_process else _Quiet(hooks)
    hooks.on_log(f"{config.method} of {config.model} on {setup.device}, {setup.precision}, {_layout_words(setup)}")
    dataset = load_dataset(config, setup.tokenizer, setup.limit, hooks)
    if setup.accelerator.is_main_process:
        write_text(Path(config.out) / "config.json", config.to_json())
        write_json(Path(config.out) / "data.json", dataset.account)
    base = fingerprint(config.model)
    train_adapter(setup, config)
    checks = preflight(setup, config, dataset.whole or dataset.train)
    trainer = _make_trainer(config, setup, Identity.of(config, dataset.sha256, base), hooks)
    checks.append(_try_longest(trainer, dataset.train))
    if setup.accelerator.is_main_process:
        write_checks(Path(config.out), checks)
    hooks.on_log(f"preflight passed; {checks[-1].detail}")
    if config.method == "dpo":
        # After the preflight, since it may take hours; before a checkpoint, while the weights are those at the start.
        trainer.reference = _reference(config, setup, dataset, base, hooks).attach
    trainer.take_up_last()
    metrics = trainer.train(dataset.train, dataset.splits["validation"])
    return finish(config, setup, dataset, trainer, metrics, hooks)


def _layout_words(setup: Setup) -> str:
    if setup.division.layout == "rows":
        return "one padded row per response"
    return "packed rows, " + ("each prompt once" if setup.division.shared else "the prompt before every response")


def _make_trainer(config: TrainConfig, setup: Setup, identity: Identity, hooks: Hooks) -> Trainer:
    """Prepare module and optimizer for the devices."""
    checkpoints = Checkpoints(Path(config.out) / "checkpoints", identity, config.keep_checkpoints)
    accelerator = setup.accelerator
    if not config.resume and accelerator.is_main_process:
        checkpoints.clear()
    accelerator.wait_for_everyone()
    checkpoints.latest()  # Refuses another run's folder before any time is spent.
    optimizer = make_optimizer(setup.module, config)
    setup.module, optimizer = accelerator.prepare(setup.module, optimizer)
    return Trainer(setup, config, objective_for(config), optimizer, checkpoints, hooks)


def _try_longest(trainer: Trainer, items: list[Item]) -> Check:
    if trainer.config.method == "dpo":
        # What the reference says changes the loss and not the memory, so nobody waits for it here.
        trainer.reference = lambda batch: torch.zeros(len(batch.last))

    def attempt(batch: list[Item]) -> None:
        # The random state is put back, so that a run with dropout is the same with or without the try.
        device = trainer.setup.device
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            try:
                trainer.forward_backward(batch, Totals.of(batch), scale=1.0)
            finally:
                trainer.optimizer.zero_grad(set_to_none=True)

    return try_longest(items, trainer.setup, attempt)


def _reference(config: TrainConfig, setup: Setup, dataset: Dataset, base: str, hooks: Hooks) -> ReferenceCache:
    """Fill the cache of reference log-probabilities, with the model as it starts, or another that is dropped then."""
    folder = Path(config.reference_cache or Path(config.out) / "reference")
    name = base if config.reference is None else fingerprint(config.reference)
    cache = ReferenceCache(folder, name, setup.precision, config.mask_format)
    items = [item for split in ("train", "validation") for item in dataset.splits[split]]
    if not any(cache.lacks(item) for item in items):
        return cache
    objective = DpoObjective.of(config)
    if config.reference is None:
        fill(cache, items, setup, objective, hooks)
        return cache
    implementation = setup.accelerator.unwrap_model(setup.module).model.config._attn_implementation
    other = load_causal(config.reference, precision=setup.precision, attention=implementation)
    fill(cache, items, replace(setup, module=PolicyModule(other).to(setup.device)), objective, hooks)
    return cache
