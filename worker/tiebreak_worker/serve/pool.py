"""The models in memory: loaded on first use, least recently used out first, adapters sharing one base."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, PreTrainedModel

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.models.scoring import load_for_scoring
from tiebreak_worker.serve import device as devices
from tiebreak_worker.serve.catalog import Checkpoint, weights
from tiebreak_worker.serve.engine import Engine, UnsupportedModel
from tiebreak_worker.serve.errors import ApiError, bad_request

GIB = 1024**3
Loaded = TypeVar("Loaded")


class MemoryBusy(Exception):
    """There will be room once running requests of other models have ended; not now."""


@dataclass
class Resident:
    """A model in memory. `key` is the content hash of its base (causal) or of itself (reward)."""

    key: str
    name: str
    kind: str
    bytes: int
    used: float


class CausalResident(Resident):
    """A causal base and the adapters loaded onto it; at any time the base alone or one adapter is active."""

    def __init__(self, key: str, name: str, model: PreTrainedModel) -> None:
        super().__init__(key, name, "causal", _bytes(model), time.monotonic())
        self.engine = Engine(model)
        self.adapters: dict[str, str] = {}
        self._active: str | None = None
        self._names = (f"adapter{number}" for number in itertools.count())

    def attach(self, checkpoint: Checkpoint) -> None:
        """Load an adapter onto the base, unless it is there."""
        if checkpoint.hash in self.adapters:
            return
        name = next(self._names)
        model = self.engine.model
        if isinstance(model, PeftModel):
            model.load_adapter(checkpoint.entry.path, name, is_trainable=False)
        else:
            self.engine.model = PeftModel.from_pretrained(model, checkpoint.entry.path, adapter_name=name)
            self._active = name
        self.engine.model.eval()
        self.adapters[checkpoint.hash] = name
        self.bytes = _bytes(self.engine.model)

    def activate(self, checkpoint: Checkpoint) -> None:
        """Make the next forward passes those of this checkpoint."""
        model = self.engine.model
        wanted = self.adapters.get(checkpoint.hash)
        if not isinstance(model, PeftModel) or wanted == self._active:
            return
        if wanted is None:
            model.base_model.disable_adapter_layers()
        else:
            model.base_model.enable_adapter_layers()
            model.set_adapter(wanted, inference_mode=True)
        self._active = wanted


class RewardResident(Resident):
    """A reward model, adapters merged."""

    def __init__(self, key: str, name: str, model: PreTrainedModel, pad_id: int) -> None:
        super().__init__(key, name, "reward", _bytes(model), time.monotonic())
        self.model = model
        self.pad_id = pad_id


class Pool:
    """Used by the scheduler's thread alone. `budget` (bytes) bounds weights and caches together; `cache_bytes` is
    what the running requests' caches hold, kept up to date by the scheduler."""

    def __init__(self, device: torch.device, dtype: str, budget: int) -> None:
        self.device = device
        self.dtype = dtype
        self.budget = budget
        self.cache_bytes = 0
        self.residents: dict[str, Resident] = {}

    @property
    def weight_bytes(self) -> int:
        return sum(resident.bytes for resident in self.residents.values())

    def causal(self, checkpoint: Checkpoint, busy: Collection[str]) -> CausalResident:
        """The model, loaded if need be. `busy` are keys that must not be evicted. Raises MemoryBusy or ApiError."""
        resident = self.residents.get(checkpoint.base_hash)
        if resident is None:
            self._make_room(checkpoint, busy)
            model = self._guarded(checkpoint, lambda: _load_causal(checkpoint.base_path, self.device, self.dtype))
            resident = self._guarded(
                checkpoint, lambda: CausalResident(checkpoint.base_hash, str(checkpoint.base_path), model)
            )
            self.residents[resident.key] = resident
        if checkpoint.entry.base is not None:
            self._guarded(checkpoint, lambda: resident.attach(checkpoint))
        resident.used = time.monotonic()
        return resident

    def reward(self, checkpoint: Checkpoint, busy: Collection[str]) -> RewardResident:
        """The reward model, loaded if need be. Raises MemoryBusy or ApiError."""
        resident = self.residents.get(checkpoint.hash)
        if resident is None:
            self._make_room(checkpoint, busy)
            # In float32 unless told otherwise: half precision moves a logit by more than the thousandth within which
            # the trainer's evaluation is to be matched.
            precision = "bfloat16" if self.dtype == "bfloat16" else "float32"
            path = checkpoint.entry.path
            model, tokenizer = self._guarded(
                checkpoint, lambda: load_for_scoring(path, precision=precision, device=str(self.device))
            )
            resident = RewardResident(checkpoint.hash, str(path), model, tokenizer.pad_token_id)
            self.residents[resident.key] = resident
        resident.used = time.monotonic()
        return resident

    def evict_idle(self, busy: Collection[str]) -> bool:
        """Drop the idle model that was used longest ago; False when there is none."""
        idle = [resident for resident in self.residents.values() if resident.key not in busy]
        if not idle:
            return False
        del self.residents[min(idle, key=lambda resident: resident.used).key]
        devices.give_back(self.device)
        return True

    def release(self) -> None:
        """Drop every model and give the memory back to the device."""
        self.residents.clear()
        devices.give_back(self.device)

    def _make_room(self, checkpoint: Checkpoint, busy: Collection[str]) -> None:
        needed = _expected_bytes(checkpoint, self.device, self.dtype)
        if needed > self.budget:
            raise bad_request(
                f"Model {checkpoint.entry.id!r} needs about {needed / GIB:.2f} GiB and the server may use "
                f"{self.budget / GIB:.2f} GiB. Start it with a larger --memory, or --dtype bfloat16.",
                param="model",
                code="model_too_large",
            )
        while self.weight_bytes + self.cache_bytes + needed > self.budget:
            if not self.evict_idle(busy):
                raise MemoryBusy

    def _guarded(self, checkpoint: Checkpoint, load: Callable[[], Loaded]) -> Loaded:
        """Run a load; what goes wrong becomes an answer that names the model and the reason."""
        name = checkpoint.entry.id
        try:
            return load()
        except torch.OutOfMemoryError as error:
            devices.give_back(self.device)
            raise ApiError(
                503,
                f"Model {name!r} did not fit into the memory of {self.device}: something else uses it. Try again when "
                "that has ended, or start the server with a smaller --memory so that it evicts earlier.",
                code="out_of_memory",
                retry_after=30,
            ) from error
        except UnsupportedModel as error:
            raise bad_request(
                f"Model {name!r} cannot be served here: {error}", param="model", code="unsupported_model"
            ) from error
        except (WorkerError, OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise ApiError(500, f"Model {name!r} could not be loaded: {error}", code="model_load_failed") from error


def _load_causal(path: Path, device: torch.device, dtype: str) -> PreTrainedModel:
    wanted = devices.load_dtype(device, dtype)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            path, dtype=wanted, attn_implementation="sdpa", local_files_only=True
        )
    except ValueError as error:
        if "scaled_dot_product_attention" not in str(error):
            raise
        model = AutoModelForCausalLM.from_pretrained(
            path, dtype=wanted, attn_implementation="eager", local_files_only=True
        )
    return model.to(device).eval()


def _expected_bytes(checkpoint: Checkpoint, device: torch.device, dtype: str) -> int:
    """Bytes of a checkpoint's weights once loaded, from its files."""
    wanted = devices.load_dtype(device, dtype)
    parameters, size = weights(checkpoint.base_path, "model")
    if isinstance(wanted, torch.dtype) and parameters is not None:
        size = parameters * wanted.itemsize
    return size + (checkpoint.entry.weight_bytes if checkpoint.entry.base is not None else 0)


def _bytes(model: torch.nn.Module) -> int:
    return sum(tensor.nbytes for tensor in itertools.chain(model.parameters(), model.buffers()))
