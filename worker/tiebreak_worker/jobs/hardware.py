"""What this machine has, found by a short-lived process so that the worker itself stays small."""

import json
import os
import platform
import subprocess
import sys
from typing import Any

from tiebreak_worker.errors import WorkerError

PROBE = """
import json, torch
gpus = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
mps = torch.backends.mps.is_available()
print(json.dumps({
    "device": "cuda" if gpus else "mps" if mps else "cpu",
    "gpus": [{"name": gpu.name, "memoryBytes": gpu.total_memory} for gpu in gpus],
    "torch": torch.__version__,
}))
"""


def detect() -> dict[str, Any]:
    """Device, GPUs, processors and memory, as the claim says them. Raises WorkerError when torch does not start."""
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no output"]
        raise WorkerError(
            f"PyTorch does not start here: {last[0]}. Install the worker again: pip install --upgrade ./worker",
            phase="worker",
        )
    return {
        **json.loads(done.stdout.splitlines()[-1]),
        "cpus": os.cpu_count() or 1,
        "memoryBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "platform": platform.platform(terse=True),
        "python": platform.python_version(),
    }
