"""Two steps of TRL's RewardTrainer and DPOTrainer on a release, loaded as its page says. Prints one JSON object."""

import argparse
import importlib.metadata
import json
import tempfile
from pathlib import Path

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

STEPS = 2
PACKAGES = ("datasets", "trl", "transformers", "torch")


def losses(trainer) -> list[float]:
    """Train, and give the loss of each step."""
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def main() -> None:
    """Load, train twice, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", type=Path, required=True, help="unpacked release")
    parser.add_argument("--model", required=True, help="a small causal model")
    args = parser.parse_args()
    files = {split: str(args.release / f"{split}.jsonl") for split in ("train", "validation", "test")}
    with tempfile.TemporaryDirectory() as scratch:
        data = load_dataset("json", data_files=files, cache_dir=scratch)
        common = {
            "max_steps": STEPS,
            "per_device_train_batch_size": 2,
            "max_length": 512,
            "use_cpu": True,
            "bf16": False,
            "gradient_checkpointing": False,
            "report_to": "none",
            "save_strategy": "no",
            "logging_steps": 1,
            "disable_tqdm": True,
        }
        tokenizer = AutoTokenizer.from_pretrained(args.model)
        reward = AutoModelForSequenceClassification.from_pretrained(args.model, num_labels=1)
        policy = AutoModelForCausalLM.from_pretrained(args.model)
        shared = {"train_dataset": data["train"], "processing_class": tokenizer}
        report = {
            "rows": {split: len(rows) for split, rows in data.items()},
            "columns": data["train"].column_names,
            "reward": losses(RewardTrainer(reward, args=RewardConfig(f"{scratch}/rm", **common), **shared)),
            "dpo": losses(DPOTrainer(policy, args=DPOConfig(f"{scratch}/dpo", **common), **shared)),
            "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
