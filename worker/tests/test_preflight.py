"""Every check before the first step: what it catches, and what it tells a person to do."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import torch
from support import Recorder, config, row, write_release, write_rows
from transformers import AutoTokenizer

from tiebreak_worker.errors import WorkerError
from tiebreak_worker.models.load import load_config
from tiebreak_worker.models.scoring import load_for_scoring, score_conversations
from tiebreak_worker.train import run
from tiebreak_worker.train.config import from_dict
from tiebreak_worker.train.loop import Trainer
from tiebreak_worker.train.setup import pick_layout

ROWS = [row(n) for n in range(8)]


@pytest.fixture
def data(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", ROWS)


def _changed_tokenizer(model, out, change):
    """A copy of the model whose tokenizer was changed."""
    shutil.copytree(model, out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    change(tokenizer)
    (out / "chat_template.jinja").unlink(missing_ok=True)
    tokenizer.save_pretrained(out)
    return out


def _refused(settings):
    with pytest.raises(WorkerError) as caught:
        run(settings, Recorder())
    return caught.value


def test_a_good_run_writes_what_was_checked(tmp_path, tiny_llama, data):
    run(config("rm", data, tiny_llama, tmp_path / "out", lora_rank=4), Recorder())
    checks = json.loads((tmp_path / "out" / "preflight.json").read_text())
    assert [check["name"] for check in checks] == [
        "padding",
        "template round trip",
        "end of turn",
        "reward head",
        "own numbers",
        "longest batch",
    ]
    assert all(check["passed"] for check in checks)


def test_padding_that_is_the_end_token(tmp_path, tiny_llama, data):
    def change(tokenizer):
        tokenizer.pad_token = tokenizer.eos_token

    model = _changed_tokenizer(tiny_llama, tmp_path / "model", change)
    error = _refused(config("rm", data, model, tmp_path / "out"))
    assert error.phase == "preflight"
    assert "is also the end token" in str(error)
    assert "--pad-token" in str(error)
    # And the advice works, with a token that the vocabulary lacks.
    result = run(config("rm", data, model, tmp_path / "out", pad_token="<|padding|>"), Recorder())
    assert AutoTokenizer.from_pretrained(result.model).pad_token == "<|padding|>"
    adapter = run(config("rm", data, model, tmp_path / "lora", pad_token="<|padding|>", lora_rank=4), Recorder())
    scorer, tokenizer = load_for_scoring(adapter.model, device="cpu")
    talks = [[*record["prompt"], *record["chosen"]] for record in ROWS]
    assert len(score_conversations(scorer, tokenizer, talks)) == 8


def test_no_chat_template_and_one_given_by_hand(tmp_path, tiny_llama, data):
    template = AutoTokenizer.from_pretrained(tiny_llama).chat_template

    def change(tokenizer):
        tokenizer.chat_template = None

    model = _changed_tokenizer(tiny_llama, tmp_path / "model", change)
    assert "has no chat template" in str(_refused(config("sft", data, model, tmp_path / "out")))
    (tmp_path / "chat.jinja").write_text(template)
    by_hand = config("sft", data, model, tmp_path / "out", chat_template=str(tmp_path / "chat.jinja"))
    result = run(by_hand, Recorder())
    assert AutoTokenizer.from_pretrained(result.model).chat_template == template


def test_a_template_that_does_not_end_the_turn(tmp_path, tiny_llama, data):
    def change(tokenizer):
        tokenizer.chat_template = tokenizer.chat_template.replace("<|eot|>", "\n")

    model = _changed_tokenizer(tiny_llama, tmp_path / "model", change)
    error = _refused(config("dpo", data, model, tmp_path / "out"))
    assert "end of turn: The response of row row-" in str(error)
    assert "'<|eot|>'" in str(error)
    # What the reference says may take hours to compute, and is not begun before all has been checked.
    assert not (tmp_path / "out" / "reference").exists()


def test_a_template_that_loses_text(tmp_path, tiny_llama, data):
    def change(tokenizer):
        tokenizer.chat_template = tokenizer.chat_template.replace("| trim", "| replace('a', '')")

    model = _changed_tokenizer(tiny_llama, tmp_path / "model", change)
    assert "template round trip" in str(_refused(config("sft", data, model, tmp_path / "out")))


def test_a_template_that_rewrites_the_prompt_after_a_response(tmp_path, tiny_llama, data):
    def change(tokenizer):
        tokenizer.chat_template = "{{ messages | length }}" + tokenizer.chat_template

    model = _changed_tokenizer(tiny_llama, tmp_path / "model", change)
    assert "writes a prompt differently" in str(_refused(config("sft", data, model, tmp_path / "out")))


def test_a_model_that_is_not_there(tmp_path, data):
    error = _refused(config("rm", data, tmp_path / "nowhere" / "model", tmp_path / "out"))
    assert error.phase == "model"
    assert "There is no model at" in str(error)
    (tmp_path / "empty").mkdir()
    assert "it is no model" in str(_refused(config("rm", data, tmp_path / "empty", tmp_path / "out")))


def test_weights_that_cannot_be_read(tmp_path, tiny_llama, data):
    model = shutil.copytree(tiny_llama, tmp_path / "model")
    (model / "model.safetensors").write_bytes(b"cut short")
    assert "cannot be loaded" in str(_refused(config("rm", data, model, tmp_path / "out")))


def test_an_encoder_cannot_write(tmp_path, tiny_bert, data):
    assert "is an encoder (bert)" in str(_refused(config("dpo", data, tiny_bert, tmp_path / "out")))
    with pytest.raises(WorkerError, match="--share-prompt on is not possible with bert"):
        pick_layout(load_config(tiny_bert), "on")


def test_an_empty_split_and_rows_that_are_all_too_long(tmp_path, tiny_llama):
    release = write_release(tmp_path / "release", train=[], test=ROWS)
    assert "the train split has 0 rows" in str(_refused(config("rm", release, tiny_llama, tmp_path / "out")))
    data = write_rows(tmp_path / "rows.jsonl", ROWS)
    recorder = Recorder()
    with pytest.raises(WorkerError, match=r"No row of .* is left to train on"):
        run(config("rm", data, tiny_llama, tmp_path / "out", max_tokens=10), recorder)
    assert any("kept out 8 rows longer than 10 tokens" in line for line in recorder.lines)


def test_one_row_longer_than_the_context_is_counted_and_named(tmp_path, tiny_llama):
    long = row(9, prompt=[{"role": "user", "content": "word " * 5000}])
    data = write_rows(tmp_path / "rows.jsonl", [*ROWS, long])
    result = run(config("rm", data, tiny_llama, tmp_path / "out"), Recorder())
    assert result.data["splits"]["train"]["over_long"] == ["row-9"]
    assert result.data["splits"]["train"]["items"] == 8
    cut = run(config("rm", data, tiny_llama, tmp_path / "cut", over_long="truncate", max_tokens=256), Recorder())
    assert cut.data["splits"]["train"]["truncated"] == ["row-9"]
    assert cut.data["splits"]["train"]["items"] == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "ppo"}, "choose from rm, sft, dpo"),
        ({"learning_rats": 1}, "learning_rats .* does not exist"),
        ({"beta": 0.5}, "beta .* is not a setting of rm"),
        ({"margins": "huge"}, "margins .* is 'huge'; choose from none"),
        ({"batch_size": 0}, "batch_size .* it must be at least 1"),
        ({"data": ""}, "lacks data"),
        ({"method": "dpo", "loss": "exo_pair"}, "needs it above 0"),
        ({"method": "dpo", "loss": "ipo", "offset": 1.0}, "has no gap to offset"),
    ],
)
def test_settings_that_make_no_sense_are_named(tmp_path, tiny_llama, data, changes, message):
    with pytest.raises(WorkerError, match=message):
        from_dict({"method": "rm", "data": str(data), "model": str(tiny_llama), "out": str(tmp_path)} | changes)


OUT_OF_MEMORY = """
import json, resource, sys
from tiebreak_worker.train import run
from tiebreak_worker.train.config import from_dict
from tiebreak_worker.train.hooks import Hooks
import tiebreak_worker.train.runner

class Limit(Hooks):
    def on_log(self, line):
        # All is loaded once rows take part; from then on only so much more may be allocated.
        if line.startswith("test:"):
            used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + 100 * 2**20, resource.RLIM_INFINITY))

run(from_dict(json.loads(sys.argv[1])), Limit())
"""


def test_out_of_memory_says_which_setting_to_lower_and_by_how_much(tmp_path, tiny_llama):
    """A real limit on the process's memory, which the longest batch does not fit and a shorter one does."""
    long = [row(n, prompt=[{"role": "user", "content": f"{n} " + "word " * 150}]) for n in range(24)]
    data = write_rows(tmp_path / "rows.jsonl", long)
    settings = config("sft", data, tiny_llama, tmp_path / "out", micro_batch_tokens=16384, batch_size=24)
    environment = os.environ | {"MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-c", OUT_OF_MEMORY, settings.to_json()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)
    assert "Out of memory on the longest batch" in done.stderr, done.stderr
    assert "Lower --micro-batch-tokens from 16384 to" in done.stderr


def test_out_of_memory_in_a_step_says_what_to_lower_and_keeps_the_checkpoint(tmp_path, tiny_llama, data, monkeypatch):
    """Memory that another program takes after the preflight, as torch says it on a GPU."""
    forward_backward = Trainer.forward_backward

    def full(self, micro, totals, scale):
        if self.progress.step == 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return forward_backward(self, micro, totals, scale)

    monkeypatch.setattr(Trainer, "forward_backward", full)
    settings = {"batch_size": 2, "checkpoint_every": 2, "micro_batch_tokens": 1000}
    error = _refused(config("rm", data, tiny_llama, tmp_path / "out", **settings))
    assert error.phase == "train"
    assert "Out of memory at step 3" in str(error)
    assert "Lower --micro-batch-tokens from 1000 to 500, or use --gradient-checkpointing" in str(error)
    assert [path.name for path in (tmp_path / "out" / "checkpoints").iterdir()] == ["step-00000002"]
