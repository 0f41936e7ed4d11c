"""The samples that the platform's own tests write and read, read from this side by what trains on them."""

import json
from pathlib import Path

import pytest
from datasets import Dataset, load_dataset
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

SAMPLES = Path(__file__).parents[3] / "tests" / "contract" / "release-rows"
TRAINING = {
    "max_steps": 2,
    "per_device_train_batch_size": 2,
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "report_to": "none",
    "save_strategy": "no",
    "logging_steps": 1,
    "max_length": 512,
}


def samples(kind: str) -> list[dict]:
    """The sample rows of one kind as plain JSON."""
    return [json.loads(line) for line in (SAMPLES / f"{kind}.jsonl").read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def load(tmp_path):
    """Read one kind of sample as a user would: one call, no schema."""

    def read(kind: str) -> Dataset:
        return load_dataset(
            "json", data_files=str(SAMPLES / f"{kind}.jsonl"), split="train", cache_dir=str(tmp_path / "cache")
        )

    return read


def losses(trainer) -> list[float]:
    """The logged losses, one per step."""
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


@pytest.mark.parametrize("kind", ["canonical", "ties", "pairs", "conversations", "sft", "llamafactory", "axolotl-rm"])
def test_datasets_infers_a_schema_without_null_columns_and_keeps_the_text(load, kind):
    rows = load(kind)
    assert rows.num_rows == len(samples(kind))
    assert "null" not in str(rows.features)
    for read, written in zip(rows, samples(kind), strict=True):
        assert {key: value for key, value in read.items() if value is not None} == written


def test_reward_trainer_trains_on_the_canonical_file_unchanged(load, tiny_llama, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    model = AutoModelForSequenceClassification.from_pretrained(tiny_llama, num_labels=1)
    config = RewardConfig(output_dir=str(tmp_path / "out"), **TRAINING)
    trainer = RewardTrainer(model, args=config, train_dataset=load("canonical"), processing_class=tokenizer)
    # A margin is used if and only if the column is there and full.
    assert "margin" in trainer.train_dataset.column_names
    assert len(trainer.train_dataset) == len(samples("canonical"))
    assert len(losses(trainer)) == 2


@pytest.mark.parametrize("kind", ["canonical", "pairs"])
def test_dpo_trainer_trains_on_canonical_rows_and_on_pairs(load, tiny_llama, tmp_path, kind):
    config = DPOConfig(output_dir=str(tmp_path / "out"), **TRAINING)
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    model = AutoModelForCausalLM.from_pretrained(tiny_llama)
    trainer = DPOTrainer(model, args=config, train_dataset=load(kind), processing_class=tokenizer)
    assert len(trainer.train_dataset) == len(samples(kind))
    # Before the first step policy and reference are the same model, so the loss is -log(1/2).
    assert losses(trainer)[0] == pytest.approx(0.6931, abs=1e-3)


def test_sft_trainer_trains_on_the_messages(load, tiny_llama, tmp_path):
    config = SFTConfig(output_dir=str(tmp_path / "out"), **TRAINING)
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    model = AutoModelForCausalLM.from_pretrained(tiny_llama)
    trainer = SFTTrainer(model, args=config, train_dataset=load("sft"), processing_class=tokenizer)
    assert len(losses(trainer)) == 2


def test_llamafactory_answers_are_objects_and_turns_alternate():
    for row in samples("llamafactory"):
        assert isinstance(row["chosen"], dict)
        assert isinstance(row["rejected"], dict)
        turns = [message["role"] for message in row["conversations"] if message["role"] != "system"]
        assert len(turns) % 2 == 1
        assert turns == (["user", "assistant"] * len(turns))[: len(turns)]
