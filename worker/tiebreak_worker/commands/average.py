"""`tiebreak-worker average`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("models", nargs="+", help="folders of the models to average, two or more of one architecture")
    parser.add_argument("--out", required=True, help="folder to write the mean to")
    parser.add_argument("--weights", help="one weight per model, comma-separated; by default all count the same")


def run(args: argparse.Namespace) -> int:
    """Average, and print each model's share."""
    from tiebreak_worker.average import average
    from tiebreak_worker.errors import WorkerError

    try:
        weights = [float(part) for part in args.weights.split(",")] if args.weights else None
    except ValueError as error:
        raise WorkerError(f"--weights must be numbers separated by commas: {error}.", phase="average") from error
    for model, share in average(args.models, weights, args.out).items():
        print(f"{share:.4f}  {model}")
    print(args.out)
    return 0
