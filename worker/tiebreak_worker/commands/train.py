"""`tiebreak-worker train rm|sft|dpo`. The options are the fields of TrainConfig, so that they are said once."""

import argparse
import dataclasses

from tiebreak_worker.commands import HelpFormatter
from tiebreak_worker.train.config import METHODS, TrainConfig, from_dict, recipe

SUMMARIES = {
    "rm": "a reward model on ordered pairs (Bradley-Terry)",
    "sft": "a language model on the best responses, prompts masked",
    "dpo": "a language model on ordered pairs, against its own start (DPO and relatives)",
}
REQUIRED = {
    "data": "release: a .jsonl file, or a folder with manifest.json",
    "model": "model to start from: a folder, or a name on a model hub",
    "out": "folder for the model, checkpoints, metrics.jsonl and reports",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare one subcommand per method, with the options that the method has."""
    methods = parser.add_subparsers(dest="method", metavar="METHOD", required=True)
    for method in METHODS:
        sub = methods.add_parser(
            method,
            help=SUMMARIES[method],
            description=f"Train {SUMMARIES[method]}. Exit code 75: stopped with a checkpoint, run it again to go on.",
            formatter_class=HelpFormatter,
        )
        for name, about in REQUIRED.items():
            sub.add_argument(f"--{name}", required=True, help=about)
        for field in dataclasses.fields(TrainConfig):
            if method in field.metadata.get("methods", ()):
                _add_option(sub, field, recipe(method).get(field.name, field.default))


def _add_option(parser: argparse.ArgumentParser, field: dataclasses.Field, default: object) -> None:
    flag, about = f"--{field.name.replace('_', '-')}", field.metadata["about"].replace("%", "%%")
    choices = field.metadata["choices"]
    if field.type is bool:
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=about)
    elif field.metadata["many"]:
        about = f"{about}; comma-separated, of {', '.join(choices)}"
        parser.add_argument(flag, type=_words, default=",".join(default), help=about, metavar="LIST")
    else:
        kind = field.type if field.type in (int, float) else str
        parser.add_argument(flag, type=kind, choices=choices or None, default=default, help=about)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def run(args: argparse.Namespace) -> int:
    """Train, showing progress on the terminal and writing metrics.jsonl."""
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    config = from_dict({name: value for name, value in vars(args).items() if name in names and value is not None})
    from tiebreak_worker.train import run as train
    from tiebreak_worker.train.console import ConsoleHooks, stop_on_signals

    with ConsoleHooks(config.out) as hooks, stop_on_signals(hooks):
        result = train(config, hooks)
        hooks.on_log(f"done after {result.steps} steps: {result.model}")
    return 0
