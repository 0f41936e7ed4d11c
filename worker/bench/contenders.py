"""One contender's training, timed from the first step (or the reference's first pass) to the end of the last step."""

import argparse
import json
import time
from pathlib import Path

import torch
from contenders_memory import peak_mib, start_counting

from tiebreak_worker.models.load import load_causal, load_reward, load_tokenizer

RATE = 1e-4


def run(args: argparse.Namespace) -> dict:
    """Train for one epoch and return seconds, CPU seconds, peak memory, comparisons and the last loss."""
    torch.set_num_threads(args.threads)
    work = Path(args.work)
    return _trl(args, work) if args.contender == "trl" else _ours(args, work)


class _Clock:
    """Wall and CPU time since the start; the machine may be shared, and CPU time counts our own work alone."""

    def start(self) -> None:
        self.began = (time.perf_counter(), time.process_time())

    def result(self, model, comparisons: int, loss: float, start_memory: float, device: str) -> dict:
        wall, cpu = (
            now - then for now, then in zip((time.perf_counter(), time.process_time()), self.began, strict=True)
        )
        return {
            "seconds": wall,
            "cpu_seconds": wall if device == "cuda" else cpu,
            "peak_mib": peak_mib(device) - start_memory,
            "comparisons": comparisons,
            "loss": loss,
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
        }


def _trl(args: argparse.Namespace, work: Path) -> dict:
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

    tokenizer = load_tokenizer(work / "model")
    rows = [json.loads(line) for line in (work / "rows.jsonl").read_text().splitlines()]
    data = Dataset.from_list([{name: row[name] for name in ("prompt", "chosen", "rejected")} for row in rows])
    steps = len(rows) // args.batch_size
    kind = DPOConfig if args.method == "dpo" else RewardConfig
    extra = {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, 0.2], "beta": 0.1} if args.method == "dpo" else {}
    settings = kind(
        output_dir=str(work / "trl"),
        per_device_train_batch_size=args.per_pass,
        gradient_accumulation_steps=args.batch_size // args.per_pass,
        max_steps=steps,
        # In the order of the file in all contenders, so that the losses can be compared.
        train_sampling_strategy="sequential",
        learning_rate=RATE,
        lr_scheduler_type="constant",
        bf16=args.precision == "bfloat16",
        use_cpu=args.device == "cpu",
        gradient_checkpointing=False,
        report_to="none",
        save_strategy="no",
        logging_steps=1,
        disable_tqdm=True,
        max_length=None,
        **extra,
    )
    model = load_causal(work / "model") if args.method == "dpo" else load_reward(work / "model", tokenizer)
    trainer_class = DPOTrainer if args.method == "dpo" else RewardTrainer
    clock, memory = _Clock(), []

    class Timed(TrainerCallback):
        def on_train_begin(self, *_args, **_kwargs):
            memory.append(start_counting(args.device))
            clock.start()

    trainer = trainer_class(model, args=settings, train_dataset=data, processing_class=tokenizer, callbacks=[Timed()])
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return clock.result(model, steps * args.batch_size, float(losses[-1]), memory[0], args.device)


def _ours(args: argparse.Namespace, work: Path) -> dict:
    from tiebreak_worker.train.checkpoint import Checkpoints, Identity
    from tiebreak_worker.train.config import from_dict
    from tiebreak_worker.train.dataset import load_dataset
    from tiebreak_worker.train.hooks import Hooks
    from tiebreak_worker.train.loop import Trainer
    from tiebreak_worker.train.objectives import objective_for
    from tiebreak_worker.train.reference import ReferenceCache, fill
    from tiebreak_worker.train.schedule import make_optimizer
    from tiebreak_worker.train.setup import make_setup

    paths = {"data": str(work / "rows.jsonl"), "model": str(work / "model"), "out": str(work / args.contender)}
    settings = {"method": args.method, "strengths": ["all"], "held_out": 0.0, "learning_rate": RATE, "warmup": 0.0}
    settings |= {"schedule": "constant", "batch_size": args.batch_size, "device": args.device, "over_long": "fail"}
    settings |= {"share_prompt": "on" if args.contender == "shared" else "off"}
    settings |= {"precision": "mixed" if args.precision == "bfloat16" else "float32"}
    settings |= {"micro_batch_tokens": _tokens_per_pass(args, work)}
    settings |= {"mask_format": False} if args.method == "dpo" else {}
    config = from_dict(paths | settings)
    setup = make_setup(config)
    items = load_dataset(config, setup.tokenizer, setup.limit, Hooks()).train
    clock = _Clock()
    memory = start_counting(args.device)
    clock.start()
    cache = None
    if args.method == "dpo":
        cache = ReferenceCache(work / args.contender / str(time.time_ns()), "bench", setup.precision, False)
        fill(cache, items, setup, objective_for(config), Hooks())
    optimizer = make_optimizer(setup.module, config)
    setup.module, optimizer = setup.accelerator.prepare(setup.module, optimizer)
    checkpoints = Checkpoints(work / args.contender, Identity({}, "", ""), 1)
    trainer = Trainer(
        setup, config, objective_for(config), optimizer, checkpoints, Hooks(), cache.attach if cache else None
    )
    done, metrics = 0, {}
    for begin in range(0, len(items) - args.batch_size + 1, args.batch_size):
        metrics = trainer.step(items[begin : begin + args.batch_size], len(items))
        done += args.batch_size
    return clock.result(setup.module, done, metrics["loss"], memory, args.device)


def _tokens_per_pass(args: argparse.Namespace, work: Path) -> int:
    """As many tokens as TRL's pass has on average without its padding: comparisons per pass times both full rows."""
    from tiebreak_worker.data.rows import Row, read_rows
    from tiebreak_worker.data.tokenise import Template, tokenise_row

    template = Template(load_tokenizer(work / "model"))
    rows = [row for row in read_rows(work / "rows.jsonl") if isinstance(row, Row)]
    items = [tokenise_row(template, row, ("chosen", "rejected"), []) for row in rows]
    return args.per_pass * sum(item.tokens(shared=False) for item in items) // len(items)
