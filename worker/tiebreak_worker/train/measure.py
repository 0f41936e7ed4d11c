"""What a run costs."""

import resource
import sys

import torch


def peak_memory(device: torch.device) -> int:
    """Most memory in use at once so far, in bytes: what torch allocated on a GPU, or the process's resident set."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
