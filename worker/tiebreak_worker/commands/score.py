"""`tiebreak-worker score`."""

import argparse
from pathlib import Path

from tiebreak_worker.commands.serve import add_engine_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--model", type=Path, required=True, help="reward model, full or LoRA adapter")
    parser.add_argument("--name", help="name of the model in the rows; unset takes the folder's")
    parser.add_argument(
        "--data", type=Path, required=True, help="JSON lines: rows of a release, of sample, or prompt and response"
    )
    parser.add_argument("--out", type=Path, required=True, help="JSON lines to write; a file that is there goes on")
    add_engine_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Score, showing progress, and say what came of it."""
    from functools import partial

    from tiebreak_worker.data.prompts import read_candidates, tell_left_out
    from tiebreak_worker.serve.bulk import score_rows
    from tiebreak_worker.serve.bulk_files import opened_backend, write_rows

    left_out: list[str] = []
    rows = list(read_candidates(args.data, left_out))
    tell_left_out(left_out, len(rows), "rows")
    with opened_backend(args, args.model) as (backend, (model,)):
        settings = {"model": model, "checkpoint": backend.fingerprint(model, "reward")}
        tally = write_rows(args.out, settings, rows, partial(score_rows, backend, model), unit="row")
    print(tally)
    return tally.exit_code
