"""Checkpoints that survive a kill at any point, and that a resumed run continues bit for bit.

A checkpoint is a folder `step-00000010`, filled under another name, flushed, then renamed: it is there whole or not
at all.
"""

import dataclasses
import json
import random
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from accelerate import DistributedType
from safetensors.torch import load_file, save_file

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.files import whole_folder, write_json
from tiebreak_worker.train.config import TrainConfig

FORMAT = 1


@dataclass(frozen=True)
class Validation:
    """How the validation loss went: where it was lowest, and what it was last."""

    best_step: int
    best_loss: float
    last_step: int
    last_loss: float

    @property
    def risen(self) -> bool:
        """True when the last loss is above the lowest by more than rounding and chance make of it: one per cent."""
        return not self.last_loss <= self.best_loss + 0.01 * abs(self.best_loss)


@dataclass(frozen=True)
class Progress:
    """How far a run has come: steps taken, the metrics' last sequence number, and the validation loss so far."""

    step: int = 0
    seq: int = 0
    validation: Validation | None = None

    def evaluated(self, loss: float) -> "Progress":
        """After an evaluation at this step."""
        before = self.validation
        # A loss that is no number is never the lowest.
        best = (before.best_step, before.best_loss) if before and not loss < before.best_loss else (self.step, loss)
        return replace(self, validation=Validation(*best, self.step, loss))


@dataclass(frozen=True)
class Identity:
    """What makes a run this run: the settings that decide its weights, its release and its base model."""

    settings: dict[str, Any]
    release: str
    model: str

    @classmethod
    def of(cls, config: TrainConfig, release: str, model: str) -> "Identity":
        """Take the deciding settings from a configuration."""
        return cls(config.deciding(), release, model)

    def differences(self, other: dict[str, Any]) -> list[str]:
        """What differs from a stored identity, in words."""
        found = [
            f"{name} was {other['settings'].get(name)!r} and is {value!r}"
            for name, value in self.settings.items()
            if json.loads(json.dumps(value)) != other["settings"].get(name)
        ]
        found += [f"another {name}" for name in ("release", "model") if getattr(self, name) != other[name]]
        return found


class Checkpoints:
    """The checkpoints of one output folder."""

    def __init__(self, folder: Path, identity: Identity, keep: int) -> None:
        self.folder = folder
        self.identity = identity
        self.keep = keep

    def all(self) -> list[Path]:
        """Complete checkpoints, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if re.fullmatch(r"step-\d{8}", path.name))

    def latest(self) -> Path | None:
        """The newest checkpoint, if any. Raises WorkerError when it belongs to another run."""
        found = self.all()
        if not found:
            return None
        state = json.loads((found[-1] / "state.json").read_text())
        differences = self.identity.differences(state["identity"])
        if differences:
            raise WorkerError(
                f"{found[-1]} belongs to another run: {'; '.join(differences)}. "
                "Choose another --out, or start over with --no-resume.",
                phase="checkpoint",
            )
        return found[-1]

    def clear(self) -> None:
        """Remove all checkpoints: the run starts over."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def save(self, accelerator, module, optimizer, progress: Progress) -> Path:
        """Write a checkpoint and drop the oldest beyond `keep`, but not that of the lowest validation loss. All
        processes must call this together.
        """
        path = self.at(progress.step)
        if accelerator.num_processes == 1:
            with whole_folder(path, "checkpoint") as part:
                self._write(part, accelerator, module, optimizer, progress)
        else:
            self._save_together(path, accelerator, module, optimizer, progress)
        best = progress.validation and self.at(progress.validation.best_step)
        for old in self.all()[: -self.keep] if accelerator.is_main_process else []:
            if old != best:
                shutil.rmtree(old)
        return path

    def at(self, step: int) -> Path:
        """Where the checkpoint of a step is, if there is one."""
        return self.folder / f"step-{step:08d}"

    def _save_together(self, path: Path, accelerator, module, optimizer, progress: Progress) -> None:
        """Every process writes its part into the main process's folder, which is renamed when all are done."""
        shared = path.with_name(f".{path.name}.part")
        if accelerator.is_main_process:
            with whole_folder(path, "checkpoint") as part:
                accelerator.wait_for_everyone()
                self._write(part, accelerator, module, optimizer, progress)
                accelerator.wait_for_everyone()
        else:
            accelerator.wait_for_everyone()
            self._write(shared, accelerator, module, optimizer, progress)
            accelerator.wait_for_everyone()
        accelerator.wait_for_everyone()

    def _write(self, part: Path, accelerator, module, optimizer, progress: Progress) -> None:
        torch.save(_random_state(), part / f"random-{accelerator.process_index}.pt")
        if accelerator.distributed_type == DistributedType.FSDP:
            accelerator.save_state(str(part / "sharded"))
        elif accelerator.is_main_process:
            # Frozen weights are those of the base model, which the identity names, so only trained ones are kept.
            trained = {n: p.detach().contiguous() for n, p in _trainable(accelerator, module).items()}
            save_file(trained, part / "weights.safetensors")
            torch.save(optimizer.state_dict(), part / "optimizer.pt")
        if accelerator.is_main_process:
            state = {"format": FORMAT, "identity": dataclasses.asdict(self.identity)} | dataclasses.asdict(progress)
            write_json(part / "state.json", state)

    def load(self, path: Path, accelerator, module, optimizer) -> Progress:
        """Put weights, optimizer and random state back as they were."""
        if accelerator.distributed_type == DistributedType.FSDP:
            accelerator.load_state(str(path / "sharded"))
        else:
            stored = load_file(path / "weights.safetensors", device=str(accelerator.device))
            with torch.no_grad():
                for name, parameter in _trainable(accelerator, module).items():
                    parameter.copy_(stored[name])
            optimizer.load_state_dict(torch.load(path / "optimizer.pt", map_location="cpu", weights_only=True))
        own = path / f"random-{accelerator.process_index}.pt"
        if own.exists():
            _restore_random_state(torch.load(own, weights_only=True))
        state = json.loads((path / "state.json").read_text())
        validation = state.get("validation")
        return Progress(state["step"], state["seq"], validation and Validation(**validation))


def _trainable(accelerator, module) -> dict[str, torch.nn.Parameter]:
    bare = accelerator.unwrap_model(module)
    return {name: parameter for name, parameter in bare.named_parameters() if parameter.requires_grad}


def _random_state() -> dict[str, Any]:
    state: dict[str, Any] = {"torch": torch.get_rng_state(), "python": random.getstate()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def _restore_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    random.setstate(state["python"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
