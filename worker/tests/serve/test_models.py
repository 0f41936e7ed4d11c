"""Which models are there, and what each of them says."""

import json
import shutil

import pytest
import torch
from conftest import merged, write_adapter
from transformers import AutoModelForCausalLM, AutoTokenizer

from tiebreak_worker.models.tiny import TinySpec, make_tiny_model


def greedy(model, folder, text: str, tokens: int) -> str:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    turns = [{"role": "user", "content": text}]
    ids = torch.tensor([tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)])
    return tokenizer.decode(model.generate(ids, max_new_tokens=tokens, do_sample=False)[0, ids.shape[1] :], True)


def test_every_checkpoint_is_listed_with_kind_and_format(served, model_folder):
    models = {model["id"]: model for model in served.http.get("/v1/models").json()["data"]}
    described = {name: (model["kind"], model["format"]) for name, model in models.items()}
    assert described == {
        "llama": ("causal", "full"),
        "runs/qwen3": ("causal", "full"),
        "no-template": ("causal", "full"),
        "lora-a": ("causal", "adapter"),
        "lora-b": ("causal", "adapter"),
        "rm": ("reward", "full"),
        "rm-lora": ("reward", "adapter"),
    }
    assert models["lora-a"]["base"] == str(model_folder / "llama")
    base = AutoModelForCausalLM.from_pretrained(model_folder / "llama")
    assert models["llama"]["parameters"] == base.num_parameters()
    assert models["llama"]["context_length"] == 4096


def test_adapters_take_turns_on_one_base(served, model_folder):
    base = AutoModelForCausalLM.from_pretrained(model_folder / "llama").eval()
    expected = {"llama": greedy(base, model_folder / "llama", "Name a river.", 16)}
    for name in ("lora-a", "lora-b"):
        model = merged(model_folder / "llama", model_folder / name)
        expected[name] = greedy(model, model_folder / "llama", "Name a river.", 16)
    assert len(set(expected.values())) == 3
    for name in ("lora-a", "llama", "lora-b", "lora-a", "llama"):
        assert served.texts(name, temperature=0, max_tokens=16) == [expected[name]], name
    loaded = [model["path"] for model in served.status()["loaded"]]
    assert loaded.count(str(model_folder / "llama")) == 1
    assert str(model_folder / "lora-a") not in loaded


def test_a_second_architecture_answers_like_transformers(served, model_folder):
    folder = model_folder / "runs" / "qwen3"
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    assert served.texts("runs/qwen3", temperature=0, max_tokens=16) == [greedy(model, folder, "Name a river.", 16)]


def test_a_new_checkpoint_appears_and_a_changed_one_is_read_anew(model_folder, start, tmp_path):
    client, _ = start(tmp_path)
    assert client.http.get("/v1/models").json()["data"] == []
    client.error(client.post("new"), 404, "model_not_found")
    shutil.copytree(model_folder / "llama", tmp_path / "new")
    before = client.chat("new", temperature=0, max_tokens=12)["choices"][0]
    shutil.rmtree(tmp_path / "new")
    make_tiny_model(tmp_path / "new", TinySpec("llama", seed=9))
    after = client.chat("new", temperature=0, max_tokens=12)["choices"][0]
    assert before["message"] != after["message"]
    assert before["sampling"]["checkpoint"] != after["sampling"]["checkpoint"]


def test_a_half_written_checkpoint_is_a_problem_and_not_a_model(model_folder, start, tmp_path):
    shutil.copytree(model_folder / "llama", tmp_path / "half")
    (tmp_path / "half" / "model.safetensors").unlink()
    shutil.copytree(model_folder / "lora-a", tmp_path / "orphan")
    config = json.loads((tmp_path / "orphan" / "adapter_config.json").read_text())
    (tmp_path / "orphan" / "adapter_config.json").write_text(
        json.dumps({**config, "base_model_name_or_path": str(tmp_path / "gone")})
    )
    shutil.copytree(model_folder / "llama", tmp_path / ".writing.part")
    client, _ = start(tmp_path)
    assert client.http.get("/v1/models").json()["data"] == []
    problems = {problem["id"]: problem["reason"] for problem in client.status()["problems"]}
    assert set(problems) == {"half", "orphan"}
    assert "still being written" in client.error(client.post("half"), 400, "model_broken")
    assert str(tmp_path / "gone") in client.error(client.post("orphan"), 400, "model_broken")


def test_a_broken_checkpoint_fails_alone(model_folder, start, tmp_path):
    shutil.copytree(model_folder / "llama", tmp_path / "good")
    shutil.copytree(model_folder / "llama", tmp_path / "nan")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "nan")
    with torch.no_grad():
        model.lm_head.weight.fill_(float("nan"))
    model.save_pretrained(tmp_path / "nan")
    client, _ = start(tmp_path)
    assert "not a number" in client.error(client.post("nan", max_tokens=1), 400, "unsupported_model")
    assert client.texts("good", max_tokens=1, seed=1)


def test_the_least_recently_used_model_leaves_when_memory_is_short(model_folder, start, tmp_path, monkeypatch):
    for seed in range(3):
        make_tiny_model(tmp_path / f"m{seed}", TinySpec("llama", seed=seed))
    client, backend = start(tmp_path)
    client.chat("m0", max_tokens=1)
    monkeypatch.setattr(backend._pool, "budget", int(backend._pool.weight_bytes * 2.5))
    client.chat("m1", max_tokens=1)
    client.chat("m0", max_tokens=1)
    client.chat("m2", max_tokens=1)
    assert [model["path"] for model in client.status()["loaded"]] == [str(tmp_path / "m0"), str(tmp_path / "m2")]


@pytest.mark.parametrize("order", [("llama", "lora-a"), ("lora-a", "llama")])
def test_adapter_written_while_serving_is_attached(model_folder, start, tmp_path, order):
    shutil.copytree(model_folder / "llama", tmp_path / "llama")
    client, _ = start(tmp_path)
    client.chat("llama", max_tokens=1)
    write_adapter(tmp_path / "llama", tmp_path / "lora-a", 5)
    texts = {name: client.texts(name, temperature=0, max_tokens=12)[0] for name in order}
    assert texts["llama"] != texts["lora-a"]
