"""Averaging weights: the mean is the mean, shares are as told, and models that do not fit are refused."""

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from tiebreak_worker.average import average
from tiebreak_worker.cli import main
from tiebreak_worker.errors import WorkerError
from tiebreak_worker.models.tiny import TinySpec, make_tiny_model


@pytest.fixture
def models(tmp_path):
    for seed in range(3):
        make_tiny_model(tmp_path / f"m{seed}", TinySpec("llama", seed=seed))
    return [str(tmp_path / f"m{seed}") for seed in range(3)]


def test_the_mean_is_weighted_and_loads(tmp_path, models):
    shares = average(models, [1.0, 2.0, 1.0], str(tmp_path / "mean"))
    assert list(shares.values()) == [0.25, 0.5, 0.25]
    name = "model.layers.0.mlp.up_proj.weight"
    parts = [load_file(f"{model}/model.safetensors")[name] for model in models]
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "mean")
    torch.testing.assert_close(
        loaded.state_dict()[name], parts[0] / 4 + parts[1] / 2 + parts[2] / 4, atol=1e-7, rtol=1e-6
    )
    assert AutoTokenizer.from_pretrained(tmp_path / "mean").chat_template


def test_models_that_do_not_fit_are_refused(tmp_path, models, tiny_qwen3):
    make_tiny_model(tmp_path / "wide", TinySpec("llama", hidden=96))
    with pytest.raises(WorkerError, match="only models of one shape"):
        average([models[0], str(tmp_path / "wide")], None, str(tmp_path / "mean"))
    with pytest.raises(WorkerError, match="not the same architecture"):
        average([models[0], str(tiny_qwen3)], None, str(tmp_path / "mean"))
    with pytest.raises(WorkerError, match="add up to 0"):
        average(models[:2], [1.0, -1.0], str(tmp_path / "mean"))
    with pytest.raises(WorkerError, match="at least two"):
        average(models[:1], None, str(tmp_path / "mean"))
    assert not (tmp_path / "mean").exists()


def test_the_command_says_the_shares_and_names_a_bad_weight(tmp_path, models, capsys):
    assert main(["average", *models[:2], "--weights", "3,1", "--out", str(tmp_path / "mean")]) == 0
    assert "0.7500" in capsys.readouterr().out
    assert main(["average", *models[:2], "--weights", "3;1", "--out", str(tmp_path / "mean")]) == 1
    assert "--weights must be numbers" in capsys.readouterr().err
