"""What goes wrong in a job reaches the platform in words, with whether another try may help."""

import errno
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from scenery import until
from support import row, write_release
from transformers import AutoTokenizer

from tiebreak_worker.errors import EXIT_FAILED
from tiebreak_worker.jobs import child
from tiebreak_worker.jobs.places import Places
from tiebreak_worker.jobs.serving import Serving
from tiebreak_worker.jobs.spool import MetricsFile, Spool

ROWS = [row(n) for n in range(8)]


@pytest.fixture
def fail_job(tmp_path, tiny_llama, monkeypatch):
    """Do a job in this process, and return what the worker would tell the platform of its failure."""
    monkeypatch.setattr(child, "die_with_parent", lambda: None)
    monkeypatch.setattr(child.signal, "signal", lambda *_: None)

    def run(kind="train_rm", base=tiny_llama, splits=None, **params):
        release = write_release(tmp_path / "release", **(splits or {"train": ROWS}))
        params = {"strengths": ["all"], "batch_size": 4, **params}
        spec = {
            "type": kind,
            "params": params,
            "release": str(release),
            "base": str(base),
            "out": str(tmp_path / "out"),
        }
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        assert child.main(tmp_path) == EXIT_FAILED
        return json.loads((tmp_path / "failure.json").read_text())

    return run


def _with_tokenizer(model: Path, place: Path, **changes) -> Path:
    shutil.copytree(model, place)
    tokenizer = AutoTokenizer.from_pretrained(place)
    for name, value in changes.items():
        setattr(tokenizer, name, value)
    (place / "chat_template.jinja").unlink(missing_ok=True)
    tokenizer.save_pretrained(place)
    return place


@pytest.mark.parametrize(
    ("tokenizer", "params", "phase", "words"),
    [
        ({"chat_template": None}, {}, "model", "has no chat template"),
        ({"pad_token": "<|eot|>"}, {}, "preflight", "is also the end token"),
        ({}, {"max_tokens": 10, "over_long": "fail"}, "data", "has .* tokens and the limit is 10"),
        ({}, {"learning_rate": 1e20, "warmup": 0, "epochs": 9}, "train", "so the step was not taken"),
    ],
    ids=["no chat template", "pad is end", "row longer than the limit", "not a number"],
)
def test_a_run_that_cannot_succeed_is_not_tried_again(fail_job, tiny_llama, tmp_path, tokenizer, params, phase, words):
    base = _with_tokenizer(tiny_llama, tmp_path / "base", **tokenizer) if tokenizer else tiny_llama
    failure = fail_job(base=base, **params)
    assert (failure["phase"], failure["retryable"]) == (phase, False)
    assert re.search(words, failure["message"])


def test_an_empty_split_is_named(fail_job):
    failure = fail_job(splits={"train": [], "test": ROWS})
    assert (failure["phase"], failure["retryable"]) == ("data", False)
    assert "the train split has 0 rows" in failure["message"]


def test_a_full_disk_while_training_is_worth_another_try(fail_job, monkeypatch):
    def full(self, values):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(MetricsFile, "add", full)
    failure = fail_job()
    assert (failure["phase"], failure["retryable"]) == ("worker", True)
    assert "The worker's disk is full" in failure["message"]


def test_a_line_of_log_that_finds_the_disk_full_goes_to_the_workers_output(tmp_path, capsys):
    spool = Spool(tmp_path, {"fence": 1, "metricSeq": 0, "logBytes": 0})
    # Every write to this device fails as on a full disk.
    spool.log_path.symlink_to("/dev/full")
    spool.log("step 3 is done")
    assert "No space left on device): step 3 is done" in capsys.readouterr().out


def test_a_full_disk_at_a_checkpoint_fails_the_job_in_words_after_all_its_attempts(platform, start_worker):
    job_id = platform.start_job(params={"batch_size": 8, "checkpoint_every": 2})
    # No file of this worker and its process may grow beyond this, so a checkpoint is refused as by a full disk.
    start_worker("small", "--no-serve", file_bytes=64 * 1024)
    job = platform.ended(job_id)
    assert (job["status"], job["attempts"], job["error"]["phase"]) == ("failed", 3, "checkpoint")
    assert "The checkpoint could not be written" in job["error"]["message"]
    assert "MiB free" in job["error"]["message"]


def test_an_inference_backend_that_was_killed_is_started_again(tmp_path):
    serving = Serving(Places(tmp_path), "127.0.0.1", 0, "cpu")
    try:
        until(serving.report, "the backend answers")
        serving._process.kill()
        serving._process.wait()
        assert serving.report() is None
        serving.offer([])
        assert until(serving.report, "it answers again")["state"] == "serving"
    finally:
        serving.close()
