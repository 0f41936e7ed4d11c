"""The command line's subcommands, one module each.

A module exposes `add_arguments(parser)` and `run(args) -> int`, and imports torch only inside `run`. The summaries
stand here so that `tiebreak-worker --help` need not import any of them.
"""

import argparse
from importlib import import_module
from types import ModuleType
from typing import NamedTuple


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Shows defaults, but not for what has none."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None or action.default == "" else super()._get_help_string(action)


class Command(NamedTuple):
    """One subcommand: its name on the command line, the module that holds it, and the line that --help shows."""

    name: str
    module: str
    summary: str


COMMANDS = (
    Command("run", "run", "work for a platform: claim jobs, train, report, upload, and serve the models"),
    Command("train", "train", "train a reward model, or a language model by SFT or DPO, on a release"),
    Command("evaluate", "evaluate", "measure a model on held-out rows, and write the report as JSON and HTML"),
    Command("average", "average", "average the weights of several runs, with a weight for each"),
    Command("tiny-model", "tiny_model", "make a tiny random model on the spot, to try everything without a download"),
    Command("sample", "sample", "sample responses to prompts, and with a reward model pick the best of each"),
    Command("score", "score", "put a reward model's score on every response in a file"),
    Command("serve", "serve", "serve models over HTTP, with OpenAI's chat API and a scoring route"),
)


def load(command: Command) -> ModuleType:
    """Import the module of one subcommand."""
    return import_module(f"{__name__}.{command.module}")
