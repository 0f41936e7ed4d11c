"""The process that does the work of one job: `python -m tiebreak_worker.jobs.child RUN_FOLDER`.

It is a process of its own so that the worker stays responsive while a GPU is busy, so that memory is truly given back,
and so that a run can be ended at once. It reads `spec.json`, and leaves `result.json` or `failure.json`; the exit code
is that of the command line (0 done, 1 failed, 75 stopped with a checkpoint).
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from tiebreak_worker.errors import EXIT_FAILED, EXIT_STOPPED, Stopped, WorkerError
from tiebreak_worker.files import write_json
from tiebreak_worker.jobs.cache import FULL, disk_error
from tiebreak_worker.jobs.hooks import JobHooks

PR_SET_PDEATHSIG = 1


def main(run: Path) -> int:
    """Do the work of `run/spec.json`."""
    die_with_parent()
    hooks = JobHooks(run)
    signal.signal(signal.SIGTERM, lambda *_: hooks.stop.set())
    # Ctrl-C at a terminal reaches the whole group; the worker decides what becomes of the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from tiebreak_worker.jobs.work import do

    try:
        write_json(run / "result.json", do(json.loads((run / "spec.json").read_text()), hooks))
    except Stopped as stop:
        hooks.on_log(str(stop))
        return EXIT_STOPPED
    except WorkerError as error:
        return fail(run, error.phase, str(error), error.retryable)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            refused = disk_error(error, run)
            return fail(run, refused.phase, str(refused), refused.retryable)
        traceback.print_exc()
        return fail(run, "worker", *explain(error))
    return 0


def fail(run: Path, phase: str, message: str, retryable: bool, hint: str = "") -> int:
    """Leave the failure for the worker, and print it."""
    print(f"{phase}: {message}", file=sys.stderr, flush=True)
    write_json(run / "failure.json", {"phase": phase, "message": message, "hint": hint, "retryable": retryable})
    return EXIT_FAILED


def explain(error: Exception) -> tuple[str, bool, str]:
    """Message, whether another try may help, and what to do, for an error that nobody foresaw."""
    text = f"{type(error).__name__}: {error}"
    if type(error).__name__ == "OutOfMemoryError" or "out of memory" in str(error).lower():
        hint = (
            "Halve the tokens per forward pass (micro_batch_tokens), which changes nothing in the result; then turn on "
            "gradient checkpointing, or train with a LoRA rank of 16."
        )
        return f"Memory ran out. {text}", False, hint
    return text, False, "The log has the traceback. If the settings look right, this is a fault of Tiebreak."


def die_with_parent() -> None:
    """End when the worker is killed: a run without a worker would go on with a stale fence, on a device it lost."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(EXIT_STOPPED)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
