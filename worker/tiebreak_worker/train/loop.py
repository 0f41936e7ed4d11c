"""The training loop: one step is one optimizer update on a batch of comparisons, whatever the devices."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

import torch

from tiebreak_worker.data.layout import Batch, build_batch
from tiebreak_worker.data.plan import epoch_steps, micro_batches, steps_per_epoch
from tiebreak_worker.data.tokenise import Item
from tiebreak_worker.errors import Stopped, WorkerError
from tiebreak_worker.train.checkpoint import Checkpoints, Progress
from tiebreak_worker.train.config import TrainConfig
from tiebreak_worker.train.hooks import Hooks
from tiebreak_worker.train.measure import memory_savers, out_of_memory, peak_memory
from tiebreak_worker.train.objectives import Objective, Totals
from tiebreak_worker.train.schedule import rate_at
from tiebreak_worker.train.setup import Setup


@dataclass
class Trainer:
    """The moving parts of a run. `reference` gives the reference's log-probabilities of a batch, for DPO only."""

    setup: Setup
    config: TrainConfig
    objective: Objective
    optimizer: torch.optim.Optimizer
    checkpoints: Checkpoints
    hooks: Hooks
    reference: Callable[[Batch], torch.Tensor] | None = None
    progress: Progress = field(default_factory=Progress)

    def train(self, items: list[Item], validation: list[Item]) -> dict[str, float]:
        """Train to the end and return the last step's metrics. Raises Stopped after a checkpoint when asked to stop."""
        per_epoch = steps_per_epoch(len(items), self.config.batch_size)
        total = self.total_steps(len(items))
        metrics: dict[str, float] = {}
        steps: list[list[Item]] = []
        self.setup.module.train()
        while self.progress.step < total:
            epoch, place = divmod(self.progress.step, per_epoch)
            if not steps or place == 0:
                config = self.config
                steps = list(epoch_steps(items, config.batch_size, config.seed, epoch, config.group_by_prompt))
            metrics = self.step(steps[place], total) | {"epoch": (self.progress.step + 1) / per_epoch}
            self.progress = replace(self.progress, step=self.progress.step + 1)
            self._report(metrics, total)
            done = self.progress.step
            if validation and (done == total or done % (self.config.eval_every or per_epoch) == 0):
                held_out = self.evaluate(validation)
                self._report(held_out, total)
                self.progress = self.progress.evaluated(held_out["eval_loss"])
            self._keep_or_stop(total)
        return metrics

    def take_up_last(self) -> None:
        """Go on from the newest checkpoint, if there is one."""
        last = self.checkpoints.latest()
        if last is not None:
            self.progress = self.checkpoints.load(last, self.setup.accelerator, self.setup.module, self.optimizer)
            self._log(f"going on from {last}")

    def total_steps(self, count: int) -> int:
        """Steps of the whole run over `count` comparisons."""
        total = math.ceil(self.config.epochs * steps_per_epoch(count, self.config.batch_size))
        return min(total, self.config.max_steps) if self.config.max_steps else total

    def _keep_or_stop(self, total: int) -> None:
        step = self.progress.step
        stop = self._any_process(self.hooks.should_stop()) and step < total
        if stop or step == total or step % self.config.checkpoint_every == 0 or self._best_to_keep():
            setup = self.setup
            path = self.checkpoints.save(setup.accelerator, setup.module, self.optimizer, self.progress)
            self._log(f"checkpoint of step {step} in {path}")
            if stop:
                raise Stopped(f"Stopped after step {step} of {total}; the same command goes on from {path}.")

    def _best_to_keep(self) -> bool:
        """Whether this step has the lowest validation loss so far and leaves a checkpoint: an epoch's end does.
        Evaluations that were asked for at other steps may be many, and leave one only where the best is to be saved.
        """
        validation = self.progress.validation
        keep = self.config.load_best_at_end or not self.config.eval_every
        return keep and validation is not None and validation.best_step == self.progress.step

    def take_up_best(self) -> int:
        """Put the weights of the lowest validation loss back, if they were kept; returns the step of the weights. All
        processes must call this together.
        """
        validation, last = self.progress.validation, self.progress.step
        if validation is None or validation.best_step == last:
            self._log("the last weights are saved: " + ("they are the best" if validation else "no validation rows"))
            return last
        path = self.checkpoints.at(validation.best_step)
        if not path.is_dir():
            self._log(f"the last weights are saved: no checkpoint of step {validation.best_step}, the best, was kept")
            return last
        self.checkpoints.load(path, self.setup.accelerator, self.setup.module, self.optimizer)
        self._log(f"the weights of step {validation.best_step} are saved, whose validation loss is the lowest")
        return validation.best_step

    def _any_process(self, flag: bool) -> bool:
        accelerator = self.setup.accelerator
        if accelerator.num_processes == 1:
            return flag
        flags = torch.tensor([float(flag)], device=self.setup.device)
        return bool(accelerator.reduce(flags, reduction="sum").item())

    def batch(self, items: list[Item]) -> Batch:
        """The tensors of one micro-batch, on the device, with the reference's log-probabilities where they are
        needed.
        """
        division = self.setup.division
        pad_id = self.setup.tokenizer.pad_token_id
        batch = build_batch(items, shared=division.shared, layout=division.layout, pad_id=pad_id)
        if self.reference is not None:
            batch = replace(batch, reference=self.reference(batch))
        return batch.to(self.setup.device)

    def step(self, items: list[Item], total: int) -> dict[str, float]:
        """One update; returns its metrics. Nothing is updated when the loss or the gradient is not a finite number."""
        begin = time.perf_counter()
        accelerator, module = self.setup.accelerator, self.setup.module
        totals = Totals.of(items)
        mine = micro_batches(items, self.setup.division, accelerator.num_processes)[accelerator.process_index]
        sums: dict[str, torch.Tensor] = {}
        losses: list[torch.Tensor] = []
        for number, micro in enumerate(mine, 1):
            # Gradients travel between devices once per step, with the last micro-batch.
            with nullcontext() if number == len(mine) else accelerator.no_sync(module), self._memory_in_words(micro):
                part = self.forward_backward(micro or items[:1], totals, scale=1.0 if micro else 0.0)
            losses.append(part["loss"])
            sums = {name: sums.get(name, 0.0) + value for name, value in part.items()}
        values = self._reduce(sums)
        norm = self._clip()
        if not (math.isfinite(values["loss"]) and math.isfinite(norm)):
            # Looked at only now, since asking a GPU for each loss would make it wait between micro-batches.
            suspects = zip(mine, losses, strict=True)
            rows = [item.row.id for micro, loss in suspects if not bool(torch.isfinite(loss)) for item in micro]
            raise self._nonsense(values["loss"], norm, rows)
        rate = rate_at(self.progress.step, total, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        seconds = time.perf_counter() - begin
        return self.objective.metrics(values, totals) | {
            "learning_rate": rate,
            "gradient_norm": norm,
            "tokens_per_second": values["tokens"] / seconds,
            "comparisons_per_second": len(items) / seconds,
            "peak_memory_mib": peak_memory(self.setup.device) / 2**20,
        }

    def forward_backward(self, micro: list[Item], totals: Totals, scale: float) -> dict[str, torch.Tensor]:
        """Forward and backward of one micro-batch. `scale` 0 keeps a process without work in step with the others."""
        accelerator = self.setup.accelerator
        batch = self.batch(micro)
        with self.setup.autocast():
            output = self.setup.module(batch)
        loss, sums = self.objective.loss(batch, output, totals)
        # Distributed wrappers average gradients over processes, while each loss share is already part of the whole.
        accelerator.backward(loss * (accelerator.num_processes * scale))
        tokens = torch.tensor(float(batch.input_ids.numel()), device=self.setup.device)
        return {name: value * scale for name, value in (sums | {"tokens": tokens}).items()}

    @contextmanager
    def _memory_in_words(self, micro: list[Item]) -> Iterator[None]:
        """The preflight tried the longest batch, but another program may have taken memory since."""
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            division, others = self.setup.division, memory_savers(self.setup.precision)
            smaller = division.budget // 2
            fits = smaller >= max((item.tokens(division.shared) for item in micro), default=0)
            lower = f"Lower --micro-batch-tokens from {division.budget} to {smaller}, or use" if fits else "Use"
            raise WorkerError(
                f"Out of memory at step {self.progress.step + 1}, though the longest batch did fit before: something "
                f"else takes memory. {lower} {others}. The last checkpoint is as it was.",
                phase="train",
            ) from error

    def _reduce(self, sums: dict[str, torch.Tensor]) -> dict[str, float]:
        stacked = torch.stack([value.float() for value in sums.values()])
        if self.setup.accelerator.num_processes > 1:
            stacked = self.setup.accelerator.reduce(stacked, reduction="sum")
        return dict(zip(sums, stacked.tolist(), strict=True))

    def _clip(self) -> float:
        limit = self.config.clip or math.inf
        norm = self.setup.accelerator.clip_grad_norm_(self.setup.module.parameters(), limit)
        return float(norm)

    def _nonsense(self, loss: float, norm: float, suspects: list[str]) -> WorkerError:
        what = f"the loss is {loss}" if not math.isfinite(loss) else f"the gradient's norm is {norm}"
        rows = f" Rows of the micro-batch: {', '.join(suspects[:8])}." if suspects else ""
        return WorkerError(
            f"At step {self.progress.step + 1} {what}, so the step was not taken.{rows} Lower --learning-rate (now "
            f"{self.config.learning_rate:g}), or use --precision float32. The last checkpoint is as it was.",
            phase="train",
        )

    @torch.no_grad()
    def evaluate(self, items: list[Item]) -> dict[str, float]:
        """Metrics over held-out items as one big batch, so that a ragged last batch weighs no more than its rows."""
        accelerator, module = self.setup.accelerator, self.setup.module
        totals = Totals.of(items)
        module.eval()
        sums: dict[str, torch.Tensor] = {}
        for micro in micro_batches(items, self.setup.division, accelerator.num_processes)[accelerator.process_index]:
            batch = self.batch(micro or items[:1])
            with self.setup.autocast():
                output = module(batch)
            part = self.objective.loss(batch, output, totals)[1]
            sums = {name: sums.get(name, 0.0) + value * bool(micro) for name, value in part.items()}
        module.train()
        metrics = self.objective.metrics(self._reduce(sums), totals)
        return {f"eval_{name}": value for name, value in metrics.items()}

    def _report(self, metrics: dict[str, float], total: int) -> None:
        self.progress = replace(self.progress, seq=self.progress.seq + 1)
        if self.setup.accelerator.is_main_process:
            self.hooks.on_progress("train", self.progress.step, total)
            self.hooks.on_metrics({"seq": self.progress.seq, "step": self.progress.step, "steps": total} | metrics)

    def _log(self, line: str) -> None:
        if self.setup.accelerator.is_main_process:
            self.hooks.on_log(line)
