"""`tiebreak-worker tiny-model`."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=Path, required=True, help="folder to write the model and its tokenizer to")
    parser.add_argument("--arch", choices=("llama", "qwen3", "bert"), default="llama", help="architecture")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random weights")
    parser.add_argument("--hidden", type=int, default=64, help="width, a multiple of 32 (units)")
    parser.add_argument("--layers", type=int, default=2, help="depth (layers)")
    parser.add_argument("--vocab", type=int, default=512, help="size of the vocabulary (tokens), 512 or more")
    parser.add_argument("--context", type=int, default=4096, help="longest input (tokens)")


def run(args: argparse.Namespace) -> int:
    """Make the model and say where it is."""
    from tiebreak_worker.models.tiny import TinySpec, make_tiny_model

    spec = TinySpec(args.arch, args.seed, args.hidden, args.layers, args.vocab, args.context)
    parameters = make_tiny_model(args.out, spec)
    print(f"{args.out}: {args.arch} with {parameters:,} parameters")
    return 0
