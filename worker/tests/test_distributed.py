"""Two processes give the loss curve of one: the same global batches, whatever their share-out, DDP or FSDP."""

import json
import os
import socket
import subprocess
import sys

import pytest
from support import Recorder, config, row, write_rows

from tiebreak_worker.train import run

SETTINGS = {"held_out": 0.2, "batch_size": 6, "epochs": 2.0, "learning_rate": 1e-3}
# accelerate shards weights only where it believes itself on GPUs; PyTorch does so over processes on a CPU as well.
SHARDED = """
import json, sys
from accelerate import PartialState
from accelerate.utils import DistributedType
from tiebreak_worker.errors import Stopped
from tiebreak_worker.train import run
from tiebreak_worker.train.config import from_dict
from tiebreak_worker.train.console import ConsoleHooks

PartialState(cpu=True)
PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU
settings = from_dict(json.loads(sys.argv[1]))

class UntilStep(ConsoleHooks):
    def should_stop(self):
        self.asked = getattr(self, "asked", 0) + 1
        return self.asked == int(sys.argv[2])

try:
    with UntilStep(settings.out) as hooks:
        run(settings, hooks)
except Stopped:
    print("stopped")
"""
FSDP = {
    "ACCELERATE_USE_FSDP": "true",
    "ACCELERATE_USE_CPU": "true",
    "FSDP_VERSION": "2",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_STATE_DICT_TYPE": "SHARDED_STATE_DICT",
}


def _free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def _launched(command, **environment):
    variables = os.environ | environment
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170, env=variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _metrics(out):
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def _one_process(data, model, out, method, **settings):
    recorder = Recorder()
    run(config(method, data, model, out, **SETTINGS, **settings), recorder)
    return recorder.metrics


def _same_curve(one, two):
    assert len(one) == len(two) > 4
    for first, second in zip(one, two, strict=True):
        assert first["step"] == second["step"]
        for name in ("loss", "accuracy", "gradient_norm", "eval_loss"):
            if name in first:
                assert second[name] == pytest.approx(first[name], abs=1e-4, rel=1e-4), (first["step"], name)


@pytest.fixture
def data(tmp_path):
    """13 rows to learn from, which in steps of 6 leave a step of one row, so that the second process has no work."""
    return write_rows(tmp_path / "rows.jsonl", [row(n, edited=n % 3 == 0) for n in range(16)])


def test_two_processes_give_the_loss_curve_of_one(tmp_path, tiny_llama, data):
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", _free_port()]
    paths = ["--data", str(data), "--model", str(tiny_llama), "--out", str(tmp_path / "two"), "--device", "cpu"]
    flags = [part for name, value in SETTINGS.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    command = [sys.executable, *launch, "-m", "tiebreak_worker", "train", "dpo", *paths, "--strengths", "all", *flags]
    _launched(command)
    _same_curve(_one_process(data, tiny_llama, tmp_path / "one", "dpo"), _metrics(tmp_path / "two"))
    reports = [json.loads((tmp_path / name / "evaluation" / "report.json").read_text()) for name in ("one", "two")]
    assert reports[0]["mean_gap"] == pytest.approx(reports[1]["mean_gap"], abs=1e-4)


def test_sharded_over_two_processes_and_resumed_it_gives_the_loss_curve_of_one(tmp_path, tiny_llama, data):
    """FSDP with LoRA: weights, adapter and optimizer are in pieces, and so is the checkpoint that the run goes on from.
    That the model is put together rightly is checked by the run itself, which loads it again and compares rewards.
    """
    settings = config("rm", data, tiny_llama, tmp_path / "two", **SETTINGS, lora_rank=4).to_json()
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", _free_port()]
    (tmp_path / "sharded.py").write_text(SHARDED)
    command = [*launch, str(tmp_path / "sharded.py"), settings]
    assert "stopped" in _launched([*command, "3"], **FSDP)
    assert [metrics["step"] for metrics in _metrics(tmp_path / "two")] == [1, 2, 3]
    assert "stopped" not in _launched([*command, "0"], **FSDP)
    _same_curve(_one_process(data, tiny_llama, tmp_path / "one", "rm", lora_rank=4), _metrics(tmp_path / "two"))
