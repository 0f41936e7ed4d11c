"""A hash that names a model by its weights, so that a cache or checkpoint is never used with other ones."""

import hashlib
from pathlib import Path

from tiebreak_worker.data.release import sha256_of
from tiebreak_worker.models.load import base_of

WEIGHTS = ("*.safetensors", "*.bin", "config.json", "adapter_config.json")


def fingerprint(path: str | Path) -> str:
    """SHA-256 over the weight and configuration files of a local model, with its base if it is an adapter.

    A model that is named on a hub, and so not a folder here, is named by that name.
    """
    base, adapter = base_of(path)
    digest = hashlib.sha256()
    for place in filter(None, (Path(base), adapter)):
        if not place.is_dir():
            digest.update(str(place).encode())
            continue
        for file in sorted({file for pattern in WEIGHTS for file in place.glob(pattern)}):
            digest.update(f"{file.name}:{sha256_of(file)}\n".encode())
    return digest.hexdigest()
