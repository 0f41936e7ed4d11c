"""Checkpoints under faults: a kill before the rename, a disk that refuses. Each fault is real."""

import json
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file
from support import Recorder, config, row, write_release, write_rows

from tiebreak_worker.errors import Stopped, WorkerError
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


def test_the_checkpoint_of_the_lowest_validation_loss_stays_and_is_named_when_the_loss_has_risen(tmp_path, tiny_llama):
    # What is chosen here is rejected there, so that learning the one is unlearning the other.
    told = [row(n) for n in range(4)]
    turned = [row(n) | {"chosen": row(n)["rejected"], "rejected": row(n)["chosen"]} for n in range(4)]
    data = write_release(tmp_path / "release", train=told, validation=turned)
    settings = {"batch_size": 4, "epochs": 6, "learning_rate": 5e-3, "checkpoint_every": 1, "keep_checkpoints": 2}
    stopped, again, straight = Recorder(stop_after=3), Recorder(), Recorder()
    with pytest.raises(Stopped):
        run(config("rm", data, tiny_llama, tmp_path / "out", **settings), stopped)
    result = run(config("rm", data, tiny_llama, tmp_path / "out", **settings), again)
    run(config("rm", data, tiny_llama, tmp_path / "straight", **settings), straight)
    losses = straight.values("eval_loss")
    best = losses.index(min(losses)) + 1
    assert best < 4
    kept = sorted(path.name for path in (tmp_path / "out" / "checkpoints").iterdir())
    assert kept == [f"step-0000000{step}" for step in sorted({best, 5, 6})]
    went = {"best_step": best, "best_loss": min(losses), "last_step": 6, "last_loss": losses[-1], "risen": True}
    went["saved_step"] = 6
    assert result.evaluation["validation"] == went
    said = [line for line in again.lines if "has risen" in line]
    assert said == [line.replace("/straight/", "/out/") for line in straight.lines if "has risen" in line]
    assert f"since step {best}" in said[0]
    assert f"checkpoints/step-0000000{best}" in said[0]


def test_the_weights_of_the_lowest_validation_loss_are_saved_on_request(tmp_path, tiny_llama):
    told = [row(n) for n in range(8)]
    turned = [row(n) | {"chosen": row(n)["rejected"], "rejected": row(n)["chosen"]} for n in range(8)]
    data = write_release(tmp_path / "release", train=told, validation=turned)
    settings = {"batch_size": 4, "epochs": 3, "learning_rate": 5e-3, "schedule": "constant", "warmup": 0.0}
    settings |= {"eval_every": 1, "keep_checkpoints": 1}
    folder = tmp_path / "best"
    with pytest.raises(Stopped):
        run(config("rm", data, tiny_llama, folder, load_best_at_end=True, **settings), Recorder(stop_after=3))
    told_by = Recorder()
    result = run(config("rm", data, tiny_llama, folder, load_best_at_end=True, **settings), told_by)
    went = result.evaluation["validation"]
    best = went["best_step"]
    assert best < 3
    assert went["risen"]
    assert went["saved_step"] == best
    assert any(line.startswith(f"the weights of step {best} are saved") for line in told_by.lines)
    # Those of a run that ends there, and not those of the last step.
    straight = config("rm", data, tiny_llama, tmp_path / "short", **settings, max_steps=best)
    run(straight, Recorder())
    saved, short = (load_file(at / "model" / "model.safetensors") for at in (folder, tmp_path / "short"))
    last = load_file(folder / "checkpoints" / "step-00000006" / "weights.safetensors")
    assert all(torch.equal(saved[name], short[name]) for name in saved)
    assert any(not torch.equal(saved[name], last[f"model.{name}"]) for name in saved)


def test_an_epoch_that_is_the_best_so_far_leaves_a_checkpoint(tmp_path, tiny_llama):
    same = [row(n) for n in range(8)]
    data = write_release(tmp_path / "release", train=same, validation=same)
    result = run(config("rm", data, tiny_llama, tmp_path / "out", epochs=4, learning_rate=1e-3), Recorder())
    assert result.evaluation["validation"]["risen"] is False
    kept = sorted(path.name for path in (tmp_path / "out" / "checkpoints").iterdir())
    assert kept == ["step-00000003", "step-00000004"]


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
