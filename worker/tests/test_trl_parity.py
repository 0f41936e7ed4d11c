"""Our numbers against TRL 1.13 itself: whole short trainings, and every preference loss, within 1e-5 in float32.

TRL computes separate padded rows and full logits; we compute packed rows with shared prompts. Three steps of AdamW
make the later losses depend on the gradients of the earlier ones, so the gradients are compared too.
"""

import pytest
import torch
from datasets import Dataset
from support import Recorder, config, row, write_rows
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

from tiebreak_worker.data.layout import build_batch
from tiebreak_worker.data.names import LOSSES
from tiebreak_worker.data.select import TABLES
from tiebreak_worker.models.load import load_causal, load_reward, load_tokenizer
from tiebreak_worker.models.tiny import TinySpec, make_tiny_model
from tiebreak_worker.train import run
from tiebreak_worker.train.dataset import load_dataset
from tiebreak_worker.train.objectives import DpoObjective, Totals
from tiebreak_worker.train.reference import ReferenceCache, fill
from tiebreak_worker.train.setup import make_setup

STEPS = 3
RECORDS = [row(n) for n in range(8)]
TOLERANCE = 1e-5


def _arguments(kind, out, **extra):
    """TRL's settings for a full-batch run at a constant rate on a CPU, where all else is as in ours."""
    return kind(
        output_dir=str(out),
        per_device_train_batch_size=len(RECORDS),
        max_steps=STEPS,
        learning_rate=1e-3,
        lr_scheduler_type="constant",
        warmup_steps=0,
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
        max_length=None,
        **extra,
    )


def _recording(trainer_class):
    """The trainer, with the loss of every step kept at full precision: its log rounds to four digits."""

    class Recording(trainer_class):
        def __init__(self, *args, **kwargs):
            self.losses = []
            super().__init__(*args, **kwargs)

        def compute_loss(self, *args, **kwargs):
            loss = super().compute_loss(*args, **kwargs)
            self.losses.append(float((loss[0] if isinstance(loss, tuple) else loss).detach()))
            return loss

    return Recording


def _ours(method, tmp_path, model, **settings):
    data = write_rows(tmp_path / "rows.jsonl", RECORDS)
    recorder = Recorder()
    steps = {"epochs": STEPS, "schedule": "constant", "warmup": 0.0, "evaluate": False}
    run(config(method, data, model, tmp_path / "ours", **steps, **settings), recorder)
    return recorder.values("loss")


def _columns(*names):
    return Dataset.from_list([{name: record[name] for name in names} for record in RECORDS])


@pytest.mark.parametrize(("margins", "centring"), [("none", 0.0), ("llama2-large", 0.01)])
@pytest.mark.parametrize("arch", ["tiny_llama", "tiny_qwen3"])
def test_reward_training_equals_trl(request, tmp_path, arch, margins, centring):
    path = request.getfixturevalue(arch)
    tokenizer = load_tokenizer(path)
    data = _columns("prompt", "chosen", "rejected")
    if margins != "none":
        data = data.add_column("margin", [TABLES[margins][record["strength"]] for record in RECORDS])
    trainer = _recording(RewardTrainer)(
        load_reward(path, tokenizer, seed=0),
        _arguments(RewardConfig, tmp_path / "trl", center_rewards_coefficient=centring or None),
        train_dataset=data,
        processing_class=tokenizer,
    )
    trainer.train()
    ours = _ours("rm", tmp_path, path, margins=margins, centring=centring)
    assert ours == pytest.approx(trainer.losses, abs=TOLERANCE)
    assert ours[0] != pytest.approx(ours[-1], abs=1e-3)


@pytest.mark.parametrize("arch", ["tiny_llama", "tiny_qwen3"])
def test_dpo_training_equals_trl(request, tmp_path, arch):
    path = request.getfixturevalue(arch)
    trainer = _recording(DPOTrainer)(
        load_causal(path),
        args=_arguments(DPOConfig, tmp_path / "trl", loss_type=["sigmoid", "sft"], loss_weights=[1.0, 0.2], beta=0.1),
        train_dataset=_columns("prompt", "chosen", "rejected"),
        processing_class=load_tokenizer(path),
    )
    trainer.train()
    ours = _ours("dpo", tmp_path, path, mask_format=False)
    assert ours == pytest.approx(trainer.losses, abs=TOLERANCE)
    assert ours[0] - ours[-1] > 0.01


def test_sft_equals_trl(tmp_path, tiny_llama):
    data = _columns("prompt", "chosen").rename_column("chosen", "completion")
    trainer = _recording(SFTTrainer)(
        load_causal(tiny_llama),
        _arguments(SFTConfig, tmp_path / "trl"),
        train_dataset=data,
        processing_class=load_tokenizer(tiny_llama),
    )
    trainer.train()
    assert _ours("sft", tmp_path, tiny_llama) == pytest.approx(trainer.losses, abs=TOLERANCE)


def test_every_preference_loss_equals_trl(tmp_path, tiny_llama):
    """One batch, with a reference that differs from the policy, so that no log-ratio is zero."""
    make_tiny_model(tmp_path / "reference", TinySpec("llama", seed=1))
    trainer = DPOTrainer(
        load_causal(tiny_llama),
        ref_model=load_causal(tmp_path / "reference"),
        args=_arguments(DPOConfig, tmp_path / "trl", label_smoothing=0.1),
        train_dataset=_columns("prompt", "chosen", "rejected"),
        processing_class=load_tokenizer(tiny_llama),
    )
    inputs = next(iter(trainer.get_train_dataloader()))
    data = write_rows(tmp_path / "rows.jsonl", RECORDS)
    base = config("dpo", data, tiny_llama, tmp_path / "ours", mask_format=False, nll_weight=0.0)
    setup, reference = make_setup(base), make_setup(config("dpo", data, tmp_path / "reference", tmp_path / "ours"))
    items = load_dataset(base, setup.tokenizer, setup.limit, Recorder()).train
    cache = ReferenceCache(tmp_path / "cache", "reference", "float32", False)
    fill(cache, items, reference, DpoObjective.of(base), Recorder())
    batch = build_batch(items, shared=True, layout="packed", pad_id=setup.tokenizer.pad_token_id)
    batch = type(batch)(**(vars(batch) | {"reference": cache.attach(batch)}))
    with torch.no_grad():
        output = setup.module(batch)
        for name in LOSSES:
            smoothing = 0.1 if name in ("robust", "exo_pair") else 0.0
            trainer.loss_types, trainer.loss_weights = [name], [1.0]
            theirs = float(trainer._compute_loss(trainer.model, dict(inputs), False))
            objective = DpoObjective(name, 0.1, smoothing, 0.0, mask_format=False, nll_weight=0.0)
            ours = float(objective.loss(batch, output, Totals.of(items))[0])
            assert ours == pytest.approx(theirs, abs=TOLERANCE, rel=TOLERANCE), name
