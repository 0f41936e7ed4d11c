"""Training end to end on tiny models: it learns, it repeats, it resumes bit for bit, and it saves what it trained."""

import json
import signal
import subprocess
import sys
import time

import pytest
from safetensors.torch import load_file
from support import Recorder, config, row, write_release, write_rows

from tiebreak_worker.errors import Stopped, WorkerError
from tiebreak_worker.models.scoring import load_for_scoring, score_conversations
from tiebreak_worker.train import run

EIGHT = [row(n, edited=n < 4) for n in range(8)]


def _weights(out):
    file = next((out / "model").glob("*.safetensors"))
    return load_file(file)


def _equal(first, second):
    return first.keys() == second.keys() and all(first[name].equal(second[name]) for name in first)


@pytest.mark.parametrize("method", ["rm", "dpo"])
def test_eight_pairs_are_learned_by_heart(tmp_path, tiny_llama, method):
    recorder = Recorder()
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    run(config(method, data, tiny_llama, tmp_path / "out", epochs=30, learning_rate=5e-3, lora_rank=0), recorder)
    assert recorder.values("accuracy")[0] < 1.0
    assert recorder.values("accuracy")[-1] == 1.0
    assert recorder.values("loss")[-1] < 0.5 * recorder.values("loss")[0]


def test_sft_learns_the_edited_response(tmp_path, tiny_llama):
    recorder = Recorder()
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    run(config("sft", data, tiny_llama, tmp_path / "out", epochs=20, learning_rate=5e-3), recorder)
    assert recorder.values("loss")[-1] < 0.5 * recorder.values("loss")[0]
    both = Recorder()
    run(config("sft", data, tiny_llama, tmp_path / "both", responses="both"), both)
    assert both.lines[1] == "train: 12 of 8 rows take part, 0 pairs"


@pytest.mark.parametrize("method", ["rm", "dpo", "sft"])
def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path, tiny_llama, method):
    data = write_release(tmp_path / "release", train=EIGHT, validation=[row(n) for n in range(20, 24)])
    settings = {"epochs": 3, "batch_size": 3, "lora_rank": 4, "lora_dropout": 0.2}
    straight = Recorder()
    run(config(method, data, tiny_llama, tmp_path / "straight", **settings), straight)
    first, second = Recorder(stop_after=4), Recorder()
    stopped = config(method, data, tiny_llama, tmp_path / "stopped", **settings)
    with pytest.raises(Stopped, match="Stopped after step 4 of 9"):
        run(stopped, first)
    run(stopped, second)
    assert first.values("loss") + second.values("loss") == straight.values("loss")
    assert first.values("eval_loss") + second.values("eval_loss") == straight.values("eval_loss")
    assert [m["seq"] for m in first.metrics + second.metrics] == list(range(1, len(straight.metrics) + 1))
    assert _equal(_weights(tmp_path / "straight"), _weights(tmp_path / "stopped"))


def test_the_same_seed_gives_the_same_weights_and_another_does_not(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        run(config("rm", data, tiny_llama, tmp_path / name, batch_size=3, seed=seed), Recorder())
    assert _equal(_weights(tmp_path / "a"), _weights(tmp_path / "b"))
    assert not _equal(_weights(tmp_path / "a"), _weights(tmp_path / "c"))


def test_micro_batches_do_not_change_the_result(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    curves = []
    for name, tokens in (("whole", 4096), ("cut", 150)):
        recorder = Recorder()
        run(config("dpo", data, tiny_llama, tmp_path / name, epochs=3, micro_batch_tokens=tokens), recorder)
        curves.append(recorder.values("loss"))
    assert curves[0] == pytest.approx(curves[1], abs=1e-5)


def test_another_run_does_not_take_up_the_checkpoint(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    run(config("rm", data, tiny_llama, tmp_path / "out"), Recorder())
    with pytest.raises(
        WorkerError, match=r"belongs to another run: learning_rate was 0\.001 and is 0\.002.*--no-resume"
    ):
        run(config("rm", data, tiny_llama, tmp_path / "out", learning_rate=2e-3), Recorder())
    write_rows(tmp_path / "rows.jsonl", EIGHT[:7])
    with pytest.raises(WorkerError, match="another release"):
        run(config("rm", data, tiny_llama, tmp_path / "out"), Recorder())
    run(config("rm", data, tiny_llama, tmp_path / "out", resume=False), Recorder())


@pytest.mark.parametrize("arch", ["tiny_llama", "tiny_bert"])
@pytest.mark.parametrize("rank", [0, 4])
def test_the_reward_head_comes_back_from_disk(request, tmp_path, arch, rank):
    """The run itself fails if rewards differ after loading; here also against the metrics' own accuracy."""
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    recorder = Recorder()
    path = request.getfixturevalue(arch)
    result = run(config("rm", data, path, tmp_path / "out", epochs=6, lora_rank=rank, learning_rate=3e-3), recorder)
    assert any("loaded again" in line for line in recorder.lines)
    model, tokenizer = load_for_scoring(result.model, device="cpu")
    talks = [[*record["prompt"], *record[name]] for record in EIGHT for name in ("chosen", "rejected")]
    first = score_conversations(model, tokenizer, talks)
    assert first == pytest.approx(score_conversations(model, tokenizer, talks, budget=1), abs=1e-4)
    assert len({round(score, 6) for score in first}) > 8


def test_the_reference_is_computed_once_and_kept_by_content(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    settings = {"reference_cache": str(tmp_path / "cache")}

    class Counting(Recorder):
        batches = 0

        def on_progress(self, phase, done, total):
            self.batches += phase == "reference"

    first, second, more = Counting(), Counting(), Counting()
    run(config("dpo", data, tiny_llama, tmp_path / "a", **settings), first)
    file = next((tmp_path / "cache").iterdir())
    # A kill in the middle of a line must cost that line only.
    file.write_text(file.read_text()[:-20])
    run(config("dpo", data, tiny_llama, tmp_path / "b", beta=0.2, **settings), second)
    assert first.batches == 1
    assert second.batches == 1
    lines = [line for line in file.read_text().splitlines() if line.endswith("]")]
    assert len({json.loads(line)[0] for line in lines}) == 20
    assert len(lines) < 25
    write_rows(tmp_path / "rows.jsonl", EIGHT)
    run(config("dpo", data, tiny_llama, tmp_path / "c", **settings), more)
    assert more.batches == 0


def test_a_stop_while_the_reference_is_computed_keeps_what_is_done(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    settings = config("dpo", data, tiny_llama, tmp_path / "out", micro_batch_tokens=150)
    with pytest.raises(Stopped, match="those done are kept"):
        run(settings, Recorder(stop_after=0))
    kept = next((tmp_path / "out" / "reference").iterdir()).read_text().split()
    assert kept
    recorder = Recorder()
    run(settings, recorder)
    again = next((tmp_path / "out" / "reference").iterdir()).read_text().split()
    assert again[: len(kept)] == kept
    assert len(again) > len(kept)


def test_a_nan_stops_the_run_before_the_step_and_names_the_rows(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    settings = {"epochs": 40, "learning_rate": 1e20, "warmup": 0.0, "schedule": "constant", "checkpoint_every": 1}
    with pytest.raises(WorkerError, match=r"so the step was not taken.*Lower --learning-rate \(now 1e\+20\)") as caught:
        run(config("rm", data, tiny_llama, tmp_path / "out", **settings), Recorder())
    assert caught.value.phase == "train"
    assert list((tmp_path / "out" / "checkpoints").glob("step-*"))


def test_sigterm_leaves_a_checkpoint_and_exit_code_75(tmp_path, tiny_llama):
    data = write_rows(tmp_path / "rows.jsonl", EIGHT)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tiebreak_worker", "train", "rm", "--data", str(data), "--model", str(tiny_llama)]
    command += ["--out", str(out), "--strengths", "all", "--held-out", "0", "--batch-size", "1", "--epochs", "500"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (out / "metrics.jsonl").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    assert "the same command goes on from" in errors
    steps = [json.loads(line)["step"] for line in (out / "metrics.jsonl").read_text().splitlines()]
    checkpoint = next((out / "checkpoints").glob("step-*"))
    assert int(checkpoint.name[5:]) == steps[-1]
