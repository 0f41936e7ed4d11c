"""What a run costs, and what to do when it costs too much."""

import resource
import sys

import torch


def peak_memory(device: torch.device) -> int:
    """Most memory in use at once so far, in bytes: what torch allocated on a GPU, or the process's resident set."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on a CPU."""
    text = str(error)
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and ("can't allocate memory" in text or "out of memory" in text)
    )


def memory_savers(precision: str) -> str:
    """Settings that save memory where a smaller pass does not, or not enough."""
    return "--gradient-checkpointing, --lora-rank 16" + (", --precision bfloat16" if precision != "bfloat16" else "")
