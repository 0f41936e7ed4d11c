"""Which checkpoints there are on disk: found by scanning, named, and told apart by kind and format."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiebreak_worker.models.fingerprint import fingerprint

DEPTH = 4
"""How many folders below a models folder a checkpoint may lie."""

_CONTENT = (
    "*.safetensors",
    "pytorch_model*.bin",
    "config.json",
    "generation_config.json",
    "adapter_config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "vocab.*",
    "merges.txt",
    "chat_template*",
)

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Source:
    """Where to look: a folder of checkpoints, or with a `name` one checkpoint to be served under it."""

    path: Path
    name: str | None = None

    @classmethod
    def parse(cls, text: str) -> Source:
        """`DIR` or `name=PATH`."""
        name, separator, path = text.partition("=")
        return cls(Path(path).expanduser().resolve(), name) if separator else cls(Path(text).expanduser().resolve())


@dataclass(frozen=True)
class ModelEntry:
    """One checkpoint that can be served. `base` is set for adapters only; `parameters` counts weights of this folder
    alone, and is None where the file format does not tell without loading."""

    id: str
    path: Path
    kind: str
    format: str
    base: Path | None
    context_length: int | None
    created: int
    parameters: int | None
    weight_bytes: int


@dataclass(frozen=True)
class Checkpoint:
    """A model at one content. `hash` is its fingerprint (weights and configuration, an adapter's with its base's) and
    `base_hash` its base's, equal for a full model; `stamp` changes with any file that its answers depend on."""

    entry: ModelEntry
    hash: str
    base_hash: str
    stamp: Stamp

    @property
    def base_path(self) -> Path:
        return self.entry.base or self.entry.path


@dataclass(frozen=True)
class Problem:
    """A folder that looks like a checkpoint but cannot be served, and why."""

    id: str
    path: Path
    reason: str


class Unservable(Exception):
    """Why a folder cannot be served as a model."""


class Catalog:
    """The checkpoints under the sources, looked up anew on every scan, so that a new one appears without a restart."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)
        self._lock = threading.Lock()
        self._checkpoints: dict[Stamp, tuple[str, str]] = {}

    def scan(self) -> tuple[dict[str, ModelEntry], dict[str, Problem]]:
        """All models and all problems, by id. Where two sources give the same id, the first one keeps it."""
        found = {}
        for source in self.sources:
            for name, path in _folders(source):
                found.setdefault(name, path)
        models, problems = {}, {}
        for name, path in found.items():
            try:
                models[name] = read_entry(name, path)
            except (Unservable, OSError, ValueError, KeyError) as error:
                problems[name] = Problem(name, path, str(error) or type(error).__name__)
        return models, problems

    def checkpoint(self, entry: ModelEntry) -> Checkpoint:
        """Fingerprint a model; remembered until one of its files changes."""
        base = entry.base or entry.path
        stamp = _stamp(entry.path) if entry.base is None else _stamp(entry.base) + _stamp(entry.path)
        with self._lock:
            if stamp not in self._checkpoints:
                own = fingerprint(entry.path)
                self._checkpoints[stamp] = (own, own if entry.base is None else fingerprint(base))
            return Checkpoint(entry, *self._checkpoints[stamp], stamp)


def read_entry(name: str, path: Path) -> ModelEntry:
    """Read what a checkpoint folder is. Raises Unservable with the reason."""
    adapter_file = path / "adapter_config.json"
    parameters, size = weights(path, "adapter_model" if adapter_file.exists() else "model")
    created = int(path.stat().st_mtime)
    if not adapter_file.exists():
        config = _read_json(path / "config.json")
        return ModelEntry(name, path, _kind(config), "full", None, _context(config), created, parameters, size)
    adapter = _read_json(adapter_file)
    if adapter.get("peft_type") != "LORA":
        raise Unservable(f"adapter of type {adapter.get('peft_type')}; only LoRA adapters are served")
    base = _find_base(str(adapter.get("base_model_name_or_path") or ""))
    config = _read_json(base / "config.json")
    kind = "reward" if adapter.get("task_type") == "SEQ_CLS" else _kind(config)
    return ModelEntry(name, path, kind, "adapter", base, _context(config), created, parameters, size)


def _folders(source: Source) -> Iterator[tuple[str, Path]]:
    if source.name is not None:
        yield source.name, source.path
        return
    if _is_checkpoint(source.path):
        yield source.path.name, source.path
    yield from _below(source.path, source.path, DEPTH)


def _below(root: Path, folder: Path, depth: int) -> Iterator[tuple[str, Path]]:
    try:
        children = sorted(child for child in folder.iterdir() if child.is_dir())
    except OSError:
        return
    for child in children:
        # The trainer writes under a hidden name until a checkpoint is whole, then renames it.
        if child.name.startswith("."):
            continue
        if _is_checkpoint(child):
            yield child.relative_to(root).as_posix(), child
        if depth > 1:
            yield from _below(root, child, depth - 1)


def _is_checkpoint(folder: Path) -> bool:
    return (folder / "config.json").is_file() or (folder / "adapter_config.json").is_file()


def _read_json(file: Path) -> dict:
    if not file.is_file():
        raise Unservable(f"{file} is not there")
    return json.loads(file.read_text(encoding="utf-8"))


def _kind(config: dict) -> str:
    names = config.get("architectures") or []
    if any(name.endswith("ForSequenceClassification") for name in names):
        return "reward"
    if any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in names):
        return "causal"
    raise Unservable(f"architecture {names or 'unknown'} is neither a causal model nor a sequence classifier")


def _context(config: dict) -> int | None:
    text = config.get("text_config") or config
    return text.get("max_position_embeddings") or text.get("n_positions")


def weights(folder: Path, stem: str) -> tuple[int | None, int]:
    """Parameters (None if unknown) and bytes on disk. Raises Unservable while a shard is missing."""
    for name in (f"{stem}.safetensors", f"pytorch_{stem}.bin", f"{stem}.bin"):
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = sorted({folder / shard for shard in _read_json(index)["weight_map"].values()})
        elif (folder / name).is_file():
            shards = [folder / name]
        else:
            continue
        missing = [shard.name for shard in shards if not shard.is_file()]
        if missing:
            raise Unservable(f"weights are incomplete: {', '.join(missing)} not there (still being written?)")
        counted = sum(map(_count, shards)) if name.endswith(".safetensors") else None
        return counted, sum(shard.stat().st_size for shard in shards)
    raise Unservable("no weights (model.safetensors or adapter_model.safetensors); still being written?")


def _count(file: Path) -> int:
    """Parameters in a safetensors file, from its header alone."""
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        if not 0 < size < file.stat().st_size:
            raise Unservable(f"{file.name} is cut off")
        header = json.loads(stream.read(size))
    total = 0
    for key, tensor in header.items():
        if key != "__metadata__":
            count = 1
            for length in tensor["shape"]:
                count *= length
            total += count
    return total


def _find_base(named: str) -> Path:
    if named and (Path(named) / "config.json").is_file():
        return Path(named).resolve()
    raise Unservable(
        f"its base model {named or '(not named)'} is not there; put it back, or correct adapter_config.json"
    )


def _stamp(folder: Path) -> Stamp:
    """Names, sizes and times of the files that make up a checkpoint."""
    files = sorted({file for pattern in _CONTENT for file in folder.glob(pattern) if file.is_file()})
    return tuple((str(file), stat.st_size, stat.st_mtime_ns) for file, stat in ((f, f.stat()) for f in files))
