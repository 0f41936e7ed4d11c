"""`tiebreak-worker evaluate`."""

import argparse
from dataclasses import fields

from tiebreak_worker.evaluate.settings import KINDS, EvaluateSettings
from tiebreak_worker.words import plural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; the fields of EvaluateSettings bear the same names."""
    parser.add_argument("--model", required=True, help="model or adapter folder")
    parser.add_argument("--data", required=True, help="release: a .jsonl file, or a folder with manifest.json")
    parser.add_argument("--out", required=True, help="folder for report.json and report.html")
    parser.add_argument(
        "--split", choices=("train", "validation", "test", "all"), default="test", help="rows to evaluate on"
    )
    parser.add_argument(
        "--kind", choices=KINDS, default="auto", help="rewards (rm), implicit rewards (dpo) or likelihood (sft)"
    )
    parser.add_argument("--reference", help="the model that a DPO model started from")
    parser.add_argument("--beta", type=float, default=0.1, help="scale of implicit rewards, as in training")
    parser.add_argument(
        "--held-out", type=float, default=0.1, help="share of prompts in the test split of a single file (0 to 1)"
    )
    parser.add_argument(
        "--keep-out-bad-rows", action="store_true", help="keep out lines that are no rows, in place of failing"
    )
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="arithmetic")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="device to compute on")
    parser.add_argument("--tokens-at-once", type=int, default=8192, help="tokens per forward pass")


def run(args: argparse.Namespace) -> int:
    """Evaluate, and print the accuracy and where the report is."""
    from tiebreak_worker.evaluate import evaluate
    from tiebreak_worker.evaluate.metrics import FEW
    from tiebreak_worker.train.console import ConsoleHooks

    names = {field.name for field in fields(EvaluateSettings)}
    settings = EvaluateSettings(**{name: value for name, value in vars(args).items() if name in names})
    with ConsoleHooks(settings.out) as hooks:
        report = evaluate(settings, hooks)
    found = report["accuracy"]
    few = "too few to say: " if found["count"] < FEW else ""
    interval = f"(95 % {found['low']:.4f} to {found['high']:.4f}), {plural(found['count'], 'pair')}"
    print(f"{few}accuracy {found['value']:.4f} {interval}")
    print(f"{settings.out}/report.html")
    return 0
