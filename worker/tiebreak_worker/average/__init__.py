"""Averaging the weights of several runs, as Llama 3 does at every stage (arXiv 2407.21783, section 4.1.5)."""

import shutil
from pathlib import Path

from tiebreak_worker.errors import WorkerError

SIDE_FILES = ("*.json", "*.jinja", "*.model", "*.txt")


def average(models: list[str], weights: list[float] | None, out: str) -> dict[str, float]:
    """Write the weighted mean of the models' weights to `out`, and return each model's share.

    The first model gives the configuration and tokenizer. Sums are float64, and the result has the first model's types.
    Raises WorkerError when the models do not have the same tensors with the same shapes, or when one is an adapter.
    """
    import torch
    from safetensors.torch import save_file

    from tiebreak_worker.files import whole_folder

    shares = _shares(models, weights)
    readers = [_Weights(model) for model in models]
    for other in readers[1:]:
        _same_tensors(readers[0], other)
    total: dict[str, torch.Tensor] = {}
    for name in readers[0].names():
        tensors = [reader.read(name) for reader in readers]
        if tensors[0].is_floating_point():
            mean = sum(share * tensor.double() for share, tensor in zip(shares, tensors, strict=True))
            total[name] = mean.to(tensors[0].dtype).contiguous()
        else:
            total[name] = tensors[0]
    with whole_folder(Path(out), "averaged model") as part:
        for pattern in SIDE_FILES:
            for file in Path(models[0]).glob(pattern):
                if not file.name.endswith(".index.json"):
                    shutil.copy(file, part / file.name)
        save_file(total, part / "model.safetensors", metadata={"format": "pt"})
    return dict(zip(models, shares, strict=True))


def _shares(models: list[str], weights: list[float] | None) -> list[float]:
    if len(models) < 2:
        raise WorkerError("Averaging needs at least two models.", phase="average")
    weights = weights or [1.0] * len(models)
    if len(weights) != len(models):
        raise WorkerError(f"There are {len(models)} models and {len(weights)} weights; give one each.", phase="average")
    if sum(weights) == 0:
        raise WorkerError("The weights add up to 0, so there is no mean.", phase="average")
    return [weight / sum(weights) for weight in weights]


class _Weights:
    """The tensors of a model folder, read one at a time, so that averaging needs memory for one model, not for all."""

    def __init__(self, model: str) -> None:
        from safetensors import safe_open

        self.model = model
        folder = Path(model)
        if (folder / "adapter_config.json").exists():
            raise WorkerError(f"{model} is an adapter; merge it into its base before averaging.", phase="average")
        files = sorted(folder.glob("*.safetensors"))
        if not files:
            raise WorkerError(f"{model} holds no .safetensors weights, so it cannot be averaged.", phase="average")
        self.files = [safe_open(file, framework="pt") for file in files]
        self.place = {name: file for file in self.files for name in list(file.keys())}

    def names(self) -> list[str]:
        """Names of all tensors."""
        return sorted(self.place)

    def shape(self, name: str) -> list[int]:
        """Shape of a tensor, without reading it."""
        return self.place[name].get_slice(name).get_shape()

    def read(self, name: str):
        """One tensor."""
        return self.place[name].get_tensor(name)


def _same_tensors(first: _Weights, other: _Weights) -> None:
    missing = set(first.names()) ^ set(other.names())
    if missing:
        raise WorkerError(
            f"{first.model} and {other.model} are not the same architecture: {sorted(missing)[0]} is in one only "
            f"(and {len(missing) - 1} more).",
            phase="average",
        )
    for name in first.names():
        if first.shape(name) != other.shape(name):
            raise WorkerError(
                f"{name} is {first.shape(name)} in {first.model} and {other.shape(name)} in {other.model}; "
                "only models of one shape can be averaged.",
                phase="average",
            )
