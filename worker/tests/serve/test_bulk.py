"""`sample` and `score` from file to file, in processes of their own where a kill is the point."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tiebreak_worker.cli import main
from tiebreak_worker.data.rows import Row, read_rows
from tiebreak_worker.jsonl import RowLog
from tiebreak_worker.models.scoring import load_for_scoring, score_conversations
from tiebreak_worker.serve.identity import identity_leak

SAMPLES = json.loads((Path(__file__).parents[3] / "tests/contract/identity-leaks.json").read_text(encoding="utf-8"))


def write(path: Path, rows: list) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def prompts(count: int) -> list[dict]:
    return [{"id": f"p{i}", "messages": [{"role": "user", "content": f"Name {i} rivers."}]} for i in range(count)]


def sample(model: Path, prompts_file: Path, out: Path, *more: str) -> int:
    options = ["--model", str(model), "--prompts", str(prompts_file), "--out", str(out), "--device", "cpu"]
    return main(["sample", *options, "--memory", "1", *more])


def texts(rows: list[dict]) -> dict[str, list[str]]:
    return {row["id"]: [response["text"] for response in row["responses"]] for row in rows}


def test_rows_say_how_they_were_made_and_no_two_responses_are_equal(model_folder, tmp_path):
    source = write(tmp_path / "prompts.jsonl", [*prompts(3), {"external_id": "x", "prompt": "Why?"}])
    out = tmp_path / "out" / "samples.jsonl"
    assert sample(model_folder / "lora-a", source, out, "-n", "4", "--max-tokens", "8", "--temperature", "1.2") == 0
    rows = {row["id"]: row for row in read(out)}
    assert set(rows) == {"p0", "p1", "p2", "x"}
    row = rows["x"]
    assert row["prompt"] == [{"role": "user", "content": "Why?"}]
    assert (row["model"], row["sampling"]["n"], row["sampling"]["temperature"]) == ("lora-a", 4, 1.2)
    assert row["checkpoint"].startswith("sha256:")
    assert len(set(texts([row])["x"])) == 4
    assert {response["model"] for response in row["responses"]} == {"lora-a"}
    assert len({response["params"]["seed"] for response in row["responses"]}) == 4
    assert all(response["identity_leak"] is None for response in row["responses"])


def test_texts_do_not_depend_on_the_other_prompts(model_folder, tmp_path):
    options = ("-n", "2", "--max-tokens", "8")
    sample(model_folder / "llama", write(tmp_path / "a.jsonl", prompts(5)), tmp_path / "a-out.jsonl", *options)
    sample(model_folder / "llama", write(tmp_path / "b.jsonl", prompts(5)[3:4]), tmp_path / "b-out.jsonl", *options)
    assert texts(read(tmp_path / "a-out.jsonl"))["p3"] == texts(read(tmp_path / "b-out.jsonl"))["p3"]


def test_the_reward_model_picks_and_every_score_is_kept(model_folder, tmp_path):
    out = tmp_path / "best.jsonl"
    source = write(tmp_path / "prompts.jsonl", prompts(3))
    reward = ("--reward-model", str(model_folder / "rm"))
    assert sample(model_folder / "llama", source, out, "-n", "5", "--max-tokens", "10", *reward) == 0
    model, tokenizer = load_for_scoring(model_folder / "rm", device="cpu")
    for row in read(out):
        talks = [[*row["prompt"], {"role": "assistant", "content": text}] for text in texts([row])[row["id"]]]
        expected = score_conversations(model, tokenizer, talks)
        scores = [response["score"] for response in row["responses"]]
        assert scores == pytest.approx(expected, abs=1e-4)
        assert scores[row["best"]] == max(scores)
        assert row["chosen"][0]["content"] == row["responses"][row["best"]]["text"]
        assert row["reward_checkpoint"].startswith("sha256:")
    assert all(isinstance(row, Row) for row in read_rows(out))


def test_goes_on_after_a_kill(model_folder, tmp_path):
    source = write(tmp_path / "prompts.jsonl", prompts(16))
    options = ("-n", "2", "--max-tokens", "20", "--max-rows", "4")
    command = ["sample", "--model", str(model_folder / "llama"), "--prompts", str(source), "--device", "cpu"]
    out = tmp_path / "killed.jsonl"
    process = subprocess.Popen([sys.executable, "-m", "tiebreak_worker", *command, "--out", str(out), *options])
    try:
        deadline = time.monotonic() + 60
        while not (out.exists() and out.stat().st_size):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = out.read_bytes()
    assert 0 < kept.count(b"\n") < 16
    with out.open("ab") as stream:
        stream.write(b'{"id": "p15", "resp')
    assert sample(model_folder / "llama", source, out, *options) == 0
    assert out.read_bytes().startswith(kept)
    assert sample(model_folder / "llama", source, tmp_path / "straight.jsonl", *options) == 0
    assert texts(read(out)) == texts(read(tmp_path / "straight.jsonl"))
    assert len(read(out)) == 16


def test_a_signal_ends_it_in_order(model_folder, tmp_path, monkeypatch, capsys):
    source, out = write(tmp_path / "prompts.jsonl", prompts(60)), tmp_path / "out.jsonl"
    append = RowLog.append

    def append_then_ask(log: RowLog, row: dict) -> None:
        append(log, row)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(RowLog, "append", append_then_ask)
    assert sample(model_folder / "llama", source, out, "-n", "2", "--max-tokens", "5", "--max-rows", "4") == 75
    assert "goes on from here" in capsys.readouterr().err
    assert 0 < len(read(out)) < 60


def test_another_run_is_not_mixed_in(model_folder, tmp_path, capsys):
    source, out = write(tmp_path / "prompts.jsonl", prompts(1)), tmp_path / "out.jsonl"
    assert sample(model_folder / "llama", source, out, "-n", "2", "--max-tokens", "4") == 0
    assert sample(model_folder / "llama", source, out, "-n", "3", "--max-tokens", "4") == 1
    assert "was begun with another sampling" in capsys.readouterr().err
    assert sample(model_folder / "lora-a", source, out, "-n", "2", "--max-tokens", "4", "--name", "llama") == 1
    assert "was begun with another checkpoint" in capsys.readouterr().err
    assert len(read(out)) == 1


def test_one_prompt_that_fails_costs_no_other(model_folder, tmp_path, capsys):
    rows = prompts(2)
    rows[0]["messages"][0]["content"] = "word " * 3000
    out = tmp_path / "out.jsonl"
    assert sample(model_folder / "llama", write(tmp_path / "in.jsonl", rows), out, "-n", "2", "--max-tokens", "4") == 1
    assert "prompt p0: The messages are" in capsys.readouterr().err
    assert [row["id"] for row in read(out)] == ["p1"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2 is not valid JSON"),
        ('{"id": "a"}', "line 2, field prompt: missing"),
        ('{"messages": [{"role": "assistant", "content": "x"}]}', "must end on a user turn"),
        ('{"id": "p0", "prompt": "again"}', "stands in an earlier line"),
    ],
)
def test_a_bad_line_is_named(model_folder, tmp_path, capsys, line, words):
    source = write(tmp_path / "in.jsonl", prompts(1))
    source.write_text(source.read_text() + line + "\n")
    assert sample(model_folder / "llama", source, tmp_path / "out.jsonl") == 1
    assert words in capsys.readouterr().err


def test_scores_a_release_and_samples_alike(model_folder, tmp_path):
    turns = [{"role": "user", "content": "Name a river."}]
    release = {
        "id": "r1",
        "prompt": turns,
        "chosen": [{"role": "assistant", "content": "The Elbe."}],
        "rejected": [{"role": "assistant", "content": "No."}],
        "edited": [{"role": "assistant", "content": "The Elbe, in Saxony."}],
    }
    sampled = {"id": "s1", "prompt": turns, "responses": [{"text": "The Elbe."}, {"text": "No."}]}
    single = {"prompt": "Name a river.", "response": "The Elbe."}
    out = tmp_path / "scores.jsonl"
    data = write(tmp_path / "data.jsonl", [release, sampled, single, {**sampled, "id": "s2"}])
    command = ["score", "--model", str(model_folder / "rm-lora"), "--data", str(data), "--out", str(out)]
    assert main([*command, "--device", "cpu", "--memory", "1"]) == 0
    first, second, third, fourth = (row["scores"] for row in read(out))
    assert set(first) == {"chosen", "rejected", "edited"}
    assert (first["chosen"], first["rejected"]) == pytest.approx((second["0"], second["1"]), abs=1e-5)
    assert third["response"] == pytest.approx(first["chosen"], abs=1e-5)
    assert fourth == pytest.approx(second, abs=1e-5)
    assert {row["model"] for row in read(out)} == {"rm-lora"}
    before = out.read_bytes()
    assert main([*command, "--device", "cpu", "--memory", "1"]) == 0
    assert out.read_bytes() == before


def test_a_causal_model_cannot_score(model_folder, tmp_path, capsys):
    data = write(tmp_path / "data.jsonl", [{"prompt": "a", "response": "b"}])
    command = ["score", "--model", str(model_folder / "llama"), "--data", str(data), "--out", str(tmp_path / "o")]
    assert main(command) == 1
    assert "is a causal model" in capsys.readouterr().err


@pytest.mark.parametrize("text", SAMPLES["leaks"])
def test_identity_leaks_are_found(text):
    assert identity_leak(text)


@pytest.mark.parametrize("text", SAMPLES["harmless"])
def test_harmless_sentences_are_left_alone(text):
    assert identity_leak(text) is None


def test_the_models_own_name_is_a_leak_when_it_is_telling():
    assert identity_leak("Hello, I am aurora-8b-r1.", "lab/aurora-8b-r1") == "I am aurora-8b-r1"
    assert identity_leak("Hello, I am aurora-8b-r1.") is None
    assert identity_leak("Then I am base, you see.", "base") is None
