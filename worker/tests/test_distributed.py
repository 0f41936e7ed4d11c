"""Two processes give the loss curve of one: the same global batches, whatever their share-out."""

import json
import socket
import subprocess
import sys

import pytest
from support import Recorder, config, row, write_rows

from tiebreak_worker.train import run

SETTINGS = {"held_out": 0.2, "batch_size": 6, "epochs": 2.0, "learning_rate": 1e-3}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _two_processes(data, model, out):
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", str(_free_port())]
    paths = ["--data", str(data), "--model", str(model), "--out", str(out), "--device", "cpu"]
    flags = [part for name, value in SETTINGS.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    command = [sys.executable, *launch, "-m", "tiebreak_worker", "train", "dpo", *paths, "--strengths", "all", *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def test_two_processes_give_the_loss_curve_of_one(tmp_path, tiny_llama):
    # 13 rows in steps of 6 leave a step of one row, in which the second process has nothing to do.
    data = write_rows(tmp_path / "rows.jsonl", [row(n, edited=n % 3 == 0) for n in range(16)])
    recorder = Recorder()
    run(config("dpo", data, tiny_llama, tmp_path / "one", **SETTINGS), recorder)
    one, two = recorder.metrics, _two_processes(data, tiny_llama, tmp_path / "two")
    assert len(one) == len(two) > 4
    for first, second in zip(one, two, strict=True):
        assert first["step"] == second["step"]
        for name in ("loss", "accuracy", "gradient_norm", "eval_loss"):
            if name in first:
                assert second[name] == pytest.approx(first[name], abs=1e-4, rel=1e-4), (first["step"], name)
    reports = [json.loads((tmp_path / name / "evaluation" / "report.json").read_text()) for name in ("one", "two")]
    assert reports[0]["mean_gap"] == pytest.approx(reports[1]["mean_gap"], abs=1e-4)
