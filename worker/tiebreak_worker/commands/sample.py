"""`tiebreak-worker sample`."""

import argparse
from pathlib import Path

from tiebreak_worker.commands.serve import add_engine_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--model", type=Path, required=True, help="base model, checkpoint or LoRA adapter")
    parser.add_argument("--name", help="name of the model in the rows; unset takes the folder's")
    parser.add_argument("--prompts", type=Path, required=True, help="JSON lines with id and messages or prompt")
    parser.add_argument("--out", type=Path, required=True, help="JSON lines to write; a file that is there goes on")
    parser.add_argument("-n", type=int, default=10, help="responses per prompt; Llama 3 took 10 to 30")
    parser.add_argument("--temperature", type=float, default=1.0, help="0 to 5; Llama 2 found 1.2 to 1.3 best for many")
    parser.add_argument("--top-p", type=float, default=1.0, help="share of probability that is sampled from, up to 1")
    parser.add_argument("--max-tokens", type=int, default=1024, help="longest response (tokens)")
    parser.add_argument("--seed", type=int, default=0, help="seed; with the prompt's id it gives each prompt its own")
    parser.add_argument("--system", help="system message for prompts that have none, to steer the responses")
    parser.add_argument("--reward-model", type=Path, help="keep every response's reward, and mark the best one")
    add_engine_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Sample, showing progress, and say what came of it."""
    from tiebreak_worker.data.prompts import read_prompts, tell_left_out
    from tiebreak_worker.serve.bulk import BulkSampler, Sampling
    from tiebreak_worker.serve.bulk_files import opened_backend, write_rows

    left_out: list[str] = []
    prompts = list(read_prompts(args.prompts, left_out))
    tell_left_out(left_out, len(prompts), "prompts")
    sampling = Sampling(args.n, args.temperature, args.top_p, args.max_tokens, args.seed, args.system)
    with opened_backend(args, args.model, args.reward_model) as (backend, names):
        sampler = BulkSampler(backend, names[0], sampling, names[1] if len(names) > 1 else None)
        tally = write_rows(args.out, sampler.settings(), prompts, sampler.run, unit="prompt")
    print(f"{tally}; {tally.leaks} of the new responses give their model away")
    return tally.exit_code
