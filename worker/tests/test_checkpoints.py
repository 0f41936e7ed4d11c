"""Checkpoints under faults: a kill before the rename, a disk that refuses. Each fault is real."""

import json
import signal
import subprocess
import sys

import pytest
from support import Recorder, config, row, write_rows

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.files import whole_folder
from tiebreak_worker.train import run

# Runs a training in which the first checkpoint is written as usual, and the second meets the fault.
SCRIPT = """
import os, signal, resource, sys
from pathlib import Path
from tiebreak_worker import files
from tiebreak_worker.train import run
from tiebreak_worker.train.config import from_dict
from tiebreak_worker.train.hooks import Hooks
import json

class Fault(Hooks):
    def on_metrics(self, metrics):
        if metrics["step"] == 4:
            FAULT

run(from_dict(json.loads(sys.argv[1])), Fault())
"""
KILL = """
            files._swap = lambda part, path: os.kill(os.getpid(), signal.SIGKILL)
"""
FULL = """
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
"""


def _train(tmp_path, model, fault):
    data = write_rows(tmp_path / "rows.jsonl", [row(n) for n in range(8)])
    settings = config("rm", data, model, tmp_path / "out", batch_size=4, epochs=3, checkpoint_every=2)
    script = SCRIPT.replace("            FAULT\n", fault)
    command = [sys.executable, "-c", script, settings.to_json()]
    return settings, subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(("fault", "code"), [(KILL, -signal.SIGKILL), (FULL, 1)], ids=["kill", "disk full"])
def test_a_fault_while_writing_leaves_the_checkpoint_before_it(tmp_path, tiny_llama, fault, code):
    settings, done = _train(tmp_path, tiny_llama, fault)
    assert done.returncode == code, done.stderr
    if fault is FULL:
        assert "The checkpoint could not be written" in done.stderr
        assert "what was saved before is intact" in done.stderr
    checkpoints = tmp_path / "out" / "checkpoints"
    assert [path.name for path in checkpoints.glob("step-*")] == ["step-00000002"]
    again, straight = Recorder(), Recorder()
    run(settings, again)
    assert again.metrics[0]["step"] == 3
    plain = json.loads(settings.to_json()) | {"out": str(tmp_path / "straight")}
    run(config(**{key: plain.pop(key) for key in ("method", "data", "model", "out")}, **plain), straight)
    assert again.values("loss") == straight.values("loss")[2:]
    assert sorted(path.name for path in checkpoints.iterdir()) == ["step-00000004", "step-00000006"]


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "model"
    for text in ("first", "second"):
        with whole_folder(folder, "model") as part:
            (part / "weights").write_text(text)
    assert (folder / "weights").read_text() == "second"

    def fail():
        with whole_folder(folder, "model") as part:
            (part / "weights").write_text("third")
            raise OSError(28, "No space left on device")

    with pytest.raises(WorkerError, match="No space left on device") as caught:
        fail()
    assert caught.value.retryable
    assert (folder / "weights").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
