"""Peak memory of this process since a point in time."""

from pathlib import Path

import torch


def _resident(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def start_counting(device: str) -> float:
    """Forget earlier peaks, and return what is in use now, in MiB."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated() / 2**20
    # Linux forgets the peak of the resident set when 5 is written here (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    return _resident("VmRSS")


def peak_mib(device: str) -> float:
    """Most memory in use at once since `start_counting`, in MiB."""
    return torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else _resident("VmHWM")
