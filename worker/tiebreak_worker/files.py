"""Writing files so that a kill at any point leaves the old one or the new one, never half of either."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tiebreak_worker.errors import WorkerError


def sync_tree(path: Path) -> None:
    """Flush every file and folder under `path`, and `path` itself, to the disk."""
    for place in [*path.rglob("*"), path]:
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def whole_folder(path: Path, what: str) -> Iterator[Path]:
    """Fill a temporary folder that takes the place of `path` only when it is complete and on the disk.

    Raises WorkerError, naming `what`, when the disk refuses; then `path` is as it was.
    """
    from safetensors import SafetensorError

    part = path.with_name(f".{path.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        sync_tree(part)
        _swap(part, path)
    except (OSError, RuntimeError, SafetensorError) as error:
        shutil.rmtree(part, ignore_errors=True)
        free = shutil.disk_usage(path.parent).free if path.parent.exists() else 0
        raise WorkerError(
            f"The {what} could not be written to {path}: {error}. The disk there has {free / 2**20:,.0f} MiB free. "
            "Make room and start again; what was saved before is intact.",
            phase="checkpoint",
            retryable=True,
        ) from error
    sync_tree_parent(path)


def sync_tree_parent(path: Path) -> None:
    """Flush the folder that holds `path`, so that the rename itself survives a power cut."""
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(part: Path, path: Path) -> None:
    """Put `part` in the place of `path`. A folder cannot replace a full one, so an old one steps aside first."""
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        os.replace(path, old)
    os.replace(part, path)
    shutil.rmtree(old, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a small file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)


def write_json(path: Path, value: Any) -> None:
    """Write a small JSON file whole, indented."""
    write_text(path, json.dumps(value, indent=2) + "\n")
