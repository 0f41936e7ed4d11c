"""The device the backend computes on, and its memory."""

from __future__ import annotations

import gc
import os

import torch

CPU_SHARE = 0.5
"""Of the memory that is free at the start: the web application, the database and a trainer want some as well."""
CUDA_SHARE = 0.9


def choose(name: str) -> torch.device:
    """`auto` takes the first GPU, or the CPU where there is none. Raises ValueError for a device that is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"--device {name}: there is no such device; use auto, cpu, cuda or cuda:N") from error
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise ValueError(f"--device {name}: no GPU is visible to PyTorch; use --device cpu")
        device = torch.device("cuda", device.index or 0)
    elif device.type != "cpu":
        raise ValueError(f"--device {name}: only cpu and cuda are supported")
    return device


def describe(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"


def free_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")


def default_budget(device: torch.device) -> int:
    """Bytes that models and caches may take together when nothing else is said."""
    return int(free_bytes(device) * (CUDA_SHARE if device.type == "cuda" else CPU_SHARE))


def give_back(device: torch.device) -> None:
    """Return freed memory to the device, so that another process can have it."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def load_dtype(device: torch.device, wanted: str) -> torch.dtype | str:
    """`auto`: the checkpoint's own on a GPU; float32 on a CPU, where half precision is slower, not faster."""
    if wanted != "auto":
        return getattr(torch, wanted)
    return "auto" if device.type == "cuda" else torch.float32
